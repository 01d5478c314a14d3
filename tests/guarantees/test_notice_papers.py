"""Key notices (認証キーのお知らせ) as PDFs: with lines and without, turned, several in one, and what is none at all."""

import io
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pikepdf import Encryption, Pdf
from PIL import Image
from reportlab.pdfgen.canvas import Canvas

from forms.fonts import MINCHO, registered_font
from forms.issued.key_notices import key_notice
from guarantees.keys import AuthenticationKey
from guarantees.notices import PaperKind
from guarantees.products import Product
from portal.notice_reading import notices_in, read_key_notices
from procurement.errors import RuleViolation
from tests.guarantees.notice_papers import (
    EXPECTED,
    GRID,
    KEY,
    LONG,
    NUMBER,
    ROWS,
    drawn,
    facts,
    read,
    said,
    table,
)


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
