"""Amendments (変更契約) of an electronic and of a paper contract, and the contract date that nobody can choose."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests import judges
from tests.journeys.conftest import VisitMaker
from tests.journeys.running_portal import RunningPortal
from tests.journeys.steps import contractor, office, papers, proofs, signing
from tests.journeys.steps.towns import TOSU, Award

pytestmark = pytest.mark.journey

PARK = Award(TOSU, "R8-K-011", "田代公園遊具更新工事")
POOL = Award(TOSU, "R8-K-012", "学校プールろ過装置更新工事")
ONLY_IF_ELECTRONIC = "当初契約を電子契約で締結したもののみ、変更契約についても電子契約の対象とします。"
NO_BACKDATING = "契約締結の遡及はできません。"
SOURCE = "市の案内資料「変更契約について」"


def test_electronic_contract_is_amended_electronically_and_no_date_is_chosen(
    portal: RunningPortal, visit: VisitMaker, tmp_path: Path
) -> None:
    officer = office.enter(visit(), portal, TOSU)
    office.register_award(officer, PARK)
    contractor.file_application(visit(), portal, PARK)
    office.accept(officer, PARK)
    office.draft_and_send(officer, PARK)
    officer_is_refused_an_earlier_date(officer, portal)
    contractor_visitor, mayor = visit(), visit()
    signing.both_sign((contractor_visitor, mayor), portal, PARK)
    applications = portal.messages(TOSU.officer_mail, "【申請】")

    office.amend(officer, PARK, "13,200,000", "1,200,000", "地下埋設物の移設に伴う数量の増加")
    office.generate(officer)
    office.send(officer, PARK)
    signing.contractor_signs(contractor_visitor, portal, PARK, after=1)
    signing.city_signs(mayor, portal, PARK, after=1)

    assert portal.messages(TOSU.officer_mail, "【申請】") == applications, "no application is asked for again"
    office.open_case(officer, PARK)
    officer.reads("変更契約（第1回）", "13,200,000円", "契約締結")
    amended = tmp_path / "amended.pdf"
    amended.write_bytes(officer.file_behind("変更契約書.pdf"))
    words = judges.words(amended)
    assert "11,000,000" in words
    assert "13,200,000" in words
    assert "令和8年5月7日" in words
    proofs.verify_by_command(portal, amended)


def officer_is_refused_an_earlier_date(officer: office.Visitor, portal: RunningPortal) -> None:
    """Not offered on the page, refused when sent all the same, refused on the command line."""
    office.open_case(officer, PARK)
    assert not officer.offers("紙の契約の締結日を記録する")
    officer.reads("電子契約の契約締結日は、最後の署名が完了した日に自動で決まります。")
    officer.press("署名依頼を取り消す")
    officer.open(f"{office.contract_address(officer)}/paper-conclusion")
    officer.reads("電子契約には記録できません")
    answer = officer.sends_by_hand(officer.page.url, concluded_on="2026-05-01")
    assert answer.status == 422
    assert NO_BACKDATING in answer.text()
    refused = portal.command("contract", "record-date", f"tosu-{PARK.number}", "2026-05-01")
    assert refused.returncode != 0
    assert NO_BACKDATING in refused.stderr


def test_amendment_of_a_paper_contract_is_refused_with_the_city_s_sentence(
    portal: RunningPortal, visit: VisitMaker
) -> None:
    officer = office.enter(visit(), portal, TOSU)
    office.register_award(officer, POOL)
    contract = office.move_to_paper(officer, POOL, "事業者から紙の契約の希望があったため", "令和8年5月7日")
    letter = portal.wait_for_letter(POOL.company_mail, "【鳥栖市】紙の契約に切り替えました")
    assert "事業者から紙の契約の希望があったため" in letter

    office.open_case(officer, POOL)
    assert not officer.offers("変更契約を作成する")
    officer.reads(ONLY_IF_ELECTRONIC, SOURCE)
    officer.open(f"{contract}/amendments/new")
    officer.reads("この契約の変更契約は、電子契約では作成できません", ONLY_IF_ELECTRONIC, SOURCE)


def test_import_refuses_a_contract_date_that_is_earlier_than_any_signature(
    portal: RunningPortal, visit: VisitMaker, tmp_path: Path
) -> None:
    officer = office.enter(visit(), portal, TOSU)
    dated = Award(TOSU, "R8-K-013", "市民文化会館外構工事")
    office.choose_csv(officer, papers.awards_csv(tmp_path, dated, more={"契約日": "2026/5/7"}))
    officer.reads("誤りのある行があるため、取り込めません", "契約日", NO_BACKDATING)
    assert not officer.offers("1件を取り込む")
