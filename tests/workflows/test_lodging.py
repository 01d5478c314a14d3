"""Lodging guarantees (保証の提出): by both sides, every means, by each city's rule; nothing wrong is taken, no key is told."""

import dataclasses
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from guarantees.keys import AuthenticationKey
from guarantees.lodged import LodgedGuarantee, Means
from guarantees.lookup import NotFound
from guarantees.notices import Notice
from portal import clock
from portal.acting import acting, house, looking
from portal.audit.entries import AuditEntry
from portal.workflows.act import Actor
from portal.workflows.lodge_guarantee import Lodging, LodgingRefused, lodge, replace
from portal.workflows.notice_fit import WRONG_KEYS
from portal.workflows.record_guarantee_look import record_answer
from portal.workflows.tell_of_lodging import tell_of_refusal
from procurement.cities.kinds import Channel, GuaranteeKind
from procurement.errors import RuleViolation
from procurement.rules import ProcurementCategory, Route
from tests.workflows.town import CONTRACTOR, OFFICER, START, Town, refused

SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
"""Rules alone: the databases cannot differ."""
KEY = "Qw3rtyUi9p"
WEST, WEST_2 = "2070004426", "2070004427"
EAST = "31072-0001M"
CONTRACT, ADVANCE = GuaranteeKind.CONTRACT, GuaranteeKind.ADVANCE_PAYMENT
NOTICE = Notice(
    guarantee_contract_number=WEST,
    authentication_key=AuthenticationKey(KEY),
    product="契約保証",
    work_name="市道改良工事",
    orderer="鳥栖市長",
    issuer="西日本建設業保証株式会社",
)


def told(**changes: Any) -> Lodging:
    """A lodging by number and key; `changes` go over the usual."""
    usual = Lodging(CONTRACT, Means.ELECTRONIC_SURETY, number=WEST, key=AuthenticationKey(KEY))
    return dataclasses.replace(usual, **changes)


def hand_in(town: Town, actor: Actor = CONTRACTOR, **changes: Any) -> str:
    """The id of what was lodged."""
    with acting(actor) as act:
        return lodge(act, town.case(act), told(**changes), house().lodged_secrets).id


def row(lodged_id: str) -> LodgedGuarantee:
    with looking(OFFICER) as act:
        found = act.session.get_one(LodgedGuarantee, lodged_id)
        act.session.expunge(found)
        return found


def test_a_key_is_lodged_forwarded_and_told_to_nobody(town: Town) -> None:
    town.award(section="建設課")
    first = hand_in(town, notice=NOTICE, notice_sha256="0" * 64, notice_name="お知らせ.pdf")
    found = row(first)
    assert (found.channel, found.forwarded_to, found.lodged_at) == (Channel.WEB, "契約検査課", START)
    assert found.next_look_at == START
    assert found.key_sealed is not None
    assert KEY.encode() not in found.key_sealed
    assert house().lodged_secrets.open(found.key_sealed, first) == KEY
    advance = hand_in(town, obligation=ADVANCE, number=WEST_2)
    assert row(advance).forwarded_to == "建設課"  # 各担当課 (CITY-72)
    letters = town.letters(subject="保証の提出")
    assert letters
    assert not any(KEY in letter.body + letter.subject for letter in letters)
    with looking(OFFICER) as act:
        entries = act.session.scalars(select(AuditEntry).where(AuditEntry.tag == "guarantee:lodge")).all()
    assert [entry.details["forwarded_to"] for entry in entries] == ["契約検査課", "建設課"]
    assert KEY not in repr([entry.details for entry in entries])
    assert KEY not in repr(told()) + repr(NOTICE) + repr(found.notice_says)


