"""Receipt and conclusion certificate say who, what and when, to the second."""

from datetime import UTC, date, datetime
from pathlib import Path

from forms.issued.conclusion_certificate import (
    AgreedParty,
    CertificateFacts,
    ConcludedFile,
    conclusion_certificate,
)
from forms.issued.receipt import ReceiptFacts, instant_text, receipt
from forms.pdf import pdfa_violations
from forms.values import Row, SectionRows, display_values
from procurement.wareki import JST
from tests.forms.examples import NOW, city_form, pdf_text, squeezed

AT = datetime(2026, 5, 7, 3, 0, 1, tzinfo=UTC)


def facts(**changes: object) -> ReceiptFacts:
    given: dict[str, object] = {
        "receipt_number": "20260507-120001-AB2CD",
        "received_at": AT,
        "city_name": "見本市",
        "form_title": "電子契約利用申出書",
        "case_title": "市道12号線道路改良工事",
        "company_name": "株式会社髙﨑建設",
        "sections": display_values(city_form("ashikaga"), {"signatory_name": "山﨑　太郎"}),
        "attachments": ("契約書🚧案.pdf",),
    } | changes
    return ReceiptFacts(**given)  # type: ignore[arg-type]


def test_receipt_names_number_second_and_content(tmp_path: Path) -> None:
    pdf = receipt(facts(), NOW)
    assert pdfa_violations(pdf) == ()
    text = pdf_text(pdf, tmp_path)
    for words in (
        "20260507-120001-AB2CD",
        "令和8年5月7日12時00分01秒",
        "山﨑　太郎",
        "契約書〓案.pdf",
        "（空欄）",
    ):
        assert squeezed(words) in text
    assert "期限を過ぎて" not in text


def test_an_hour_is_written_as_on_the_pages() -> None:
    assert (
        instant_text(datetime(2026, 5, 7, 3, 10, 5, tzinfo=JST)) == "令和8年5月7日　3時10分05秒（日本時間）"
    )


def test_receipt_holds_the_hashes_of_paper_and_attachments(tmp_path: Path) -> None:
    text = pdf_text(receipt(facts(paper_sha256="ab" * 32, attachment_hashes=("cd" * 32,)), NOW), tmp_path)
    assert "ab" * 32 in text
    assert "cd" * 32 in text
    assert squeezed("電子契約利用申出書（第1版）") in text


def test_late_receipt_says_so(tmp_path: Path) -> None:
    assert "提出期限を過ぎて受け付けました。" in pdf_text(receipt(facts(is_late=True), NOW), tmp_path)


def test_receipt_holds_a_very_long_answer(tmp_path: Path) -> None:
    long = "\n".join(f"{number:03}行目" for number in range(200))
    pdf = receipt(facts(sections=[SectionRows("備考", (Row("remarks", "備考", long),))]), NOW)
    text = pdf_text(pdf, tmp_path)
    assert all(f"{number:03}行目" in text for number in range(200))


def test_certificate_names_parties_times_hashes_and_how_they_were_known(tmp_path: Path) -> None:
    party = AgreedParty(
        role="受注者",
        organization="株式会社髙﨑建設",
        name="山﨑　太郎",
        mail_address="yamazaki@takasaki.example.jp",
        agreed_at=AT,
        authenticated_by="登録メールアドレスに送った署名用リンク",
        address="見本市本町1番地",
    )
    certificate = CertificateFacts(
        document_id="5050000111",
        title="市道12号線道路改良工事",
        contract_number="R8-0012",
        concluded_on=date(2026, 5, 7),
        parties=(party,),
        files=(ConcludedFile("契約書.pdf", "ab" * 32, 4),),
        service_name="割符",
    )
    pdf = conclusion_certificate(certificate, NOW)
    assert pdfa_violations(pdf) == ()
    text = pdf_text(pdf, tmp_path)
    for words in (
        "合意締結証明書",
        "5050000111",
        "ab" * 32,
        "令和8年5月7日12時00分01秒",
        party.mail_address,
        party.authenticated_by,
    ):
        assert squeezed(words) in text
