"""Completing: an authority that is away, midnight, a file that does not pass, the size of what is attached."""

from datetime import date, datetime, timedelta

import pytest

from portal import clock
from portal.acting import acting, house, looking
from portal.workflows.write_signing_letters import completion_attachments
from procurement.contracts import ContractDocument, ContractStage
from signing import EnvelopeStatus, LinkProblem, LinkProblemKind, OpenedLink, open_download_link
from tests.workflows.databases import on_sqlite
from tests.workflows.town import CONTRACTOR, OFFICER, START, Town

pytestmark = on_sqlite
MEBIBYTE = 1024 * 1024


def test_while_the_authority_is_away_the_consent_is_kept_and_completes_by_itself(town: Town) -> None:
    town.start_signing()
    town.consent()
    town.seal()
    with town.authority_down():
        town.consent()
        town.seal()
        assert town.stage is ContractStage.COMPLETING
        with looking(OFFICER) as act:
            assert town.envelope(act).status is EnvelopeStatus.BEING_COMPLETED
            assert town.contract(act).documents[0].final_sha256 is None
        assert not town.letters(subject="電子署名完了")
    town.go_on(minutes=10)
    town.seal()
    assert town.stage is ContractStage.CONCLUDED
    assert len(town.letters(subject="電子署名完了")) == 2


def test_while_the_contractor_s_seal_is_missing_the_city_is_not_asked(town: Town) -> None:
    town.start_signing()
    with town.authority_down():
        town.consent()
        town.seal()
        assert not town.letters(to="mayor@", subject="署名依頼")
    town.go_on(minutes=10)
    town.seal()
    assert len(town.letters(to="mayor@", subject="署名依頼")) == 1


def test_a_consent_before_midnight_that_is_stamped_after_it_makes_the_later_day_the_contract_date(
    town: Town,
) -> None:
    town.start_signing()
    town.consent()
    town.seal()
    town.go_to(START.replace(day=8, hour=23, minute=59, second=50))
    town.consent()
    town.go_to(START.replace(day=9, hour=0, minute=0, second=5))
    town.seal()
    assert town.concluded_on == date(2026, 5, 9)


def test_a_seal_that_was_prepared_before_midnight_is_made_anew_after_it(town: Town) -> None:
    town.start_signing()
    town.consent()
    town.seal()
    town.go_to(START.replace(day=8, hour=23, minute=59, second=50))
    with town.authority_down():
        town.consent()
        town.seal()  # prepared with the 8th, not stamped
    town.go_to(START.replace(day=9, hour=0, minute=1))
    town.seal()
    assert town.concluded_on == date(2026, 5, 9)


