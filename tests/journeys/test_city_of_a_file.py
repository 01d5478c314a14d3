"""A city that is only a file (市ファイルだけの市): dropped into the instance, it works from award to original."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests import judges
from tests.journeys.conftest import VisitMaker
from tests.journeys.running_portal import RunningPortal
from tests.journeys.steps import contractor, filings, office, papers, proofs, signing
from tests.journeys.steps.towns import Award, Town
from tests.journeys.visitor import Visitor, link_in

pytestmark = pytest.mark.journey

WRITTEN = Path(__file__).resolve().parents[1] / "cities" / "written"
FORMS = Path(__file__).resolve().parents[1] / "forms" / "written"
KIRIGAOKA = Town(
    slug="kirigaoka",
    name="霧ヶ丘市",
    section="契約課",
    form_title="電子契約利用同意書兼メールアドレス確認書",
    request_subject="【霧ヶ丘市】電子契約の署名のお願い（R8-KG-001 {title}）",
    completion_subject="【霧ヶ丘市】{title} の契約が成立しました",
    agree_button="完了する",
    final_button="署名手続きを完了する",
)
BRIDGE = Award(KIRIGAOKA, "R8-KG-001", "高原橋補修工事", signatory_mail="daihyo@takahashi.example.jp")
OF_ROAD = replace(KIRIGAOKA, request_subject=KIRIGAOKA.request_subject.replace("001", "002"))
ROAD = Award(OF_ROAD, "R8-KG-002", "高原線舗装工事", signatory_mail="dairi@takahashi.example.jp")
HELD = "未確認のため、署名依頼を送信できません"
ASKED = "【霧ヶ丘市】メールアドレスの確認のお願い"
REASON = "電話でご本人が受け取りを確かめたため。"
SCHEDULE = {
    "works_1_kind": "準備工",
    "works_1_starts_on": "R8.6.1",
    "works_1_ends_on": "令和8年6月20日",
    "works_1_by": "下請",
    "works_1_sub": "有限会社﨑山",
    "works_2_kind": "土工",
    "works_2_starts_on": "２０２６－０６－１５",
    "works_2_ends_on": "2026-07-10",
    "engineers_1_name": "山田　太郎",
    "engineers_1_kind": "c1",
}
DELEGATED, DECLARED = "代表者から委任を受けた者", "権限を有します"


@pytest.fixture(scope="module")
def portal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningPortal]:
    """A portal whose instance holds a city that no code knows, strict about addresses, and a form of its own."""
    instance = tmp_path_factory.mktemp("portal")
    city = (WRITTEN / "kirigaoka.toml").read_text("utf-8")
    form = (FORMS / "tables.toml").read_text("utf-8").replace('city = "iwaki"', 'city = "kirigaoka"')
    strict = city.replace("\n[usage_application]\n", '\n[usage_application]\nconfirm_address = "required"\n')
    for folder, name, text in (("cities", "kirigaoka.toml", strict), ("forms", "schedule.toml", form)):
        (instance / folder).mkdir()
        (instance / folder / name).write_text(text, "utf-8")
    running = RunningPortal(instance)
    yield running
    running.stop()


def write_form(visitor: Visitor, portal: RunningPortal, award: Award, answers: dict[str, str]) -> None:
    """The city's own questions, up to its attachments."""
    contractor.open_case(visitor, portal, award)
    visitor.press("申請の記入を始める")
    visitor.reads(award.town.form_title)
    visitor.press("記入を始める")
    while visitor.offers(contractor.GO_ON):
        contractor.fill_in(visitor, answers)
        for words in (DELEGATED, DECLARED):
            if visitor.page.get_by_label(words).count():
                visitor.choose(words)
        visitor.press(contractor.GO_ON)


def file_with_letter(company: Visitor, portal: RunningPortal, award: Award, folder: Path) -> None:
    """The whole application by somebody with a letter of delegation (委任状)."""
    write_form(company, portal, award, contractor.answers_of(award) | {"連絡先電話番号": "0986-00-1111"})
    company.press("確認の画面へ進む")
    company.reads("「委任状」")
    company.press("添付書類を追加・変更する")
    contractor.attach(company, "委任状", papers.pdf(folder, "委任状.pdf", 1))
    company.press("確認の画面へ進む")
    company.reads("内容を確認して提出する", DELEGATED)
    contractor.submit(company, portal, award)


