"""The usage application between contractor and city: history, withdrawal, lateness, replacement."""

from datetime import timedelta

import pytest

from forms.meanings import Meaning
from portal import clock
from portal.acting import acting, looking
from portal.workflows.case_facts import facts_for
from portal.workflows.file_application import (
    attach_file,
    detach_file,
    register_received_filing,
    save_draft,
    submit_filing,
    withdraw_filing,
)
from portal.workflows.move_to_paper import move_to_paper
from portal.workflows.review_filing import (
    accept_filing,
    answer_in_thread,
    reject_filing,
    request_in_force,
    send_back_filing,
)
from portal.workflows.usage_forms import usage_form_of
from procurement.cities.kinds import Channel
from procurement.contracts import ContractStage
from procurement.errors import RuleViolation
from procurement.filings import FilingStatus
from tests.workflows.databases import on_postgres, on_sqlite
from tests.workflows.town import CONTRACTOR, OFFICER, OTHER_OFFICER, PAPER, START, Town, refused


def send_back(town: Town, reason: str = "メールアドレスが違います。") -> None:
    with acting(OFFICER) as act:
        filing = town.case(act).filings[0]
        send_back_filing(act, filing, version_number=filing.current.number, reason=reason)


def withdraw(town: Town) -> None:
    with acting(CONTRACTOR) as act:
        withdraw_filing(act, town.case(act).filings[0])


def statuses(town: Town) -> list[FilingStatus]:
    with looking(OFFICER) as act:
        return [version.status for version in town.case(act).filings[0].versions]


def deadline_is_open(town: Town) -> bool:
    with looking(OFFICER) as act:
        return next(d for d in town.case(act).deadlines if d.kind == "usage_application").is_open()


@pytest.fixture
def iwaki(town: Town) -> Town:
    """Iwaki, whose application is due at noon of the next open day."""
    town.city = "iwaki"
    town.open_office()
    return town


def test_a_returned_application_keeps_its_history_and_its_reason(town: Town) -> None:
    town.award()
    town.file()
    send_back(town)
    town.file()
    town.accept()
    assert statuses(town) == [FilingStatus.SENT_BACK, FilingStatus.ACCEPTED]
    with looking(OFFICER) as act:
        filing = town.case(act).filings[0]
        assert filing.versions[0].decision_reason == "メールアドレスが違います。"
        assert [message.text for message in filing.messages] == ["メールアドレスが違います。"]
    assert [t for t in town.tags() if t.startswith("filing:")] == [
        "filing:submit",
        "filing:send_back",
        "filing:submit",
        "filing:accept",
    ]
    (letter,) = [x for x in town.letters(to="keiyaku@") if "メールアドレスが違います。" in x.body]
    assert "/enter/" in letter.body


@on_sqlite
def test_a_return_without_a_reason_is_refused(town: Town) -> None:
    town.award()
    town.file()
    with refused("reason_missing"):
        send_back(town, "  ")


@on_sqlite
def test_a_withdrawn_application_opens_the_deadline_again(iwaki: Town) -> None:
    """FORM-C04: the contractor takes it back before acceptance, and owes it again."""
    iwaki.award()
    iwaki.file()
    assert not deadline_is_open(iwaki)
    withdraw(iwaki)
    assert deadline_is_open(iwaki)
    assert statuses(iwaki) == [FilingStatus.WITHDRAWN]
    assert iwaki.stage is ContractStage.APPLICATION


@on_sqlite
def test_after_the_city_has_decided_nothing_can_be_withdrawn(town: Town) -> None:
    town.award()
    town.file()
    town.accept()
    with refused("filing_decided"):
        withdraw(town)


@on_sqlite
@pytest.mark.parametrize(
    ("clock_time", "late"), [((11, 59, 59), False), ((12, 0, 0), False), ((12, 0, 1), True)]
)
def test_iwaki_takes_an_application_until_noon_of_the_next_open_day(
    iwaki: Town, clock_time: tuple[int, int, int], late: bool
) -> None:
    iwaki.award()
    hour, minute, second = clock_time
    iwaki.go_to(START.replace(day=8, hour=hour, minute=minute, second=second))
    iwaki.file()
    with looking(OFFICER) as act:
        assert iwaki.case(act).filings[0].current.is_late is late


@on_sqlite
def test_a_late_application_is_accepted_only_with_a_reason(iwaki: Town) -> None:
    iwaki.award()
    iwaki.go_on(days=5)
    iwaki.file()
    with refused("late_acceptance_needs_reason"):
        iwaki.accept()
    iwaki.accept("担当者の急病のため")
    with looking(OFFICER) as act:
        assert iwaki.case(act).filings[0].current.decision_reason == "担当者の急病のため"
    assert iwaki.stage is ContractStage.DRAFTING


@on_sqlite
def test_the_correction_of_a_late_application_is_late_too(iwaki: Town) -> None:
    iwaki.award()
    iwaki.go_on(days=5)
    iwaki.file()
    send_back(iwaki)
    iwaki.file()
    with refused("late_acceptance_needs_reason"):
        iwaki.accept()


@on_sqlite
def test_the_correction_of_an_application_in_time_is_in_time(iwaki: Town) -> None:
    iwaki.award()
    iwaki.file()
    send_back(iwaki)
    iwaki.go_on(days=5)
    iwaki.file()
    iwaki.accept()
    assert iwaki.stage is ContractStage.DRAFTING


