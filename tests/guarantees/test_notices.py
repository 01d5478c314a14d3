"""Key notices (認証キーのお知らせ): read whatever their layout; nothing that has no company's shape is read as a key."""

import dataclasses
import io
import tempfile
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pikepdf import Encryption, Pdf
from PIL import Image
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Table

from forms.fonts import MINCHO, registered_font
from forms.issued.key_notices import NoticeFacts, key_notice
from forms.paper_text import main as text_of
from guarantees.keys import AuthenticationKey
from guarantees.notice_pieces import Piece, Rule, joined_in_cells
from guarantees.notices import Notice, PaperKind, product_named, read_notice, read_pages
from guarantees.products import Product
from portal.notice_reading import notices_in, read_key_notices
from procurement.errors import RuleViolation

KEY, NUMBER = "Z28YUE4J3Bux", "31072-0001M"
LONG = "令和８年度市道１号線ほか道路改良工事（第２工区）及び橋梁補修その他工事に伴う仮設道路の設置及び撤去並びに復旧工事"
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


def said(notice: Notice) -> tuple[str | None, ...]:
    """Number, key, product, work, orderer, contractor, issuer."""
    key = notice.authentication_key
    return (
        notice.guarantee_contract_number,
        key.reveal() if key else None,
        notice.product,
        notice.work_name,
        notice.orderer,
        notice.contractor,
        notice.issuer,
    )


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


# PDFs


def read(content: bytes) -> tuple[Notice, ...]:
    """What a PDF says, without the process of its own."""
    with tempfile.NamedTemporaryFile(suffix=".pdf") as file:
        file.write(content)
        file.flush()
        pages = text_of(file.name, 20, 60_000)["pages"]
    assert isinstance(pages, list)
    return read_pages(
        [
            joined_in_cells([Piece(*p) for p in page["pieces"]], [Rule(*r) for r in page["rules"]])
            for page in pages
        ]
    )


def facts(**changes: object) -> NoticeFacts:
    usual = NoticeFacts(
        issuer_name="東日本建設業保証株式会社",
        number=NUMBER,
        key=AuthenticationKey(KEY),
        product=Product.CONTRACT,
        work_name=LONG,
        contractor="〇〇建設 株式会社",
        orderer="足利市長",
        issued_on=date(2026, 5, 7),
    )
    return dataclasses.replace(usual, **changes)  # type: ignore[arg-type]


@given(
    st.from_regex(r"[0-9]{5}-[0-9A-Z]{5}", fullmatch=True),
    st.from_regex(r"[2-9A-HJ-NP-Za-km-z]{12}", fullmatch=True),
    st.integers(min_value=4, max_value=len(LONG)),
    st.sampled_from((Product.CONTRACT, Product.ADVANCE_PAYMENT, Product.INTERIM_ADVANCE_PAYMENT)),
)
@settings(max_examples=6, deadline=None)
def test_what_a_surety_prints_is_read_again(number: str, key: str, length: int, product: Product) -> None:
    printed = facts(number=number, key=AuthenticationKey(key), work_name=LONG[:length], product=product)
    for layout in ("east", "west"):
        (notice,) = read(key_notice(layout, printed))
        assert notice.kind is PaperKind.KEY_NOTICE
        orderer, contractor = ("足利市長", None) if layout == "west" else (None, "〇〇建設 株式会社")
        expected = (number, key, product.label, LONG[:length], orderer, contractor, printed.issuer_name)
        assert said(notice) == expected


ROWS = [
    ("区分", "前払金保証"),
    ("保証契約番号", "2070004426"),
    ("認証キー", "aB3dE5gH7j"),
    ("工事名", LONG[:30] + "\n" + LONG[30:]),
    ("発注者", "鳥栖市長"),
]
EXPECTED = ("2070004426", "aB3dE5gH7j", "前払金保証", LONG, "鳥栖市長", None, None)


def drawn(draw: Callable[[Canvas], None], size: tuple[float, float] = (595, 842)) -> bytes:
    stream = io.BytesIO()
    canvas = Canvas(stream, pagesize=size)
    canvas.setFont(registered_font(MINCHO), 10)
    canvas.drawString(60, size[1] - 60, "電子証書閲覧用「認証キー」等のお知らせ")
    draw(canvas)
    canvas.save()
    return stream.getvalue()


def table(canvas: Canvas, rows: list[tuple[str, ...]], y: float, *style: tuple[object, ...]) -> None:
    base = [("FONT", (0, 0), (-1, -1), registered_font(MINCHO), 9), ("VALIGN", (0, 0), (-1, -1), "MIDDLE")]
    made = Table(rows, style=[*base, *style])
    _, height = made.wrapOn(canvas, 500, 700)
    made.drawOn(canvas, 60, y - height)