def damage_what_is_finished(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    """The finished file of the store says something else than what was sealed."""
    from portal.workflows import complete_signing

    real = complete_signing.verify_pdf

    def verify(path, trust, now, expected):
        copy = path.parent / "damaged.pdf"
        copy.write_bytes(path.read_bytes() + b"\n%")
        return real(copy, trust, now, expected)

    monkeypatch.setattr(complete_signing, "verify_pdf", verify)


def test_a_file_that_does_not_pass_is_not_concluded_and_the_officers_are_told_once(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    town.start_signing()
    town.consent()
    town.seal()
    town.consent()
    with monkeypatch.context() as patch:
        damage_what_is_finished(town, patch)
        for _ in range(3):
            town.seal()
            town.go_on(minutes=1)
    assert town.stage is ContractStage.COMPLETING
    with looking(OFFICER) as act:
        assert town.contract(act).completion_problem
    assert not town.letters(subject="電子署名完了")
    assert [t for t in town.tags() if t == "contract:conclude:refuse"] == ["contract:conclude:refuse"]
    told = [x.to for x in town.letters() if "検証" in x.body and "/office/cases/" in x.body]
    assert sorted(told) == ["officer@tosu.example.jp", "second@tosu.example.jp"]
    town.seal()
    assert town.stage is ContractStage.COMPLETING  # not looked at again in every round
    town.go_on(minutes=10)
    town.seal()
    assert town.stage is ContractStage.CONCLUDED
    with looking(OFFICER) as act:
        assert town.contract(act).completion_problem is None


def test_a_file_that_the_store_has_lost_holds_up_no_other_contract(town: Town) -> None:
    cases = []
    for number in ("R8-001", "R8-002"):
        town.award(number=number)
        town.file()
        town.accept()
        town.draft()
        town.send()
        cases.append(town.case_id)
        town.consent()
        town.seal()
    town.case_id = cases[0]
    town.consent()
    lose_the_finished_file(town)
    town.case_id = cases[1]
    town.consent()
    town.seal()
    assert town.stage is ContractStage.CONCLUDED
    town.case_id = cases[0]
    assert town.stage is ContractStage.COMPLETING


def lose_the_finished_file(town: Town) -> None:
    """Everything but the conclusion happens; then the disk loses the file."""
    from portal.completing import completion
    from signing import seal_pending

    work = completion()
    while seal_pending(work.transaction, work.services, work.now, str):
        pass
    with looking(OFFICER) as act:
        house().store.path(town.envelope(act).documents[0].head_sha256).unlink()


def test_an_address_that_takes_no_mail_holds_up_no_other_request(town: Town) -> None:
    town.start_signing()
    with acting(CONTRACTOR) as act:
        town.envelope(act).active_steps[-1].email = "nobody"
    town.consent()
    first = town.case_id
    town.award(number="R8-002")
    town.file()
    town.accept()
    town.draft()
    town.send()
    town.consent()
    town.seal()
    assert len(town.letters(to="mayor@", subject="署名依頼")) == 1
    town.case_id = first
    with looking(OFFICER) as act:
        assert town.envelope(act).active_steps[-1].asked_at is None


@pytest.mark.parametrize(
    ("city", "address", "size", "attached"),
    [
        ("ashikaga", "a@example.jp", 6 * MEBIBYTE - 1, True),  # SIGN-28: six and more are not attached
        ("ashikaga", "a@example.jp", 6 * MEBIBYTE, False),
        ("ashikaga", "a@docomo.ne.jp", 6 * MEBIBYTE - 1, True),
        ("iwaki", "a@example.jp", 6 * MEBIBYTE, True),  # SIGN-46: what exceeds six is not attached
        ("iwaki", "a@example.jp", 6 * MEBIBYTE + 1, False),
        ("iwaki", "a@docomo.ne.jp", 2 * MEBIBYTE, True),
        ("iwaki", "a@docomo.ne.jp", 2 * MEBIBYTE + 1, False),
        ("iwaki", "a@SoftBank.ne.jp", 2 * MEBIBYTE + 1, False),
        ("tosu", "a@example.jp", 1, False),  # AMB-39: a link only
    ],
)
def test_what_is_attached_follows_the_city_s_limits_to_the_byte(
    town: Town, city: str, address: str, size: int, attached: bool
) -> None:
    document = ContractDocument(name="契約書", final_sha256="0" * 64, final_size=size)
    rules = house().cities[city]
    assert bool(completion_attachments(rules, [document], address)) is attached
    small = ContractDocument(name="別紙", final_sha256="1" * 64, final_size=1)
    assert len(completion_attachments(rules, [small, document], address)) == (2 if attached else 0)


@pytest.mark.parametrize(
    ("each_town", "days"), [("ashikaga", 10), ("iwaki", 14), ("tosu", 14)], indirect=["each_town"]
)
def test_the_download_link_lives_exactly_as_long_as_the_city_says(each_town: Town, days: int) -> None:
    each_town.conclude()
    (letter,) = [x for x in each_town.letters(to="taro@") if "/download/" in x.body]
    token = letter.body.split("/download/")[1].split()[0]

    def opened(at: datetime) -> object:
        with looking(OFFICER) as act:
            found = open_download_link(act.session, token, at)
            return found.kind if isinstance(found, LinkProblem) else type(found)

    end = clock.now() + timedelta(days=days)
    assert opened(end - timedelta(minutes=1)) is OpenedLink
    assert opened(end + timedelta(minutes=1)) is LinkProblemKind.EXPIRED
