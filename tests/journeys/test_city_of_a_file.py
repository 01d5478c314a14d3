"""A city that is only a file (市ファイルだけの市): dropped into the instance, it works from award to original."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import judges
from tests.journeys.conftest import VisitMaker
from tests.journeys.running_portal import RunningPortal
from tests.journeys.steps import contractor, office, papers, proofs, signing
from tests.journeys.steps.towns import Award, Town
from tests.journeys.visitor import Visitor

pytestmark = pytest.mark.journey

WRITTEN = Path(__file__).resolve().parents[1] / "cities" / "written"
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
BRIDGE = Award(KIRIGAOKA, "R8-KG-001", "高原橋補修工事")
DELEGATED, DECLARED = "代表者から委任を受けた者", "権限を有します"


@pytest.fixture(scope="module")
def portal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningPortal]:
    """A portal whose instance holds the file of a city that no code knows."""
    instance = tmp_path_factory.mktemp("portal")
    (instance / "cities").mkdir()
    shutil.copy(WRITTEN / "kirigaoka.toml", instance / "cities")
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


def test_from_award_to_original_by_the_file_alone(
    portal: RunningPortal, visit: VisitMaker, tmp_path: Path
) -> None:
    officer = office.enter(visit(), portal, KIRIGAOKA)
    office.register_award(officer, BRIDGE)
    officer.reads("2026年5月13日（水）", "2026年5月11日（月）")

    company = visit()
    answers = contractor.answers_of(BRIDGE) | {"連絡先電話番号": "0986-00-1111"}
    write_form(company, portal, BRIDGE, answers)
    company.press("確認の画面へ進む")
    company.reads("「委任状」")
    company.press("添付書類を追加・変更する")
    contractor.attach(company, "委任状", papers.pdf(tmp_path, "委任状.pdf", 1))
    company.press("確認の画面へ進む")
    company.reads("内容を確認して提出する", DELEGATED)
    contractor.submit(company, portal, BRIDGE)
    office.accept(officer, BRIDGE)
    office.draft_and_send(officer, BRIDGE)

    signing.contractor_signs(visit(), portal, BRIDGE)
    signing.city_signs(visit(), portal, BRIDGE)
    mails = proofs.completion_mails(portal, BRIDGE)
    ours = tmp_path / "city.pdf"
    concluded = proofs.download_from_case(officer, BRIDGE, ours)
    assert [proofs.attached_files(mail) for mail in mails] == [[concluded]] * 2
    assert "令和8年5月7日" in judges.words(ours)
    proofs.verify_by_command(portal, ours)
