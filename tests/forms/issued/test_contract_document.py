"""The contract document: all that the law wants in it, no date before the last signature, PDF/A."""

import io
from dataclasses import replace
from datetime import date
from pathlib import Path

import pypdfium2 as pdfium
import pytest
from pikepdf import Pdf

from forms.issued.contract_document import AmendmentFacts, ContractFacts, contract_document
from forms.issued.contract_terms import contract_terms
from forms.pdf import pdfa_violations
from procurement.rules import ProcurementCategory
from tests.forms.examples import NOW, pdf_text, pdf_tool, squeezed

FACTS = ContractFacts(
    category=ProcurementCategory.CONSTRUCTION_WORKS,
    contract_number="R8-0012",
    title="市道12号線道路改良工事",
    place="本城三丁目地内",
    starts_on=date(2026, 5, 8),
    ends_on=date(2026, 12, 18),
    contract_price=23_100_000,
    consumption_tax=2_100_000,
    city_name="見本市",
    mayor_title="見本市長",
    mayor_name="見本　一郎",
    contractor_name="株式会社髙﨑建設",
    contractor_representative="代表取締役　山﨑　太郎",
    contractor_address="見本市本町1番地",
    guarantee_text="請負代金額の10分の1以上",
    special_terms=("週休2日制の対象とする。",),
)
CHANGE = AmendmentFacts(
    number=1,
    original_concluded_on=date(2026, 5, 12),
    original_price=20_900_000,
    original_consumption_tax=1_900_000,
    original_starts_on=date(2026, 5, 8),
    original_ends_on=date(2026, 11, 30),
    reason="地盤改良を追加するため。",
)


@pytest.mark.parametrize(
    ("category", "title"),
    [
        (ProcurementCategory.CONSTRUCTION_WORKS, "建設工事請負契約書"),
        (ProcurementCategory.SURVEY_AND_CONSULTING, "業務委託契約書"),
        (ProcurementCategory.GOODS, "物品売買契約書"),
        (ProcurementCategory.PRINTING, "印刷製本請負契約書"),
    ],
)
def test_each_category_gets_its_kind_of_contract(
    category: ProcurementCategory, title: str, tmp_path: Path
) -> None:
    document = contract_document(replace(FACTS, category=category), NOW)
    text = pdf_text(document.pdf, tmp_path)
    assert document.title == title
    for words in (
        title,
        FACTS.title,
        "金23,100,000円",
        "2,100,000円",
        "令和8年5月8日から",
        "見本市長見本一郎",
    ):
        assert squeezed(words) in text
    assert "電磁的記録を作成し、発注者及び受注者が電子署名を行い" in text
    assert "週休2日制の対象とする。" in text


def test_every_category_has_clauses() -> None:
    assert all(contract_terms(category).articles for category in ProcurementCategory)


def test_construction_contract_states_the_fifteen_items_of_the_construction_business_act() -> None:
    terms = contract_terms(ProcurementCategory.CONSTRUCTION_WORKS)
    assert terms.covered_items() == frozenset(range(1, 16))


def test_contract_is_pdfa_with_fonts_inside_title_and_language(tmp_path: Path) -> None:
    pdf = contract_document(FACTS, NOW).pdf
    assert pdfa_violations(pdf) == ()
    fonts = pdf_tool("pdffonts", pdf, tmp_path).splitlines()[2:]
    assert all(line.split()[3:5] == ["yes", "yes"] for line in fonts)
    assert "建設工事請負契約書" in pdf_tool("pdfinfo", pdf, tmp_path)
    with Pdf.open(io.BytesIO(pdf)) as opened:
        assert str(opened.Root.Lang) == "ja-JP"


def test_place_of_the_contract_date_is_empty(tmp_path: Path) -> None:
    document = contract_document(FACTS, NOW)
    place = document.date_field
    with pdfium.PdfDocument(document.pdf) as pdf:
        page = pdf[place.page]
        inside = page.get_textpage().get_text_bounded(*place.rect)
        before = page.get_textpage().get_text_bounded(0, place.bottom, place.left, place.top + 6)
    assert inside.strip() == ""
    assert "契約締結日" in before
    assert place.right - place.left > 100
    assert place.top - place.bottom > 12


def test_change_of_contract_shows_before_and_after(tmp_path: Path) -> None:
    document = contract_document(replace(FACTS, amendment=CHANGE), NOW)
    text = pdf_text(document.pdf, tmp_path)
    for words in (
        "建設工事請負変更契約書（第1回変更）",
        "令和8年5月12日",
        "金20,900,000円",
        "金23,100,000円",
        "2,200,000円の増額",
        "令和8年11月30日まで",
        "地盤改良を追加するため。",
    ):
        assert squeezed(words) in text
    assert "Pages:           1" in pdf_tool("pdfinfo", document.pdf, tmp_path)


@pytest.mark.parametrize(("price", "words"), [(18_700_000, "2,200,000円の減額"), (20_900_000, "増減なし")])
def test_change_says_how_the_price_moves(price: int, words: str, tmp_path: Path) -> None:
    facts = replace(FACTS, contract_price=price, amendment=CHANGE)
    assert words in pdf_text(contract_document(facts, NOW).pdf, tmp_path)
