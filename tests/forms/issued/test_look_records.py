"""The record of a look (照会記録) says what was asked, by whom, and what was answered, line by line, without the key."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from forms.issued.look_records import LookFacts, contents_rows, look_record
from forms.pdf import pdfa_violations
from guarantees.certificates import Certificate, CertificateContents, CertificateEntry, Target
from guarantees.checks import CheckLine, Result
from guarantees.keys import MASKED
from guarantees.products import Product
from tests.forms.examples import NOW, pdf_text, squeezed

CONTENTS = CertificateContents(
    Product.CONTRACT, "見本市長", "株式会社髙﨑建設", "市道12号線道路改良工事", 11_000_000, 1_100_000
)
ENTRY = CertificateEntry(1, NOW - timedelta(days=1), Target.NEW, CONTENTS)
CERTIFICATE = Certificate("2070004426", "west", (ENTRY, replace(ENTRY, number=2, target=Target.CHANGE)))
LINES = (
    CheckLine(
        "contractor", "受注者", Result.MATCH, "", CONTENTS.contractor, CONTENTS.contractor, "合っています。"
    ),
    CheckLine(
        "work_name", "工事名", Result.LOOK, "", "別の工区", "市道", "書き方が違います。", "出典の見出し"
    ),
    CheckLine("guaranteed_amount", "保証金額", Result.MISMATCH, "", "5円", "10円以上", "5円足りません。"),
)
FACTS = LookFacts(
    record_id="R-0001",
    city_name="見本市",
    case_number="R8-001",
    case_title="市道12号線道路改良工事",
    contractor="株式会社髙﨑建設",
    obligation="契約保証",
    means="保証事業会社の保証（電子）",
    issuer_name="西日本建設業保証株式会社",
    number="2070004426",
    masked_key=MASKED,
    orderer="見本市長（mihon）",
    registry_name="保証確認サービス",
    asked_by="契約　花子",
    looked_at=NOW,
    outcome="証書が登録されていました。",
    problem="",
    certificate=CERTIFICATE,
    certificate_sha256=CONTENTS.sha256,
    lines=LINES,
    service_name="見本の電子契約",
)


def test_it_says_what_was_asked_and_answered(tmp_path: Path) -> None:
    pdf = look_record(FACTS, NOW)
    assert pdfa_violations(pdf) == ()
    text = pdf_text(pdf, tmp_path)
    for words in (
        "2070004426",
        "保証確認サービス",
        "契約　花子",
        "株式会社髙﨑建設",
        "1,100,000円",
        CONTENTS.sha256,
    ):
        assert squeezed(words) in text
    for line in LINES:
        for words in (line.label, line.result.label, line.words, line.needed, line.source):
            assert squeezed(words) in text
    assert "変更" in text
    assert MASKED in text
    assert "デモ" not in text


def test_without_a_certificate_there_is_no_comparison(tmp_path: Path) -> None:
    facts = replace(
        FACTS, certificate=None, certificate_sha256="", lines=(), problem="該当がありません。", is_demo=True
    )
    text = pdf_text(look_record(facts, NOW), tmp_path)
    assert "該当がありません。" in text
    assert "契約との突合" not in text
    assert "デモ" in text


def test_many_long_lines_go_on_over_the_page_and_nothing_is_silently_left_out(tmp_path: Path) -> None:
    long = replace(LINES[1], found="とても長い工事名" * 12, words="説明が続きます。" * 20)
    facts = replace(FACTS, lines=(long,) * 14, contractor="株式会社🚧建設")
    text = pdf_text(look_record(facts, NOW), tmp_path)
    assert text.count("書き方が違います。") == 0
    assert text.count("突合の内容") > 1, "the head is repeated"
    assert squeezed("印字についての注記") in text


def test_the_branch_of_the_surety_is_not_called_a_bank() -> None:
    said = replace(CONTENTS, branch="佐賀支店")
    assert ("取扱箇所", "佐賀支店") in contents_rows(said)
    assert "預託金融機関" not in dict(contents_rows(said))
    assert (
        dict(contents_rows(replace(said, deposit_institution="みほん銀行")))["預託金融機関"] == "みほん銀行"
    )
