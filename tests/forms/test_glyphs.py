"""Characters that no installed font has are reported by name; all others are printed, on every kind of paper."""

import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from forms.fonts import choose_fonts
from forms.glyphs import glyph_sentence, unprintable
from forms.issued.contract_document import contract_document
from forms.issued.receipt import ReceiptFacts, receipt
from forms.official.paper import render_paper
from forms.pdf import pdfa_violations
from tests.forms.examples import NOW, city_form, pdf_text, squeezed
from tests.forms.issued.test_contract_document import FACTS
from tests.judges import fonts

RARE = "𠮷田　髙﨑葛\U000e0100城か\u309a"
Paper = Callable[[str], bytes]


@pytest.fixture(autouse=True)
def usual_fonts_afterwards() -> Iterator[None]:
    yield
    choose_fonts({})


@pytest.mark.parametrize("text", ["髙﨑", "①㈱～－", "ガ行", "山田　太郎\n二行目", "\ufa19", "𠮷田", RARE])
def test_what_can_be_printed_is_not_reported(text: str) -> None:
    assert unprintable(text) == ()
    assert glyph_sentence(text) is None


@pytest.mark.parametrize(
    ("text", "character", "code", "kind"),
    [
        ("田\ue000", "\ue000", "U+E000", "外字"),
        ("田\U000f0001", "\U000f0001", "U+F0001", "外字"),
        ("邉\U000e010e", "邉\U000e010e", "U+9089 U+E010E", "異体字の指定"),
        ("か\u0301", "か\u0301", "U+304B U+0301", "結合文字"),
        ("工事🚧", "🚧", "U+1F6A7", "絵文字・記号"),
        ("a\u0007", "\u0007", "U+0007", "目に見えない制御文字"),
        ("\U00030000", "\U00030000", "U+30000", "印刷用の書体にない漢字"),
    ],
)
def test_what_cannot_be_printed_is_named(text: str, character: str, code: str, kind: str) -> None:
    assert unprintable(text) == ((character, code, kind),)
    sentence = str(glyph_sentence(text))
    assert code in sentence
    assert "標準の字（常用の字体など）に置き換えて書いてください" in sentence
    shows = character in sentence
    assert shows is (unicodedata.category(character[0])[0] != "C")


def test_each_character_is_named_once_and_in_order() -> None:
    assert [found.character for found in unprintable("🚧\ue000🚧𠮷")] == ["🚧", "\ue000"]


def test_without_the_font_for_names_its_characters_are_reported(tmp_path: Path) -> None:
    choose_fonts({"FONT_NAMES": str(tmp_path / "none.ttf")})
    assert [found.code for found in unprintable("𠮷田")] == ["U+20BB7"]


def official_paper(name: str) -> bytes:
    return render_paper(city_form("tosu"), {"signatory_company": name}, NOW)


def a_receipt(name: str) -> bytes:
    return receipt(ReceiptFacts("R8-1", NOW, "見本市", "申出書", "見本工事", name, (), (f"{name}.pdf",)), NOW)


def a_contract(name: str) -> bytes:
    return contract_document(replace(FACTS, contractor_name=name, title=f"{name}工事"), NOW).pdf


@pytest.mark.parametrize("paper", [official_paper, a_receipt, a_contract])
def test_rare_characters_are_on_every_kind_of_paper(paper: Paper, tmp_path: Path) -> None:
    pdf = paper(RARE)
    assert pdfa_violations(pdf) == ()
    text = pdf_text(pdf, tmp_path)
    assert squeezed(RARE) in text
    assert "〓" not in text
    path = tmp_path / "fonts.pdf"
    path.write_bytes(pdf)
    embedded = fonts(path)
    assert {name.partition("+")[2] for name in embedded} == {"BIZUDMincho-Regular", "IPAmjMincho"}
    assert all(embedded.values())


@pytest.mark.parametrize("paper", [official_paper, a_receipt, a_contract])
def test_ordinary_papers_have_one_font(paper: Paper, tmp_path: Path) -> None:
    path = tmp_path / "fonts.pdf"
    path.write_bytes(paper("株式会社髙﨑建設"))
    assert {name.partition("+")[2] for name in fonts(path)} == {"BIZUDMincho-Regular"}


def test_a_geta_stands_where_nobody_could_check_before(tmp_path: Path) -> None:
    assert "〓田〓.pdf" in pdf_text(a_receipt("\ue000田🚧"), tmp_path)
