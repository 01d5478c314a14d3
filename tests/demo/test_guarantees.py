"""Guarantees and advance payments of the demo: what a visitor finds begun, and what is left to try."""

import re
from datetime import date, datetime, time
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from guarantees.desk.orm import DeskGuarantee
from guarantees.lodged import LodgedGuarantee, LodgedStatus, Means
from portal import clock
from portal.acting import house, looking
from portal.demo.people import labels
from portal.notice_reading import notices_in
from portal.workflows.act import SCHEDULER, Act
from portal.workflows.advance_payments import facts_of_request, payments_of
from portal.workflows.guarantee_gate import closed_gate
from portal.workflows.guarantee_needs import limits_of, lodged_of, price_of
from procurement.advance_payments import PaymentStatus
from procurement.cases import ProcurementCase
from procurement.cities.kinds import GuaranteeKind
from procurement.guarantee_limits import least_contract_guarantee
from procurement.payment_conditions import judge, refusal_of_request
from tests.demo.conftest import Demo

DAYS = [date(2026, 5, 5), date(2028, 2, 29)]
INTERIM = GuaranteeKind.INTERIM_ADVANCE_PAYMENT


@pytest.fixture(params=DAYS, ids=date.isoformat)
def loaded(request: pytest.FixtureRequest, demo: Demo) -> Flask:
    return demo(request.param)


def case_of(act: Act, city: str, title: str) -> ProcurementCase:
    query = select(ProcurementCase).where(ProcurementCase.city == city, ProcurementCase.title == title)
    return act.session.scalars(query).one()


@pytest.mark.parametrize(
    ("city", "title"), [("ashikaga", "中央公園園路整備工事"), ("tosu", "田代公園遊具更新工事")]
)
def test_an_amended_contract_has_its_changed_certificate(loaded: Flask, city: str, title: str) -> None:
    with loaded.app_context(), looking(SCHEDULER) as act:
        case = case_of(act, city, title)
        (lodged,) = lodged_of(act, case, GuaranteeKind.CONTRACT)
        look = lodged.last_answer
        assert lodged.is_in_force
        assert look is not None
        assert look.certificate is not None
        contents = look.certificate["history"][-1]["contents"]
        assert len(look.certificate["history"]) == 2
        assert contents["contract_price"] == price_of(case) > case.contracts[0].contract_price
        least = least_contract_guarantee(limits_of(act, case), price_of(case))
        assert contents["guaranteed_amount"] >= least.amount


def test_an_amendment_waits_for_its_changed_certificate(loaded: Flask) -> None:
    with loaded.app_context(), looking(SCHEDULER) as act:
        case = case_of(act, "ashikaga", "南小学校グラウンド排水工事")
        closed = closed_gate(act, case.contracts[-1])
    assert closed is not None
    assert "契約保証の変更が確認できていない" in closed.text or "足りません" in closed.text


def test_a_guarantee_on_paper_waits_for_its_original(loaded: Flask) -> None:
    with loaded.app_context(), looking(SCHEDULER) as act:
        case = case_of(act, "iwaki", "港中学校長寿命化改修工事")
        (lodged,) = lodged_of(act, case, GuaranteeKind.CONTRACT)
        assert (lodged.means, lodged.status) == (Means.PAPER_SURETY, LodgedStatus.AWAITING_ORIGINAL)
        assert closed_gate(act, case.contracts[-1]) is not None
        issued = act.session.scalars(select(DeskGuarantee).where(DeskGuarantee.issuer == "hokkaido")).all()
        assert [guarantee.is_electronic for guarantee in issued] == [False]
    assert {"hokkaido-officer", "hibari-hokkaido"} <= set(labels())


def test_an_advance_payment_is_paid_and_an_interim_one_may_be_asked_for(loaded: Flask) -> None:
    today = date.fromisoformat(Path(loaded.config["INSTANCE"]).name)
    with (
        clock.freeze(datetime.combine(today, time(9), clock.TOKYO)),
        loaded.app_context(),
        looking(SCHEDULER) as act,
    ):
        case = case_of(act, "ashikaga", "通学路カラー舗装工事")
        (paid,) = payments_of(act.session, case.id)
        assert paid.status is PaymentStatus.PAID
        amount = price_of(case) // 5
        assert refusal_of_request(judge(facts_of_request(act, case, INTERIM, amount, 50))) is None


def test_a_claimed_advance_payment_can_be_approved(loaded: Flask) -> None:
    with loaded.app_context(), looking(SCHEDULER) as act:
        case = case_of(act, "tosu", "立石町農道舗装工事")
        (claimed,) = payments_of(act.session, case.id)
        assert claimed.status is PaymentStatus.CLAIMED
        guarantees = lodged_of(act, case, GuaranteeKind.ADVANCE_PAYMENT)
        assert [guarantee.is_in_force for guarantee in guarantees] == [True]


def test_every_live_electronic_certificate_has_a_readable_notice(loaded: Flask) -> None:
    folder = Path(loaded.config["INSTANCE"]) / "demo" / "notices"
    with loaded.app_context(), looking(SCHEDULER) as act:
        rows = act.session.scalars(select(DeskGuarantee).where(DeskGuarantee.cancelled_at.is_(None)))
        live = {row.number for row in rows if row.is_electronic}
        read = {
            notices_in(path, path.name)[0].guarantee_contract_number: path.stem.rsplit("_", 1)[1]
            for path in folder.glob("*.pdf")
        }
        lodged = act.session.scalars(select(LodgedGuarantee)).all()
        assert {row.city for row in lodged} == set(house().cities)
    assert set(read) == live
    assert set(read.values()) == {"east", "west"}


def test_the_front_page_names_cases_that_are_there(loaded: Flask) -> None:
    said = loaded.test_client().get("/demo/").text
    named = re.findall(r'<span class="nowrap">([^<]+)</span> [はの]', said)
    with loaded.app_context(), looking(SCHEDULER) as act:
        numbers = set(act.session.scalars(select(ProcurementCase.number)))
    assert len(named) == 7
    assert set(named) <= numbers