def test_the_second_officer_is_told_that_the_first_has_decided(town: Town) -> None:
    town.award()
    town.file()
    town.accept()
    with acting(OTHER_OFFICER) as act, refused("filing_decided") as told:
        reject_filing(act, town.case(act).filings[0], version_number=1, reason="重複")
    assert "画面を開き直して" in told.value.remedy


@on_sqlite
def test_an_officer_cannot_accept_a_version_that_was_changed_meanwhile(town: Town) -> None:
    town.award()
    town.file()
    withdraw(town)
    town.file()
    with acting(OFFICER) as act, refused("filing_changed_meanwhile"):
        case = town.case(act)
        accept_filing(act, case.filings[0], usage_form_of(act, case), version_number=1)


def test_a_changed_address_is_a_new_application_that_replaces_the_old(town: Town) -> None:
    """FORM-A15, CITY-27: replacement instead of a second application beside the first."""
    town.award()
    town.file()
    town.accept()
    town.answers[Meaning.SIGNATORY_EMAIL] = "jiro@yamada.example.jp"
    town.file()
    with looking(OFFICER) as act:
        in_force = request_in_force(act, town.case_id)
        assert in_force is not None
        assert in_force.signatory_mail_address == "taro@yamada.example.jp"  # until the city has accepted
    town.accept()
    with looking(OFFICER) as act:
        in_force = request_in_force(act, town.case_id)
        assert in_force is not None
        assert in_force.signatory_mail_address == "jiro@yamada.example.jp"
    town.draft()
    town.send()
    assert [x.to for x in town.letters(subject="署名依頼")] == ["jiro@yamada.example.jp"]


@on_sqlite
def test_a_void_application_cannot_be_accepted_any_more(town: Town) -> None:
    """FORM-T16, CITY-69: void once the case goes on paper."""
    town.award()
    town.file()
    with acting(OFFICER) as act:
        move_to_paper(act, town.contract(act), reason="事業者の希望")
    with refused("filing_void"):
        town.accept()
    with looking(OFFICER) as act:
        assert request_in_force(act, town.case_id) is None
        assert town.case(act).filings[0].status is FilingStatus.VOID


@on_sqlite
def test_iwaki_takes_no_application_without_the_draft_of_the_contract(iwaki: Town) -> None:
    """FORM-I20, CITY-41: the draft of the contract goes with it."""
    iwaki.award()
    iwaki.save()
    with acting(CONTRACTOR) as act:
        filing = iwaki.case(act).filings[0]
        detach_file(act, filing, filing.current.attachments[0].id)
    with acting(CONTRACTOR) as act, refused("attachment_missing"):
        case = iwaki.case(act)
        submit_filing(act, case.filings[0], usage_form_of(act, case), paper=PAPER)


@on_sqlite
def test_a_mailed_paper_counts_from_the_time_at_which_it_came(iwaki: Town) -> None:
    iwaki.award()
    came_at = iwaki.go_to(START.replace(day=8, hour=11))
    iwaki.go_on(days=3)
    with acting(OFFICER) as act:
        case = iwaki.case(act)
        form = usage_form_of(act, case)
        version = register_received_filing(
            act,
            case,
            form,
            values=iwaki.values(form, facts_for(act, case)),
            channel=Channel.MAIL,
            received_at=came_at,
            files=iwaki.files(form),
            paper=PAPER,
        )
        assert not version.is_late
        assert version.submitted_at == came_at
        assert version.channel is Channel.MAIL


@on_sqlite
@pytest.mark.parametrize(("shift", "code"), [(1, "received_in_future"), (-1, "received_before_award")])
def test_a_mailed_paper_comes_neither_before_the_award_nor_later_than_now(
    town: Town, shift: int, code: str
) -> None:
    town.award()
    with acting(OFFICER) as act, refused(code):
        case = town.case(act)
        form = usage_form_of(act, case)
        register_received_filing(
            act,
            case,
            form,
            values={},
            channel=Channel.MAIL,
            received_at=clock.now() + timedelta(minutes=shift),
            files=[],
            paper=PAPER,
        )


@on_postgres
def test_a_name_that_its_column_cannot_hold_is_refused_in_words(town: Town) -> None:
    town.award()
    town.save()
    with acting(CONTRACTOR) as act:  # as the form of another city may let it through
        case = town.case(act)
        field = usage_form_of(act, case).field_that_means(Meaning.SIGNATORY_NAME)
        version = case.filings[0].current
        version.save(version.values | {field.key: "長" * 101}, act.now)
        submit_filing(act, case.filings[0], usage_form_of(act, case), paper=PAPER)
    with refused("text_too_long") as told:
        town.accept()
    assert "氏名" in told.value.text


@on_postgres
@pytest.mark.parametrize("text", ["\x00", "前\x00後", "長" * 4001])
def test_a_message_that_the_database_cannot_hold_is_refused_in_words(town: Town, text: str) -> None:
    town.award()
    town.file()
    with acting(OFFICER) as act, pytest.raises(RuleViolation):
        answer_in_thread(act, town.case(act).filings[0], text)


@on_sqlite
def test_more_files_than_the_form_takes_are_refused(iwaki: Town) -> None:
    iwaki.award()
    iwaki.save()
    with acting(CONTRACTOR) as act, refused("too_many_attachments"):
        case = iwaki.case(act)
        form = usage_form_of(act, case)
        save_draft(act, case, form, {})
        for _ in range(50):
            attach_file(act, case, form, iwaki.files(form)[0])