def test_the_same_number_again_takes_the_place_of_the_first(town: Town) -> None:
    town.award()
    first = hand_in(town)
    second = hand_in(town, key=AuthenticationKey("Another1key"))
    assert row(first).replaced_at == START
    assert row(first).next_look_at is None
    assert row(second).is_live
    third = hand_in(town, number=WEST_2)
    assert row(second).is_live
    assert row(third).is_live
    with acting(OFFICER) as act:
        old = act.session.get_one(LodgedGuarantee, third)
        fourth = replace(act, old, told(number="2070004428"), house().lodged_secrets).id
    assert not row(third).is_live
    assert row(fourth).is_live
    assert town.tags().count("guarantee:replace") == 2


def test_what_is_accepted_stays_accepted_when_the_same_comes_again(town: Town) -> None:
    town.award()
    first = hand_in(town)
    with acting(OFFICER) as act:
        lodged = act.session.get_one(LodgedGuarantee, first)
        lodged.accepted_at, lodged.next_look_at = act.now, None
    assert hand_in(town) == first
    assert row(first).is_in_force
    assert row(first).next_look_at == START
    assert hand_in(town, key=AuthenticationKey("Another1key")) != first


def test_a_number_of_another_case_is_refused_neutrally_and_told_to_the_office(town: Town) -> None:
    town.award()
    hand_in(town)
    town.award(number="R8-002", title="別の工事")
    with pytest.raises(LodgingRefused) as told_contractor:
        hand_in(town)
    assert "R8-001" not in told_contractor.value.sentence()
    assert "R8-001" in told_contractor.value.for_office
    with acting(CONTRACTOR) as act:
        tell_of_refusal(act, town.case(act), CONTRACT, told_contractor.value)
    assert any(
        "R8-001 市道改良工事" in letter.body for letter in town.letters(subject="受け付けなかったもの")
    )
    with refused("guarantee.number_used") as told_office:
        hand_in(town, OFFICER, channel=Channel.MAIL)
    assert "R8-001" in told_office.value.text


def test_a_number_that_its_key_did_not_open_stays_free_for_its_owner(town: Town) -> None:
    town.award(number="R8-001")
    guessed = hand_in(town, key=AuthenticationKey("Wrong1key2"))
    town.award(number="R8-002")
    with refused("guarantee.number_used"):
        hand_in(town)  # the registry has not been asked yet
    with acting(OFFICER) as act:
        record_answer(act, guessed, NotFound(), "試験")
    owned = hand_in(town)
    assert row(owned).is_live
    assert row(guessed).is_live
    with acting(OFFICER) as act:  # what was accepted once keeps its number, whatever is found later
        act.session.get_one(LodgedGuarantee, guessed).accepted_at = START
        act.session.get_one(LodgedGuarantee, owned).returned_at = START
    with refused("guarantee.number_used"):
        hand_in(town)


def test_wrong_keys_again_and_again_make_a_company_wait_but_not_the_office(town: Town) -> None:
    town.award()
    for attempt in range(WRONG_KEYS):
        guessed = hand_in(town, key=AuthenticationKey(f"Wrong{attempt}key2"))
        with acting(OFFICER) as act:
            record_answer(act, guessed, NotFound(), "試験")
    with refused("guarantee.wrong_keys"):
        hand_in(town)
    assert row(hand_in(town, OFFICER, channel=Channel.MAIL)).is_live
    with clock.freeze(START + timedelta(days=1, minutes=1)):
        assert row(hand_in(town, key=AuthenticationKey("Another1key"))).is_live


def test_a_notice_of_another_case_city_or_product_is_refused(town: Town) -> None:
    town.award()
    for name, value in FOREIGN.items():
        notice = dataclasses.replace(NOTICE, **{name: value})
        with pytest.raises(LodgingRefused) as told_contractor:
            hand_in(town, notice=notice)
        assert value not in told_contractor.value.sentence()
        with refused("guarantee.other_case") as told_office:
            hand_in(town, OFFICER, notice=notice)
        assert value in told_office.value.text
        assert row(hand_in(town, OFFICER, notice=notice, confirmed_because="会社に確認した")).is_live
    for product, code in OTHER_PRODUCTS.items():
        with refused(code):
            hand_in(town, notice=dataclasses.replace(NOTICE, product=product))


