"""Looking guarantees up (保証の照会): the four behaviours of a registry, retries, alarms, answers that come too late."""

from datetime import timedelta

import pytest

from guarantees import testing
from guarantees.lookup import Found
from portal import clock
from portal.acting import acting, house, looking
from portal.guarantee_looking import look_now
from portal.guarantee_notices import seal_look_records
from portal.preserving import preserve_all
from portal.workflows.act import SCHEDULER
from portal.workflows.decide_guarantee import accept_guarantee, decide_line, return_guarantee
from portal.workflows.look_up_guarantee import LEASE, claim_look, next_daily_look, wait_after
from portal.workflows.record_guarantee_look import BY_HAND, record_manual_look
from portal.workflows.seal_look_records import newest_record
from signing.kept_papers import kept_paper
from tests.workflows import secured
from tests.workflows.secured import KEY, ask_of, certificate, job, lodged_in, look, looks_of, status_of, the
from tests.workflows.town import OFFICER, START, Town, refused

FAILING = {
    "unavailable": testing.unavailable,
    "locked": testing.locked,
    "explodes": testing.explodes,
}


@pytest.fixture
def lodged(town: Town) -> str:
    """A case that needs a contract guarantee, and the electronic one that the city was told of."""
    town.award(requires_contract_guarantee=True)
    return lodged_in(town)


def accept(lodged_id: str) -> None:
    with acting(OFFICER) as act:
        accept_guarantee(act, the(act, lodged_id))


def mails(town: Town, subject: str) -> list[str]:
    return [letter.body for letter in town.letters(subject=subject)]


def test_a_certificate_that_fits_is_a_match_and_still_wants_an_officer(town: Town, lodged: str) -> None:
    ask_of(testing.found(certificate()))
    seen = look(lodged)
    assert (seen.outcome, status_of(lodged)) == ("found", "matched")
    assert [line["code"] for line in seen.lines or [] if line["result"] != "match"] == []
    assert not secured.standing_of(town).is_in_force
    accept(lodged)
    standing = secured.standing_of(town)
    assert (standing.is_in_force, standing.missing_amount, standing.problems) == (True, 0, ())
    assert "guarantee:accept" in town.tags()
    assert mails(town, "契約保証を受理しました")


@pytest.mark.parametrize("behaviour", FAILING)
def test_no_answer_loses_nothing_and_accepts_nothing(town: Town, lodged: str, behaviour: str) -> None:
    ask_of(FAILING[behaviour]())
    waits = []
    for _ in range(5):
        moment = clock.now()
        job()
        due = secured.next_look_of(lodged)
        assert due is not None
        waits.append(due - moment)
        town.go_to(due)
    assert waits == sorted(waits)
    assert waits[0] < waits[4]
    assert status_of(lodged) == "not_checked"
    assert len(looks_of(lodged)) == 1, "a job keeps the first of a row of unanswered looks"
    with acting(OFFICER) as act, refused("guarantee_not_checked"):
        accept_guarantee(act, the(act, lodged))
    ask_of(testing.found(certificate()))
    job()
    assert status_of(lodged) == "matched"
    assert len(mails(town, "一致：")) == 2, "both officers hear of it"


