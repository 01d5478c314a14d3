"""Key notices (認証キーのお知らせ) as text: read whatever their layout; only what has a company's shape is read as a key."""

import dataclasses

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from guarantees.notices import Notice, PaperKind, product_named, read_notice
from guarantees.products import Product
from tests.guarantees.notice_papers import KEY, NUMBER, said

EAST = f"""電子保証にかかる「認証キー」のお知らせ
電子保証のご利用にあたっては、発注者様への「保証契約番号」と「認証キー」のご提出をもって、前払金請求手続(前払金保証)、\
又は請負契約締結手続(契約保証)が完了いたします。
記

工 事 名 : ●●●●工事

受 注 者 名 : 〇〇建設 株式会社
(JVの場合は代表者)

商品(保証区分): 前払金保証

保証契約番号: {NUMBER}

認 証 キー : {KEY}

【発注者様へのお問い合わせ】

「保証確認サービス(D・Sure)」にログインし、上記の「保証契約番号」と「認証キー」をもって電子証書を開覧ください。
"""
"""As printed in 002_25b01d4be9b2f613.txt L785-814."""
WEST = """電子証書閲覧用「認証キー」等のお知らせ

「保証確認サービス (D-Sure)」で電子証書を閲覧するための「認証キー」等は、以下のとおりとなります。

区分	前払金保証
保証契約番号	200000002
認証キー	XXXXXXXXXX
工事名	〇〇道路改良工事
発注者	〇〇市長
保証機関	西日本建設業保証株式会社

【お客様へのお問い合わせ】
次の方法で当該PDFファイルを発注者様にご提出ください。
"""
"""As printed in 004_fa20bb5a45307e8d.txt L475-493."""


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (EAST, (NUMBER, KEY, "前払金保証", "●●●●工事", None, "〇〇建設 株式会社", None)),
        (
            WEST,
            (
                "200000002",
                "XXXXXXXXXX",
                "前払金保証",
                "〇〇道路改良工事",
                "〇〇市長",
                None,
                "西日本建設業保証株式会社",
            ),
        ),
        (
            "工事名\n市道１号線\n道路改良工事\n\n保証契約番号\n３１０７２－０００１Ｍ\n\n認証キー\nＺ２８ＹＵＥ４Ｊ３Ｂｕｘ",
            (NUMBER, KEY, None, "市道１号線道路改良工事", None, None, None),
        ),
        (
            "区分    契約保証\n保証契約番号  31072-\n           0001M\n認証キー   Z28YUE\n        4J3Bux",
            (NUMBER, KEY, "契約保証", None, None, None, None),
        ),
        (
            "区分\t保証契約番号\t認証キー\n中間前払金保証\t31072‐0001m\tZ28YUE4J3Bux",
            (NUMBER, KEY, "中間前払金保証", None, None, None, None),
        ),
        (
            "保証契約番号\n認証キー\n工事名\n31072-0001M\nZ28YUE4J3Bux\n市道改良工事",
            (NUMBER, KEY, None, "市道改良工事", None, None, None),
        ),
        (
            "認 証 キ ー ： Z 2 8 Y U E 4 J 3 B u x\n保 証 契 約 番 号 ： 3 1 0 7 2 − 0 0 0 1 M",
            (NUMBER, KEY, None, None, None, None, None),
        ),
        (
            "貴社の保証契約番号は31072-0001M、認証キーは「Z28YUE4J3Bux」です。",
            (NUMBER, KEY, None, None, None, None, None),
        ),
        (
            "■【保証契約番号】　31072ー0001M\n■【認証キー】　Z28Y-UE4J-3Bux\n■【受注者】　〇〇建設株式会社　様",
            (NUMBER, KEY, None, None, None, "〇〇建設株式会社", None),
        ),
        (
            "保証契約番号\n認証キー aB3dE5gH7j\n発注者 鳥栖市長",
            (None, "aB3dE5gH7j", None, None, "鳥栖市長", None, None),
        ),
        (
            "商品(保証区分)：契約保証　保証契約番号：31072-0001M　認証キー：Z28YUE4J3Bux",
            (NUMBER, KEY, "契約保証", None, None, None, None),
        ),
        (
            "「工事名」「市道改良工事」\n「保証契約番号」「31072-0001M」\n認証キー / Key    Z28YUE4J3Bux",
            (NUMBER, KEY, None, "市道改良工事", None, None, None),
        ),
        # strict with shapes: a key with a mark in it, a number of no company
        (
            "保証契約番号: 123\n認証キー: Z28YUE*J3Bux\n工事名: 市道改良工事",
            (None, None, None, "市道改良工事", None, None, None),
        ),
    ],
)
def test_a_text_is_read_whatever_its_layout(text: str, expected: tuple[str | None, ...]) -> None:
    notice = read_notice(text)
    assert said(notice) == expected
    assert KEY not in repr(notice) + repr(notice.says())
    assert Notice.from_says(notice.says()) == dataclasses.replace(notice, authentication_key=None)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("", PaperKind.SCAN),
        ("1/1", PaperKind.SCAN),
        (
            "保証証書(前払金保証)\n保証契約番号 31072-0001M\n保証金額(総額) 20,000,000円",
            PaperKind.CERTIFICATE,
        ),
        ("工事履行保証証券\n証券番号 1234567\n保険会社の名称 見本損害保険", PaperKind.UNKNOWN),
        ("見積書\n道路改良工事一式 金額 1,000,000円", PaperKind.UNKNOWN),
        ("電子保証にかかる「認証キー」のお知らせ\n認証キー（別紙のとおり）", PaperKind.KEY_NOTICE),
    ],
)
def test_a_paper_is_known_for_what_it_is(text: str, kind: PaperKind) -> None:
    assert read_notice(text).kind is kind


def test_products_are_known_by_their_words() -> None:
    words = {
        "前払金保証": Product.ADVANCE_PAYMENT,
        "前払": Product.ADVANCE_PAYMENT,
        "中 間 前 払 金 保 証": Product.INTERIM_ADVANCE_PAYMENT,
        "契約保証": Product.CONTRACT,
        "契約": Product.CONTRACT,
        "契約保証予約（入札ボンド）": Product.CONTRACT_RESERVATION,
        "新規": None,
    }
    assert {word: product_named(word) for word in words} == words


@given(st.text(max_size=300))
@settings(max_examples=60, deadline=None)
def test_no_text_breaks_the_reader(text: str) -> None:
    assert read_notice(text).kind in PaperKind