FOREIGN: dict[str, Any] = {
    "work_name": "庁舎清掃業務",
    "orderer": "足利市長",
    "contractor": "渡良瀬土木株式会社",
}
OTHER_PRODUCTS = {
    "契約保証予約（入札ボンド）": "guarantee.reservation",
    "前払金保証": "guarantee.other_product",
}


@SQLITE
def test_one_number_secures_one_obligation_in_one_form(town: Town) -> None:
    town.award()
    hand_in(town)
    with refused("guarantee.number_used_here"):
        hand_in(town, obligation=ADVANCE)
    paper: dict[str, Any] = {"issuer_name": "西日本建設業保証株式会社", "amount": 1_100_000}
    with refused("guarantee.mixed_forms"):  # GUAR-05
        hand_in(town, means=Means.PAPER_SURETY, key=None, **paper)
    # GUAR-06: another product may be on paper
    hand_in(town, obligation=ADVANCE, means=Means.PAPER_SURETY, key=None, number=WEST_2, **paper)


@SQLITE
def test_the_start_of_a_city_is_the_day_its_rule_names(town: Town) -> None:
    """CITY-28: a contract of 2023-08-31 is refused; CITY-71: notices before 2026-03-01 are."""
    town.award(noticed_on=date(2026, 2, 28))
    with refused("guarantee.before_start") as told_start:
        hand_in(town)
    assert "令和8年3月1日" in told_start.value.text
    town.award(number="R8-002", noticed_on=date(2026, 3, 1))
    assert row(hand_in(town)).is_live
    town.award(number="R8-003", noticed_on=None)
    with refused("guarantee.needs_confirmation"):
        hand_in(town, number=WEST_2)
    assert row(hand_in(town, OFFICER, number=WEST_2, confirmed_because="公告は4月1日")).is_live


@SQLITE
def test_a_city_may_begin_with_the_contract_date(town: Town) -> None:
    town.city = "ashikaga"
    town.open_office()
    town.award(allows_electronic_guarantee=True)
    conclude(town, date(2023, 8, 31))
    with refused("guarantee.before_start"):
        hand_in(town, number=EAST)
    conclude(town, date(2023, 9, 1))
    assert row(hand_in(town, number=EAST)).is_live


def conclude(town: Town, on: date) -> None:
    with acting(OFFICER) as act:
        contract = town.case(act).contracts[0]
        contract.concluded_at, contract.concluded_on = act.now, on


@SQLITE
def test_a_city_may_allow_it_case_by_case_and_name_the_company(town: Town) -> None:
    town.city = "ashikaga"
    town.open_office()
    town.award()
    for actor in (CONTRACTOR, OFFICER):
        with refused("guarantee.not_permitted"):  # CITY-31
            hand_in(town, actor, number=EAST)
    town.award(number="R8-002", allows_electronic_guarantee=True)
    with refused("guarantee.other_issuer"):
        hand_in(town, number=WEST)
    assert row(hand_in(town, number=EAST)).is_live


@SQLITE
def test_a_city_without_a_rule_takes_none_unless_an_officer_allows_it(town: Town) -> None:
    town.city = "iwaki"
    town.open_office()
    town.award()
    with refused("guarantee.no_electronic_rule"):
        hand_in(town, number=EAST)
    town.award(number="R8-002", allows_electronic_guarantee=True)
    assert row(hand_in(town, number=EAST)).is_live


@SQLITE
def test_kinds_that_want_an_officers_word(town: Town) -> None:
    """CITY-71, AMB-06."""
    town.award(category=ProcurementCategory.CONSTRUCTION_MAINTENANCE)
    for actor in (CONTRACTOR, OFFICER):
        with refused("guarantee.needs_confirmation"):
            hand_in(town, actor)
    lodged = row(hand_in(town, OFFICER, channel=Channel.MAIL, confirmed_because="担当課に確認した"))
    assert (lodged.channel, lodged.ground) == (Channel.MAIL, "確認：担当課に確認した")
    town.award(number="R8-002", category=ProcurementCategory.GOODS)
    with refused("guarantee.category"):
        hand_in(town, number=WEST_2)


