"""Key notices (「認証キー」のお知らせ): the paper a surety company gives its customer, who hands it to the orderer.

Two layouts, word for word as the companies print them (002 L785-814; 004 L475-493, L746-764). Where a source is
misread by its scan, the paper has the word that is meant: 閲覧 for 開覧, D-Sure for D・Sure, お願い (004 L764).
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time
from typing import Any

from reportlab.platypus import Spacer, Table, TableStyle

from forms.fonts import GOTHIC, registered_font
from forms.issued.pages import MM, WIDTH, IssuedStyles, issued_styles, labelled_rows, print_pages
from forms.ruling import cell_padding
from forms.typesetting import TA_CENTER, TextLines
from guarantees.keys import AuthenticationKey
from guarantees.products import Product
from procurement.wareki import JST, format_wareki

EAST_TITLE = "電子保証にかかる「認証キー」のお知らせ"
WEST_TITLE = "電子証書閲覧用「認証キー」等のお知らせ"
EAST_LABEL_WIDTH, COLON_WIDTH = 34 * MM, 8 * MM
WEST_LABEL_WIDTH = 44 * MM

LONG_NAMES = 150
"""Longer names are printed smaller, so that the notice stays one page."""

Story = list[Any]


@dataclass(frozen=True)
class NoticeFacts:
    """What a key notice says. `contractor` is the lead member of a joint venture; `orderer` as on the certificate."""

    issuer_name: str
    number: str
    key: AuthenticationKey = field(repr=False)
    product: Product
    work_name: str
    contractor: str
    orderer: str
    issued_on: date


def key_notice(layout: str, facts: NoticeFacts) -> bytes:
    """Print the notice of one certificate as PDF/A-2b; `layout` is `east` or `west`. (GUAR-65, GUAR-66)"""
    title, parts = LAYOUTS[layout]
    is_long = len(facts.work_name) + len(facts.contractor) > LONG_NAMES
    styles = issued_styles(9 if is_long else 11)

    def story() -> Story:
        return parts(facts, styles)

    footer = f"{facts.issuer_name}　{format_wareki(facts.issued_on)}"
    return print_pages(story, title, footer, datetime.combine(facts.issued_on, time(), JST))


def notice_title(layout: str) -> str:
    """The title of a layout's notice, for links and file names."""
    return LAYOUTS[layout][0]


def _east(facts: NoticeFacts, styles: IssuedStyles) -> Story:
    text, title = styles.text, replace(styles.title, size=16, leading=26)
    indented = replace(text, first_indent=11, hanging_indent=0)
    listed = replace(text, first_indent=22, hanging_indent=22)
    return [
        Spacer(0, 12 * MM),
        TextLines(EAST_TITLE, title),
        Spacer(0, 8 * MM),
        TextLines("電子証書を「保証確認サービス(D-Sure)」に掲載しましたので、お知らせします。", indented),
        Spacer(0, 3 * MM),
        TextLines(
            "つきましては、お客様にて下記内容をご確認いただき、次のいずれかの方法で"
            "このPDFファイルを発注者様にご提出ください。",
            indented,
        ),
        Spacer(0, 2 * MM),
        TextLines("①電子契約システムへのアップロード", listed),
        TextLines("又は", listed),
        TextLines("②電子メールに添付して送信", listed),
        Spacer(0, 2 * MM),
        TextLines(
            "電子保証のご利用にあたっては、発注者様への「保証契約番号」と「認証キー」のご提出をもって、"
            "前払金請求手続(前払金保証)、又は請負契約締結手続(契約保証)が完了いたします。",
            indented,
        ),
        Spacer(0, 3 * MM),
        TextLines("ご不明な点がございましたら、当社の営業部・支店までお問い合わせください。", indented),
        Spacer(0, 6 * MM),
        TextLines("記", replace(text, align=TA_CENTER)),
        Spacer(0, 5 * MM),
        _east_fields(facts, styles),
        Spacer(0, 12 * MM),
        TextLines("【発注者様へのお願い】", text),
        TextLines(
            "「保証確認サービス(D-Sure)」にログインし、上記の「保証契約番号」と「認証キー」をもって"
            "電子証書を閲覧ください。",
            indented,
        ),
    ]


def _east_fields(facts: NoticeFacts, styles: IssuedStyles) -> Table:
    small, strong = styles.small, _strong(styles)
    pairs = [
        ("工 事 名", [TextLines(facts.work_name, styles.text)]),
        (
            "受 注 者 名",
            [TextLines(facts.contractor, styles.text), TextLines("(JVの場合は代表者)", small)],
        ),
        ("商品(保証区分)", [TextLines(facts.product.label, styles.text)]),
        ("保証契約番号", [TextLines(facts.number, strong)]),
        ("認 証 キー", [TextLines(facts.key.reveal(), strong)]),
    ]
    cells = [[TextLines(label, styles.text), TextLines(":", styles.text), texts] for label, texts in pairs]
    widths = [EAST_LABEL_WIDTH, COLON_WIDTH, WIDTH - EAST_LABEL_WIDTH - COLON_WIDTH]
    style = TableStyle([*cell_padding(1.8 * MM), ("VALIGN", (0, 0), (-1, -1), "TOP")])
    return Table(cells, colWidths=widths, style=style)


def _west(facts: NoticeFacts, styles: IssuedStyles) -> Story:
    text, title = styles.text, replace(styles.title, size=16, leading=26)
    indented = replace(text, first_indent=11, hanging_indent=11)
    rows = [
        ("区分", facts.product.label),
        ("保証契約番号", facts.number),
        ("認証キー", facts.key.reveal()),
        ("工事名", facts.work_name),
        ("発注者", facts.orderer),
        ("保証機関", facts.issuer_name),
    ]
    return [
        Spacer(0, 12 * MM),
        TextLines(WEST_TITLE, title),
        Spacer(0, 8 * MM),
        TextLines(
            "「保証確認サービス (D-Sure)」で電子証書を閲覧するための「認証キー」等は、以下のとおりとなります。",
            text,
        ),
        Spacer(0, 6 * MM),
        labelled_rows(rows, styles, WEST_LABEL_WIDTH),
        Spacer(0, 10 * MM),
        TextLines("【お客様へのお願い】", text),
        TextLines("次の方法で当該PDFファイルを発注者様にご提出ください。", indented),
        TextLines("①電子契約システムへの登録 (アップロード) 又は ②電子メールに添付して送信", indented),
        Spacer(0, 6 * MM),
        TextLines("【発注者様へのお願い】", text),
        TextLines(
            "「保証確認サービス (D-Sure)」にログインし、上記の「保証契約番号」と「認証キー」を入力の上、"
            "電子証書を閲覧ください。",
            indented,
        ),
        Spacer(0, 14 * MM),
        TextLines(facts.issuer_name, styles.right),
    ]


def _strong(styles: IssuedStyles) -> Any:
    return replace(styles.text, font=registered_font(GOTHIC), size=12.5)


LAYOUTS: dict[str, tuple[str, Callable[[NoticeFacts, IssuedStyles], Story]]] = {
    "east": (EAST_TITLE, _east),
    "west": (WEST_TITLE, _west),
}