def asked_to_confirm(portal: RunningPortal, award: Award, after: int = 0) -> str:
    """The one-time link of the newest mail to the signatory's address."""
    return link_in(portal.wait_for_letter(award.signer, ASKED, award.title, after))


def confirm_by_the_newest_link(portal: RunningPortal, visit: VisitMaker, company: Visitor) -> None:
    """The mail is sent again from the contractor's page: the old link dies, the new one confirms."""
    old = asked_to_confirm(portal, BRIDGE)
    portal.let_pass(minutes=6)
    contractor.open_case(company, portal, BRIDGE)
    company.press(BRIDGE.town.form_title)
    company.press("確認のメールを送り直す")
    company.reads(f"{BRIDGE.signer} へ確認のメールを送り直しました")
    company.press("確認のメールを送り直す")
    company.reads("5分に1回、1日に5回まで")
    signatory = visit(phone=True)
    signatory.open(old)
    signatory.reads("このリンクは使えません", "いちばん新しいメールのリンク")
    signatory.open(asked_to_confirm(portal, BRIDGE, after=1))
    signatory.press("このアドレスで受け取れます")
    signatory.reads("確認できました")


def test_from_award_to_original_by_the_file_alone(
    portal: RunningPortal, visit: VisitMaker, tmp_path: Path
) -> None:
    officer = office.enter(visit(), portal, KIRIGAOKA)
    office.register_award(officer, BRIDGE)
    officer.reads("2026年5月13日（水）", "2026年5月11日（月）")

    company = visit()
    file_with_letter(company, portal, BRIDGE, tmp_path)
    office.accept(officer, BRIDGE)
    office.draft(officer, BRIDGE)
    officer.press("宛先を確かめて署名を依頼する")
    officer.reads(HELD)
    assert not officer.offers("この内容で署名を依頼する")

    confirm_by_the_newest_link(portal, visit, company)
    office.open_case(officer, BRIDGE)
    officer.press("契約書類を用意する")
    office.send(officer, BRIDGE)

    signing.contractor_signs(visit(), portal, BRIDGE)
    signing.city_signs(visit(), portal, BRIDGE)
    mails = proofs.completion_mails(portal, BRIDGE)
    ours = tmp_path / "city.pdf"
    concluded = proofs.download_from_case(officer, BRIDGE, ours)
    assert [proofs.attached_files(mail) for mail in mails] == [[concluded]] * 2
    assert "令和8年5月7日" in judges.words(ours)
    proofs.verify_by_command(portal, ours)


def test_a_form_of_a_file_and_the_officers_way_past_an_address(
    portal: RunningPortal, visit: VisitMaker, tmp_path: Path
) -> None:
    officer = office.enter(visit(), portal, KIRIGAOKA)
    office.register_award(officer, ROAD)
    company = visit()
    file_with_letter(company, portal, ROAD, tmp_path)
    office.accept(officer, ROAD)
    contractor.open_case(company, portal, ROAD)
    filings.file_paper(company, company.page.url, "実施工程表", SCHEDULE)
    paper = tmp_path / "schedule.pdf"
    paper.write_bytes(company.file_behind("実施工程表（PDF）"))
    assert "有限会社﨑山" in judges.words(paper)

    office.draft(officer, ROAD)
    officer.press("宛先を確かめて署名を依頼する")
    officer.reads(HELD)
    officer.press("メールアドレスの確認を待たずに進める")
    officer.write("確認を待たずに進める理由", REASON)
    officer.press("確認を待たずに進める")
    officer.reads("メールアドレスの確認を待たずに進めることにしました", REASON)
    officer.press("契約書類を用意する")
    office.send(officer, ROAD)
    assert portal.wait_for_message(ROAD.signer, ROAD.request_subject)
