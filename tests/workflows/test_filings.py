"""Filings of any form: remarks, owners, several accepted at once, two people at the same paper at the same time."""

from datetime import timedelta

import pytest

from forms.model import FormDefinition
from portal.acting import acting, looking
from portal.workflows.accept_filings import SeenVersion, accept_seen_version, plan_acceptance
from portal.workflows.act import Act
from portal.workflows.assign_filing import assign_filing, release_filing
from portal.workflows.case_facts import elected_payment, facts_for, payment_election
from portal.workflows.file_application import save_draft, submit_filing, withdraw_filing
from portal.workflows.review_filing import accept_filing, answer_in_thread, send_back_filing
from portal.workflows.usage_forms import form_of
from procurement.filings import Filing, FilingStatus
from procurement.rules import DeadlineKind
from tests.workflows.answers import filled_in
from tests.workflows.town import CONTRACTOR, OFFICER, OTHER_OFFICER, PAPER, Town, refused

ELECTION = "interim_or_partial"
INTERIM, PARTIAL = "interim", "partial"


@pytest.fixture
def case(town: Town) -> Town:
    """An awarded case of the city whose papers are all known."""
    town.city = "ashikaga"
    town.open_office()
    town.award()
    return town


def hand_in(town: Town, election: str = INTERIM) -> SeenVersion:
    """The election, filled in and filed."""
    with acting(CONTRACTOR) as act:
        form = the_form(act, town)
        values = filled_in(form, facts_for(act, town.case(act)), {})
        version = save_draft(act, town.case(act), form, values | {"election": election})
        submit_filing(act, version.filing, form, paper=PAPER)
        return SeenVersion(version.filing_id, version.number)


def the_form(act: Act, town: Town) -> FormDefinition:
    return form_of(act, town.case(act), ELECTION)


def the_filing(act: Act, town: Town) -> Filing:
    return next(f for f in town.case(act).filings if f.form_code == ELECTION)


def accept(town: Town, number: int) -> None:
    with acting(OFFICER) as act:
        accept_filing(act, the_filing(act, town), the_form(act, town), version_number=number)


def statuses(town: Town) -> list[FilingStatus]:
    with looking(OFFICER) as act:
        return [version.status for version in the_filing(act, town).versions]


def test_each_marked_field_has_its_remark_on_both_sides(case: Town) -> None:
    hand_in(case)
    with acting(OFFICER) as act:
        send_back_filing(
            act,
            the_filing(act, case),
            version_number=1,
            reason="直してください。",
            marked_fields=["company_address", "no_such_field"],
            remarks={"election": "部分払ではありませんか。", "company_name": "  "},
        )
    with looking(CONTRACTOR) as act:
        message = the_filing(act, case).messages[-1]
        assert message.marked_fields == ["company_address", "election"]
        assert message.remark_on("election") == "部分払ではありませんか。"
        assert message.remark_on("company_address") == ""
    letter = case.letters(subject="修正のお願い")[-1].body
    assert "：部分払ではありませんか。" in letter


def test_a_remark_has_an_end(case: Town) -> None:
    hand_in(case)
    with refused("remark_too_long"), acting(OFFICER) as act:
        filing = the_filing(act, case)
        remarks = {"election": "あ" * 501}
        send_back_filing(act, filing, version_number=1, reason="直す", remarks=remarks)
    assert statuses(case) == [FilingStatus.SUBMITTED]


def test_withdrawn_and_filed_again_while_the_officer_looks_at_the_old_version(case: Town) -> None:
    hand_in(case)
    with acting(CONTRACTOR) as act:
        withdraw_filing(act, the_filing(act, case))
    hand_in(case, PARTIAL)
    with refused("filing_changed_meanwhile"):
        accept(case, 1)
    assert statuses(case) == [FilingStatus.WITHDRAWN, FilingStatus.SUBMITTED]
    accept(case, 2)
    assert statuses(case) == [FilingStatus.WITHDRAWN, FilingStatus.ACCEPTED]


def test_accepted_while_the_contractor_withdraws_or_writes(case: Town) -> None:
    hand_in(case)
    accept(case, 1)
    with refused("filing_decided"), acting(CONTRACTOR) as act:
        withdraw_filing(act, the_filing(act, case))
    hand_in(case, PARTIAL)
    assert statuses(case) == [FilingStatus.ACCEPTED, FilingStatus.SUBMITTED]
    with looking(OFFICER) as act:
        filing = the_filing(act, case)
        assert filing.accepted is filing.versions[0]
        assert filing.versions[0].values["election"] == INTERIM


def test_the_choice_is_remembered_and_an_accepted_one_counts_first(case: Town) -> None:
    with looking(OFFICER) as act:
        assert elected_payment(act, case.case(act)) is None
    hand_in(case, PARTIAL)
    with looking(OFFICER) as act:
        found = elected_payment(act, case.case(act))
        assert found is not None
        assert (found.choice, found.is_accepted) == (PARTIAL, False)
    accept(case, 1)
    hand_in(case, INTERIM)
    with looking(OFFICER) as act:
        found = elected_payment(act, case.case(act))
        assert found is not None
        assert (found.choice, found.is_accepted) == (PARTIAL, True)


