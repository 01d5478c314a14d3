"""Names keep their characters: JIS X 0213, registered variants, combined characters; the rest is named."""

import io
import unicodedata
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pypdfium2 as pdfium
import pytest

from forms.fonts import NAMES, choose_fonts, names_font_path
from forms.issued.conclusion_certificate import (
    AgreedParty,
    CertificateFacts,
    ConcludedFile,
    conclusion_certificate,
)
from forms.lettering import lettered, runs, shortfalls
from forms.pdf import pdfa_violations
from tests.forms.examples import NOW, pdf_text, squeezed
from tests.forms.typed_texts import jis_x_0213

AT = datetime(2026, 5, 7, 3, 0, 1, tzinfo=UTC)
NAMES_OF_PEOPLE = (
    "𠮷田　𠮷雄",
    "髙﨑　栁彅",
    "𩸽山　𣘺本",
    "𥔎谷　𡈽居",
    "葛\U000e0100城　葛\U000e0102飾",
    "辻\U000e0100本　芦\U000e0100田",
    "齋\U000e0105藤　神\ufe00谷",
    "か\u309aトㇷ\u309a　ト\u309aクㇳ",
    "ﾊﾟﾋﾟ建設㈱　ｱｲｳ",
    "株式会社" + "グローバルコンストラクションエンジニアリング" * 4,
    "令和㋿堂　①②㈲　～－‐",
    "Łódź Ünïcode café",
)


@pytest.fixture(autouse=True)
def usual_fonts_afterwards() -> Iterator[None]:
    yield
    choose_fonts({})


def certificate(name: str, company: str = "見本建設株式会社") -> bytes:
    party = AgreedParty("受注者", company, name, "taro@example.jp", AT, "メールで届いた本人専用のリンク")
    facts = CertificateFacts(
        document_id="5050000111",
        title="市道12号線道路改良工事",
        contract_number="R8-0012",
        concluded_on=date(2026, 5, 7),
        parties=(party,),
        files=(ConcludedFile("契約書", "ab" * 32, 4),),
        service_name="割符",
    )
    return conclusion_certificate(facts, NOW)


def text_of(pdf: bytes, tmp_path: Path) -> str:
    """The words of a paper without the label that stands before the middle of a name of several lines."""
    return pdf_text(pdf, tmp_path).replace("名称", "").replace("氏名", "")


def test_the_font_for_names_is_there() -> None:
    assert names_font_path() is not None, "fonts-ipamj-mincho is not installed (see .ci/system-packages)"


def test_every_character_of_jis_x_0213_is_printed_but_two_brackets() -> None:
    characters = list(jis_x_0213())
    by_themselves = [c for c in characters if unicodedata.category(c[0]) not in ("Mn", "Cf", "Zs")]
    assert len(by_themselves) > 11_000
    missing = {short.cluster for c in by_themselves for short in shortfalls(c)}
    assert missing <= {"⦅", "⦆"}


@pytest.mark.parametrize("name", NAMES_OF_PEOPLE)
def test_a_name_is_printed_and_found_again_character_by_character(name: str, tmp_path: Path) -> None:
    assert shortfalls(name) == ()
    pdf = certificate(name)
    assert pdfa_violations(pdf) == ()
    text = text_of(pdf, tmp_path)
    assert squeezed(name) in text
    assert "〓" not in text
    assert "印字についての注記" not in text


def cells_after(pdf: bytes, mark: str, count: int) -> list[bytes]:
    """Pictures of so many full-width characters to the right of a mark on the first page."""
    page = pdfium.PdfDocument(io.BytesIO(pdf))[0]
    words = page.get_textpage()
    found = words.search(mark).get_next()
    assert found is not None
    _, bottom, right, top = words.get_charbox(found[0], loose=True)
    picture, size = page.render(scale=4).to_pil().convert("L"), top - bottom
    boxes = [(right + n * size, picture.height / 4 - top, right + (n + 1) * size) for n in range(count)]
    return [
        picture.crop((int(x * 4), int(y * 4), int(end * 4), int((y + size) * 4))).tobytes()
        for x, y, end in boxes
    ]


def test_what_is_printed_is_seen_and_no_two_look_alike() -> None:
    cells = cells_after(certificate("鑑𠮷髙﨑𩸽𣘺葛\U000e0102"), "鑑", 6)
    assert all(sum(pixel < 128 for pixel in cell) > 80 for cell in cells)
    assert len(set(cells)) == len(cells)


@pytest.mark.parametrize(
    ("name", "printed", "code"),
    [
        ("山田🚧", "山田〓", "U+1F6A7"),
        ("田\ue000", "田〓", "U+E000"),
        ("邉\U000e010e", "邉", "U+9089 U+E010E"),
        ("か\u0301", "か", "U+304B U+0301"),
        ("a\u200bb", "a〓b", "U+200B"),
    ],
)
def test_what_cannot_be_printed_is_named_on_the_paper(
    name: str, printed: str, code: str, tmp_path: Path
) -> None:
    pdf = certificate(name)
    assert pdfa_violations(pdf) == ()
    text = pdf_text(pdf, tmp_path)
    assert squeezed(printed) in text
    assert "印字についての注記" in text
    assert squeezed(f"文字コード {code} の文字は") in text


def test_without_the_font_for_names_the_paper_says_so(tmp_path: Path) -> None:
    choose_fonts({"FONT_NAMES": str(tmp_path / "none.ttf")})
    assert lettered("𠮷田") == "〓田"
    text = pdf_text(certificate("𠮷田"), tmp_path)
    assert squeezed("文字コード U+20BB7 の文字は") in text


def test_each_character_is_taken_from_the_first_font_that_has_it() -> None:
    assert list(runs(lettered("髙𠮷田"))) == [("Mincho", "髙"), (NAMES, "𠮷"), ("Mincho", "田")]


def test_a_variant_is_another_glyph_than_its_base() -> None:
    pdfs = [certificate(name) for name in ("葛城", "葛\U000e0100城")]
    pictures = [pdfium.PdfDocument(io.BytesIO(pdf))[0].render(scale=2).to_pil().tobytes() for pdf in pdfs]
    assert pictures[0] != pictures[1]


def test_a_name_longer_than_a_page_is_wide_is_broken_not_cut(tmp_path: Path) -> None:
    company = "株式会社𠮷野" + "建設工業" * 60
    assert squeezed(company) in text_of(certificate("山田", company), tmp_path)