GRID = ("GRID", (0, 0), (-1, -1), 0.5, "black")


def test_tables_are_read_with_lines_and_without() -> None:
    for style in ((GRID,), ()):
        assert [said(n) for n in read(drawn(lambda c, s=style: table(c, ROWS, 740, *s)))] == [EXPECTED]


def test_the_first_row_may_hold_the_labels() -> None:
    columns = [tuple(label for label, _ in ROWS), tuple(value for _, value in ROWS)]
    narrow = [columns[0], tuple(v.replace("aB3dE5gH7j", "aB3dE\n5gH7j") for v in columns[1])]
    for rows in (columns, narrow):
        wide = drawn(lambda c, r=rows: table(c, r, 740, GRID), size=(842, 595))
        assert said(read(wide)[0])[:3] == EXPECTED[:3]


def test_a_page_may_be_turned_and_labels_spread() -> None:
    def draw(canvas: Canvas) -> None:
        for n, (label, value) in enumerate(ROWS):
            for place, character in enumerate(label):
                canvas.drawString(60 + place * 100 / len(label), 740 - n * 30, character)
            canvas.drawString(190, 740 - n * 30, value.replace("\n", ""))
        canvas.setPageRotation(90)

    # the page is written for a reader who turns it: its words stand on their side
    stream = io.BytesIO()
    with Pdf.open(io.BytesIO(drawn(draw))) as pdf:
        page = pdf.pages[0]
        assert page.obj.Rotate == 90
        page.contents_add(b"q 0 1 -1 0 595 0 cm", prepend=True)
        page.contents_add(b"Q")
        page.mediabox = [-247, 0, 595, 595]
        pdf.save(stream)
    assert said(read(stream.getvalue())[0])[:3] == EXPECTED[:3]


def test_several_notices_are_a_list() -> None:
    first, second = key_notice("east", facts()), key_notice("west", facts(number="31072-0002M"))
    with Pdf.open(io.BytesIO(first)) as pdf, Pdf.open(io.BytesIO(second)) as other:
        pdf.pages.extend(other.pages)
        stream = io.BytesIO()
        pdf.save(stream)
    found = read(stream.getvalue())
    assert [notice.guarantee_contract_number for notice in found] == [NUMBER, "31072-0002M"]

    def draw(canvas: Canvas) -> None:
        table(canvas, ROWS, 740, GRID)
        table(canvas, [ROWS[0], ("保証契約番号", "2070004427"), ("認証キー", "zB3dE5gH7k")], 500, GRID)

    one_page = read(drawn(draw))
    assert [n.guarantee_contract_number for n in one_page] == ["2070004426", "2070004427"]


def picture() -> bytes:
    stream = io.BytesIO()
    Image.new("RGB", (60, 80), "white").save(stream, "PDF")
    return stream.getvalue()


def encrypted() -> bytes:
    stream = io.BytesIO()
    with Pdf.open(io.BytesIO(picture())) as pdf:
        pdf.save(stream, encryption=Encryption(owner="a", user="b"))
    return stream.getvalue()


def certificate() -> bytes:
    def draw(canvas: Canvas) -> None:
        canvas.drawString(200, 760, "保証証書（前払金保証）")
        table(canvas, [("保証契約番号", NUMBER), ("保証金額(総額)", "20,000,000円")], 740, GRID)

    stream = io.BytesIO()
    canvas = Canvas(stream)
    canvas.setFont(registered_font(MINCHO), 10)
    draw(canvas)
    canvas.save()
    return stream.getvalue()


@pytest.mark.parametrize(
    ("make", "code", "words"),
    [
        (picture, "notice.scan", "入力"),
        (certificate, "notice.certificate", "認証キーのお知らせ"),
        (encrypted, "upload.encrypted", "保護"),
        (lambda: b"%PDF-1.7 broken", "upload.damaged", "壊れて"),
        (lambda: b"plain words", "upload.wrong_kind", "PDF"),
    ],
)
def test_what_is_no_notice_is_refused_in_words(
    tmp_path: Path, make: Callable[[], bytes], code: str, words: str
) -> None:
    path = tmp_path / "paper.pdf"
    path.write_bytes(make())
    with pytest.raises(RuleViolation) as refusal:
        read_key_notices(path, "お知らせ.pdf")
    assert refusal.value.code == code
    assert words in refusal.value.sentence()
    assert "お知らせ.pdf" in refusal.value.text


def test_a_notice_is_read_in_a_process_of_its_own(tmp_path: Path) -> None:
    path = tmp_path / "notice.pdf"
    path.write_bytes(key_notice("west", facts()))
    (notice,) = notices_in(path)
    assert said(notice)[:3] == (NUMBER, KEY, "契約保証")