@SQLITE
def test_a_contract_on_paper_may_have_an_electronic_guarantee(town: Town) -> None:
    """CITY-73: where the city's rule says so, and not where it does not."""
    town.award()
    go_on_paper(town)
    assert row(hand_in(town)).is_live
    town.city = "ashikaga"
    town.open_office()
    town.award(allows_electronic_guarantee=True)
    go_on_paper(town)
    with refused("guarantee.paper_contract"):
        hand_in(town, number=EAST)


def go_on_paper(town: Town) -> None:
    with acting(OFFICER) as act:
        town.case(act).contracts[0].route = Route.PAPER


OTHER_MEANS: dict[Means, dict[str, Any]] = {
    Means.PAPER_SURETY: {"issuer_name": "西日本建設業保証株式会社", "amount": 1_100_000},
    Means.BANK: {"issuer_name": "見本銀行本店", "amount": 1_100_000, "ends_on": date(2026, 12, 31)},
    Means.INSURANCE: {"issuer_name": "見本損害保険株式会社", "amount": 1_100_000},
    Means.PERFORMANCE_BOND: {"issuer_name": "見本損害保険株式会社", "amount": 1_100_000},
    Means.VIEWING_URL: {
        "issuer_name": "見本損害保険株式会社",
        "viewing_url": "https://bond.example.jp/view",
        "viewing_password": AuthenticationKey("Secret-Word-9"),
    },
    Means.CASH: {"amount": 1_100_000},
    Means.GOVERNMENT_BONDS: {"amount": 1_100_000, "ground": "利付国債（10年）第300回"},
    Means.EXEMPTION: {"ground": "契約規則第5条第2号"},
}


def test_every_other_means_is_taken_with_what_it_needs(town: Town) -> None:
    town.award()
    for means, needed in OTHER_MEANS.items():
        given: dict[str, Any] = {
            "means": means,
            "number": "",
            "key": None,
            "channel": Channel.COUNTER,
            **needed,
        }
        lodged = row(hand_in(town, OFFICER, **given))
        assert (lodged.means, lodged.channel, lodged.next_look_at) == (means, Channel.COUNTER, None)
        if means is Means.VIEWING_URL:
            assert house().lodged_secrets.open(lodged.password_sealed or b"", lodged.id) == "Secret-Word-9"
        for name in needed.keys() - {"ends_on"}:
            nothing = None if name in ("amount", "viewing_password") else ""
            with refused("guarantee.incomplete"):
                hand_in(town, OFFICER, **{**given, name: nothing})
        announced_again = row(hand_in(town, OFFICER, **given))
        assert announced_again.is_live
        assert not row(lodged.id).is_live


@SQLITE
def test_who_may_lodge_what(town: Town) -> None:
    town.award()
    with refused("guarantee.exemption_by_city"):
        hand_in(town, means=Means.EXEMPTION, number="", key=None, ground="免除")
    with refused("guarantee.surety_only"):
        hand_in(town, OFFICER, obligation=ADVANCE, means=Means.CASH, number="", key=None, amount=1)
    with refused("guarantee.incomplete"):
        hand_in(town, number="")
    with refused("received_in_future"):
        hand_in(town, OFFICER, received_at=clock.now() + timedelta(minutes=1))
    with refused("received_before_award"):
        hand_in(town, OFFICER, received_at=START - timedelta(days=1))
    with refused("guarantee.incomplete"):
        url = {
            "viewing_url": "javascript:alert(1)",
            "issuer_name": "見本",
            "viewing_password": AuthenticationKey("x"),
        }
        hand_in(town, OFFICER, means=Means.VIEWING_URL, number="", key=None, **url)
    with pytest.raises(RuleViolation, match="長すぎます"):
        hand_in(town, number="2" * 41)