def test_what_counts_is_the_newest_accepted_election(case: Town) -> None:
    assert elected(case) is None
    hand_in(case, PARTIAL)
    assert elected(case) is None
    accept(case, 1)
    assert elected(case) == "partial_payment"
    hand_in(case, INTERIM)
    assert elected(case) == "partial_payment"
    accept(case, 2)
    assert elected(case) == "interim_advance_payment"
    with acting(OFFICER) as act:
        the_filing(act, case).void(act.now, "紙の契約")
    assert elected(case) is None


def elected(town: Town) -> str | None:
    with looking(OFFICER) as act:
        return payment_election(act.session, town.case_id)


def test_a_paper_belongs_to_one_officer_until_it_is_taken_over(case: Town) -> None:
    hand_in(case)
    with acting(OFFICER) as act:
        assign_filing(act, the_filing(act, case))
        assign_filing(act, the_filing(act, case))
    with refused("filing_assigned"), acting(OTHER_OFFICER) as act:
        assign_filing(act, the_filing(act, case))
    with acting(OTHER_OFFICER) as act:
        assign_filing(act, the_filing(act, case), take_over=True)
        assert the_filing(act, case).assigned_name == OTHER_OFFICER.name
        release_filing(act, the_filing(act, case))
        assert the_filing(act, case).assigned_to is None
    assert case.tags().count("filing:assign") == 2
    assert case.tags().count("filing:release") == 1


def test_several_are_accepted_and_those_that_changed_are_left_out(case: Town) -> None:
    seen = hand_in(case)
    with looking(OFFICER) as act:
        assert plan_acceptance(act, seen).left_out is None
        unknown = plan_acceptance(act, SeenVersion("nobody", 1))
        assert unknown.left_out is not None
        assert unknown.left_out.code == "filing_not_found"
    with acting(CONTRACTOR) as act:
        withdraw_filing(act, the_filing(act, case))
    again = hand_in(case)
    with looking(OFFICER) as act:
        left_out = plan_acceptance(act, seen).left_out
        assert left_out is not None
        assert left_out.code == "filing_changed_meanwhile"
    with refused("filing_changed_meanwhile"), acting(OFFICER) as act:
        accept_seen_version(act, seen)
    with acting(OFFICER) as act:
        accept_seen_version(act, again)
    with refused("filing_decided"), acting(OFFICER) as act:
        accept_seen_version(act, again)


def test_a_late_one_is_filed_marked_and_accepted_with_a_reason_only(town: Town) -> None:
    town.city = "iwaki"
    town.open_office()
    town.award()
    with looking(OFFICER) as act:
        due_at = next(d.due_at for d in town.case(act).deadlines if d.kind == DeadlineKind.USAGE_APPLICATION)
    town.go_to(due_at + timedelta(seconds=1))
    town.file()
    with looking(OFFICER) as act:
        version = town.case(act).filings[0].current
        assert version.is_late
        assert version.status is FilingStatus.SUBMITTED
        seen = SeenVersion(version.filing_id, version.number)
        left_out = plan_acceptance(act, seen).left_out
        assert left_out is not None
        assert left_out.code == "late_acceptance_needs_reason"
    with refused("late_acceptance_needs_reason"), acting(OFFICER) as act:
        accept_seen_version(act, seen)
    town.accept("災害のため")
    with looking(OFFICER) as act:
        assert town.case(act).filings[0].status is FilingStatus.ACCEPTED


def test_messages_stay_in_one_thread(case: Town) -> None:
    hand_in(case)
    with acting(OFFICER) as act:
        send_back_filing(act, the_filing(act, case), version_number=1, reason="直してください。")
    case.go_on(minutes=5)
    with acting(CONTRACTOR) as act:
        answer_in_thread(act, the_filing(act, case), "直しました。")
    with looking(OFFICER) as act:
        said = [(m.author_side, m.text) for m in the_filing(act, case).messages]
    assert said == [("office", "直してください。"), ("contractor", "直しました。")]


def test_a_message_whose_button_is_pressed_twice_is_one_message(case: Town) -> None:
    hand_in(case)
    for _ in range(2):
        with acting(OFFICER) as act:
            answer_in_thread(act, the_filing(act, case), "確認しています。")
    case.go_on(minutes=2)
    for actor in (OFFICER, CONTRACTOR):
        with acting(actor) as act:
            answer_in_thread(act, the_filing(act, case), "確認しています。")
    with looking(OFFICER) as act:
        said = [m.author_side for m in the_filing(act, case).messages]
    assert said == ["office", "office", "contractor"], (
        "said again later, or by the other side, it is a message"
    )


@pytest.mark.parametrize("text", ["", "abc", ":1", "abc:x", "abc:²"])
def test_what_a_list_does_not_send_is_no_version(text: str) -> None:
    assert SeenVersion.of_text(text) is None