def test_waits_double_up_to_an_hour() -> None:
    minutes = [wait_after(times) // timedelta(minutes=1) for times in range(1, 9)]
    assert minutes == [1, 2, 4, 8, 16, 32, 60, 60]


def test_the_daily_looks_are_spread_over_the_day() -> None:
    hours = {next_daily_look(f"guarantee-{number}", START).hour for number in range(400)}
    assert len(hours) == 24
    assert all(
        timedelta(hours=12) <= next_daily_look(str(n), START) - START <= timedelta(hours=36)
        for n in range(50)
    )


def test_an_officer_hears_at_once_that_there_is_no_answer(lodged: str) -> None:
    ask_of(testing.explodes())
    seen = look(lodged)
    assert seen.outcome == "unavailable"
    assert KEY not in seen.problem
    look(lodged)
    assert len(looks_of(lodged)) == 2, "what a person did is always kept"


def test_a_mismatch_cannot_be_waved_through(town: Town, lodged: str) -> None:
    ask_of(testing.mismatch(certificate(), guaranteed_amount=1_000_000))
    job()
    assert status_of(lodged) == "mismatch"
    with acting(OFFICER) as act, refused("guarantee_mismatch") as told:
        accept_guarantee(act, the(act, lodged))
    assert "保証金額" in told.value.text
    with acting(OFFICER) as act, refused("guarantee_line_not_open"):
        decide_line(act, the(act, lodged), "guaranteed_amount", is_fine=True, reason="よい")
    with acting(OFFICER) as act:
        return_guarantee(act, the(act, lodged), "保証金額が足りません。")
    assert secured.standing_of(town).problems[0].concern == "missing"
    assert "保証金額が足りません。" in mails(town, "再提出のお願い")[0]
    assert job() == "", "what was sent back is not asked for again"


def test_an_unknown_certificate_is_a_mismatch_and_is_not_tried_again(town: Town, lodged: str) -> None:
    registry = testing.not_found()
    ask_of(registry)
    job()
    assert status_of(lodged) == "mismatch"
    town.go_on(days=2)
    job()
    assert len(registry.asked) == 1


def test_a_decision_holds_until_a_look_says_something_else(town: Town, lodged: str) -> None:
    ask_of(testing.found(certificate(work_name="市道改良 工事（その１）")))
    first = look(lodged)
    codes = [line["code"] for line in first.lines or [] if line["result"] == "look"]
    assert codes == ["work_name"]
    with acting(OFFICER) as act, refused("guarantee_lines_open"):
        accept_guarantee(act, the(act, lodged))
    with acting(OFFICER) as act, refused("reason_missing"):
        decide_line(act, the(act, lodged), "work_name", is_fine=True, reason=" ")
    with acting(OFFICER) as act:
        decide_line(act, the(act, lodged), "work_name", is_fine=True, reason="同じ工事の別の呼び方です。")
    assert status_of(lodged) == "matched"
    look(lodged)
    assert status_of(lodged) == "matched", "the same finding does not ask again"
    ask_of(testing.found(certificate(work_name="市道改良 工事（その２）")))
    look(lodged)
    assert status_of(lodged) == "to_decide"
    with acting(OFFICER) as act, refused("guarantee_looked_again"):
        decide_line(act, the(act, lodged), "work_name", is_fine=True, reason="同じ", look_id=first.id)


def test_cancelled_after_it_was_accepted_raises_the_alarm(town: Town, lodged: str) -> None:
    ask_of(testing.found(certificate()))
    job()
    accept(lodged)
    town.go_on(days=2)
    job()
    assert status_of(lodged) == "accepted"
    town.go_on(days=2)
    ask_of(testing.found(secured.cancelled(certificate(), clock.now())))
    job()
    standing = secured.standing_of(town)
    assert (status_of(lodged), standing.is_in_force) == ("alarmed", False)
    assert "解約" in standing.problems[0].text
    assert len(mails(town, "受理した保証の内容が変わりました")) == 2
    town.go_on(days=2)
    job()
    assert len(mails(town, "受理した保証の内容が変わりました")) == 2, "the same alarm is told once"
    with acting(OFFICER) as act, refused("guarantee_mismatch"):
        accept_guarantee(act, the(act, lodged))


def test_a_change_that_covers_is_decided_and_accepted_again(town: Town, lodged: str) -> None:
    ask_of(testing.found(certificate()))
    job()
    accept(lodged)
    town.go_on(days=2)
    more = secured.changed(certificate(), clock.now(), guaranteed_amount=LEAST_AND_MORE)
    ask_of(testing.found(more))
    job()
    assert status_of(lodged) == "alarmed"
    with acting(OFFICER) as act:
        decide_line(act, the(act, lodged), "changed", is_fine=True, reason="増額の変更です。")
        accept_guarantee(act, the(act, lodged))
    assert secured.standing_of(town).secured_amount == LEAST_AND_MORE


LEAST_AND_MORE = secured.LEAST + 500_000


def test_an_answer_after_the_guarantee_was_sent_back_changes_nothing(town: Town, lodged: str) -> None:
    registry = testing.found(certificate())

    def while_asked(_now: object) -> Found:
        with acting(OFFICER) as act:
            return_guarantee(act, the(act, lodged), "別の工事の保証です。")
        return Found(certificate())

    registry.answer = while_asked
    ask_of(registry)
    seen = look(lodged)
    assert (seen.outcome, status_of(lodged)) == ("found", "returned")
    assert "差戻しの後に届いた回答です。" in seen.problem
    assert secured.next_look_of(lodged) is None
    with acting(OFFICER) as act, refused("guarantee_ended"):
        accept_guarantee(act, the(act, lodged))
    with refused("guarantee_ended"):
        look_now(lodged, OFFICER)


def test_by_hand_where_the_portal_is_tied_to_no_registry(town: Town, lodged: str) -> None:
    ask_of(None)
    assert job() == ""
    with refused("registry_by_hand"):
        look_now(lodged, OFFICER)
    with acting(OFFICER) as act:
        seen = record_manual_look(act, the(act, lodged), certificate().latest)
        assert (seen.registry_name, seen.looked_by) == (BY_HAND, OFFICER.name)
    assert status_of(lodged) == "matched"
    with acting(OFFICER) as act:
        record_manual_look(act, the(act, lodged), None)
    assert status_of(lodged) == "mismatch"
    ask_of(testing.found(certificate()))
    job()
    assert status_of(lodged) == "matched", "a registry that is there after all is still asked"


def test_one_worker_claims_a_look_and_a_dead_one_leaves_it_due_again(town: Town, lodged: str) -> None:
    with acting(SCHEDULER) as act:
        assert claim_look(act, lodged)
        assert not claim_look(act, lodged)
    ask_of(testing.found(certificate()))
    assert job() == "", "another worker has it"
    town.go_on(seconds=LEASE.total_seconds() + 1)
    job()
    assert status_of(lodged) == "matched"


def test_a_registry_that_is_down_is_left_alone_after_three_looks(town: Town, lodged: str) -> None:
    for _ in range(5):
        lodged_in(town)
    registry = testing.unavailable()
    ask_of(registry)
    assert "3件は回答がありません" in job()
    assert len(registry.asked) == 3


def test_the_record_of_a_look_is_sealed_once_and_never_says_the_key(town: Town, lodged: str) -> None:
    ask_of(testing.unavailable())
    look(lodged)
    ask_of(testing.found(certificate()))
    look(lodged)
    with town.authority_down():
        assert seal_look_records(clock.now()) == ""
    unanswered, answered = looks_of(lodged)
    assert answered.record_problem
    with looking(OFFICER) as act:
        assert newest_record(act.session, answered) is None
    town.go_on(minutes=2)
    assert seal_look_records(clock.now()) == "1件の照会記録を作成しました。"
    assert seal_look_records(clock.now()) == ""
    unanswered, answered = looks_of(lodged)
    assert unanswered.record_sha256 is None
    assert house().store.read(answered.record_sha256 or "").startswith(b"%PDF")
    preserve_all(clock.now())
    with looking(OFFICER) as act:
        assert kept_paper(act.session, town.city, answered.record_sha256 or "") is not None
        assert newest_record(act.session, answered) == answered.record_sha256


def test_a_key_of_another_installation_is_refused_in_words(lodged: str) -> None:
    ask_of(testing.found(certificate()))
    with acting(OFFICER) as act:
        the(act, lodged).key_sealed = house().lodged_secrets.seal(KEY, "another row")
    with refused("guarantee_key_unreadable"):
        look_now(lodged, OFFICER)
    assert "1件は回答がありません" in job()
    assert "認証キーを読み出せません" in looks_of(lodged)[0].problem
    assert job() == "", "it waits like any other look without an answer"


def test_nothing_that_was_written_says_the_key(town: Town, lodged: str) -> None:
    ask_of(testing.explodes())
    job()
    ask_of(testing.found(certificate()))
    look(lodged)
    accept(lodged)
    with looking(OFFICER) as act:
        kept = [str(vars(each)) for each in the(act, lodged).looks]
    written = kept + [letter.subject + letter.body for letter in town.letters()]
    assert not [text for text in written if KEY in text]
