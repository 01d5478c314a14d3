"""Key notices and certificates: word for word, one page, PDF/A with fonts inside. (GUAR-60, GUAR-61, GUAR-65, GUAR-66)"""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from forms.issued.guarantee_certificates import CertificateFacts, guarantee_certificate
from forms.issued.key_notices import LAYOUTS, NoticeFacts, key_notice
from forms.pdf import pdfa_violations
from guarantees.certificates import CertificateContents, Target
from guarantees.desk.companies import desk_of
from guarantees.issuers import issuer_of
from guarantees.keys import AuthenticationKey
from guarantees.products import Product
from tests.forms.examples import pdf_text, pdf_tool, squeezed

GOLDEN = Path(__file__).parent / "golden"
NUMBERS = {"east": "31072-0001M", "west": "2070004426"}
KEY = "Z28YUE4J3Bux"


def notice(layout: str, **changes: object) -> NoticeFacts:
    given = NoticeFacts(
        issuer_name=issuer_of(layout).name,
        number=NUMBERS[layout],
        key=AuthenticationKey(KEY),
        product=Product.ADVANCE_PAYMENT,
        work_name="令和8年度　市道中央1号線舗装補修工事（その３）",
        contractor="株式会社髙橋土木 北支店",
        orderer="見本市長",
        issued_on=date(2026, 5, 8),
    )
    return replace(given, **changes)  # type: ignore[arg-type]


def certificate(layout: str, **changes: object) -> CertificateFacts:
    company = desk_of(layout)
    given = CertificateFacts(
        layout=layout,
        number=NUMBERS[layout],
        contents=CertificateContents(
            product=Product.ADVANCE_PAYMENT,
            orderer="見本市長",
            contractor="株式会社髙橋土木 北支店",
            work_name="市道改良工事",
            contract_price=50_000_000,
            guaranteed_amount=20_000_000,
            contracted_on=date(2026, 5, 7),
            work_starts_on=date(2026, 6, 1),
            work_ends_on=date(2026, 10, 30),
            guarantee_ends_on=date(2026, 10, 30),
            deposit_institution="みほん銀行　本店",
            branch="佐賀支店",
        ),
        issued_on=date(2026, 5, 8),
        target=Target.NEW,
        change_number=0,
        issuer_name=issuer_of(layout).name,
        issuer_address=company.address,
        issuer_head=company.head,
        closing=company.closing,
        notes=company.notes,
    )
    return replace(given, **changes)  # type: ignore[arg-type]


def is_sound_page(pdf: bytes, folder: Path) -> None:
    """One page of PDF/A, every font inside."""
    assert pdfa_violations(pdf) == ()
    assert "Pages:           1\n" in pdf_tool("pdfinfo", pdf, folder)
    fonts = pdf_tool("pdffonts", pdf, folder).splitlines()[2:]
    assert fonts
    assert all(line.split()[-5:-3] == ["yes", "yes"] for line in fonts)


@pytest.mark.parametrize("layout", sorted(LAYOUTS))
def test_a_key_notice_reads_as_the_company_prints_it(layout: str, tmp_path: Path) -> None:
    pdf = key_notice(layout, notice(layout))
    is_sound_page(pdf, tmp_path)
    golden = (GOLDEN / f"key_notice-{layout}.txt").read_text(encoding="utf-8")
    assert pdf_text(pdf, tmp_path) == squeezed(golden)


def test_a_notice_prints_its_key_nowhere_but_on_its_page() -> None:
    facts = notice("east")
    assert KEY not in repr(facts)
    assert KEY not in str(facts.key)


@pytest.mark.parametrize("layout", sorted(LAYOUTS))
def test_the_longest_names_stay_on_one_page(layout: str, tmp_path: Path) -> None:
    pdf = key_notice(layout, notice(layout, work_name="市道改良工事" * 33, contractor="長い名称の会社" * 28))
    is_sound_page(pdf, tmp_path)
    assert KEY in pdf_text(pdf, tmp_path)


EAST = (
    "保証契約番号",
    "保証契約者",
    "被保証者",
    "保証金額（総額）",
    "保証期限",
    "工事名",
    "請負金額（総額）",
)
EAST += (
    "工期",
    "請負契約日",
    "預託金融機関",
    "令和8年6月1日～令和8年10月30日",
    "取扱箇所",
    "当社は、前払金保証の約款",
)
WEST = (
    "令和8年5月8日",
    "保証契約番号",
    "保証契約者",
    "被保証者",
    "保証金額（総額）",
    "保証期間（期限）",
    "工期満日",
)
WEST += (
    "工事名",
    "請負金額（総額）",
    "前払金預託金融機関",
    "自動的に変更されますので",
    "当会社は、前払金保証約款",
)


@pytest.mark.parametrize(("layout", "words"), [("east", EAST), ("west", WEST)])
def test_a_certificate_has_every_item_of_its_company(
    layout: str, words: tuple[str, ...], tmp_path: Path
) -> None:
    pdf = guarantee_certificate(certificate(layout))
    is_sound_page(pdf, tmp_path)
    text = pdf_text(pdf, tmp_path)
    assert [word for word in words if squeezed(word) not in text] == []
    assert "「認証キー」のお知らせを提出します" in text


@pytest.mark.parametrize(("layout", "title"), [("east", "変更－2"), ("west", "（変更）")])
def test_a_change_says_so_in_its_title(layout: str, title: str, tmp_path: Path) -> None:
    facts = certificate(layout, target=Target.CHANGE, change_number=2)
    assert f"保証証書（前払金保証）{title}" in pdf_text(guarantee_certificate(facts), tmp_path)


def test_a_contract_guarantee_deposits_nothing(tmp_path: Path) -> None:
    facts = certificate("east")
    contract = replace(facts, contents=replace(facts.contents, product=Product.CONTRACT))
    assert "預託金融機関" not in pdf_text(guarantee_certificate(contract), tmp_path)
