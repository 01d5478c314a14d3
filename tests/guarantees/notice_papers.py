"""Papers for the tests of key notices (お知らせの見本): drawn, printed as a surety prints them, and read."""

import dataclasses
import io
import tempfile
from collections.abc import Callable
from datetime import date

from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Table

from forms.fonts import MINCHO, registered_font
from forms.issued.key_notices import NoticeFacts
from forms.paper_text import main as text_of
from guarantees.keys import AuthenticationKey
from guarantees.notice_pieces import Piece, Rule, joined_in_cells
from guarantees.notices import Notice, read_pages
from guarantees.products import Product

KEY, NUMBER = "Z28YUE4J3Bux", "31072-0001M"
LONG = "令和８年度市道１号線ほか道路改良工事（第２工区）及び橋梁補修その他工事に伴う仮設道路の設置及び撤去並びに復旧工事"


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
