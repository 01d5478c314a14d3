"""The circulation: order, double presses, forwarding, declining, links."""

import threading
from dataclasses import replace
from datetime import timedelta

import pytest

import signing
from signing import LinkProblemKind, Side, StepRole, errors
from signing.envelopes import DocumentDraft, EnvelopeDraft, PartyDraft
from signing.modes import EnvelopeStatus, StepStatus, ViewingRule
from signing.orm import Envelope, Evidence, Link, SealJob
from signing.testing import BY_MAIL_LINK, CITY, CONTRACTOR, agree, make_envelope, make_pdf
from tests.signing import flows

CLERK = PartyDraft(
    Side.RECEIVER, "事務 次郎", "株式会社山田建設", "clerk@example.co.jp", role=StepRole.REVIEWER
)


@pytest.fixture
def sent(transaction, services, clock):
    """An envelope that was just sent: (id, the contractor's step id, the raw token)."""
    with transaction() as session:
        envelope = make_envelope(session, services, clock())
        [asked] = signing.send(session, envelope.id, clock())
        return envelope.id, asked.step.id, asked.token


def test_sending_twice_is_told_when_it_was_sent(transaction, clock, sent):
    with transaction() as session, pytest.raises(errors.AlreadySent) as refused:
        signing.send(session, sent[0], clock())
    assert refused.value.facts["at"] == clock()


def test_city_is_asked_only_after_the_contractors_seal_is_stored(transaction, services, clock, sent):
    with transaction() as session:
        assert signing.steps_to_ask(session) == []
        city = session.get_one(Envelope, sent[0]).steps[1]
        with pytest.raises(errors.NotYourTurn):
            signing.ask(session, city.id, clock())
        with pytest.raises(errors.NotYourTurn):
            agree(session, city, clock())
    flows.agree_next(transaction, sent[0], clock())
    with transaction() as session:
        assert signing.steps_to_ask(session) == []
    flows.seal(transaction, services, clock)
    with transaction() as session:
        [step] = signing.steps_to_ask(session)
        assert step.side is Side.SENDER
        assert signing.ask(session, step.id, clock()).token
        assert signing.ask(session, step.id, clock()) is None
        assert session.get_one(Envelope, sent[0]).confirmed_count == 1


def test_consent_has_one_effect_and_the_second_press_is_told(transaction, clock, sent):
    answers = []

    def press():
        try:
            with transaction() as session:
                answers.append(signing.consent(session, sent[1], BY_MAIL_LINK, clock()).id)
        except errors.AlreadyConsented as told:
            answers.append(told.facts["at"])

    presses = [threading.Thread(target=press) for _ in range(4)]
    for thread in presses:
        thread.start()
    for thread in presses:
        thread.join()
    assert sorted(isinstance(answer, str) for answer in answers) == [False, False, False, True]
    with transaction() as session:
        assert session.query(Evidence).count() == 1
        assert session.query(SealJob).count() == 1


def test_evidence_names_the_bytes_that_were_agreed_to(transaction, clock, sent):
    with transaction() as session:
        circumstances = replace(BY_MAIL_LINK, shown={"title": "市道改良工事"})
        signing.consent(session, sent[1], circumstances, clock())
    with transaction() as session:
        [evidence] = signing.evidence_of(session, sent[0])
        document = session.get_one(Envelope, sent[0]).documents[0]
        assert evidence.documents[0]["sha256"] == document.prepared_sha256
        assert (evidence.email, evidence.authentication) == ("taro@example.co.jp", "mail_link")
        assert (evidence.pressed, evidence.shown) == ("同意して確認完了", {"title": "市道改良工事"})


def test_every_document_must_be_displayed_before_the_consent(transaction, services, clock):
    drafts = [DocumentDraft("契約書.pdf", make_pdf(pages=2)), DocumentDraft("約款.pdf", make_pdf())]
    draft = EnvelopeDraft("mihon", "r", "件名", "見本市", drafts, [CONTRACTOR, CITY])
    prepared = signing.prepare_envelope(services, draft)
    with transaction() as session:
        envelope = signing.create_envelope(session, prepared, clock())
        [asked] = signing.send(session, envelope.id, clock())
        first, second = envelope.documents
        signing.record_viewed(session, asked.step.id, first.id, 1, clock())
        signing.record_viewed(session, asked.step.id, first.id, 1, clock())
        with pytest.raises(errors.NotViewed) as refused:
            agree(session, asked.step, clock())
        assert refused.value.facts["documents"] == ["約款.pdf"]
        signing.record_viewed(session, asked.step.id, second.id, 1, clock())
        envelope.viewing_rule = ViewingRule.EVERY_PAGE
        session.flush()
        assert signing.unviewed_documents(session, asked.step) == [first]
        signing.record_viewed(session, asked.step.id, first.id, 2, clock())
        assert agree(session, asked.step, clock())


def test_declining_ends_the_envelope_with_a_reason(transaction, clock, sent):
    with transaction() as session:
        with pytest.raises(errors.BadDraft):
            signing.decline(session, sent[1], " ", BY_MAIL_LINK, clock())
        signing.decline(session, sent[1], "金額が違います", BY_MAIL_LINK, clock())
    with transaction() as session:
        envelope = session.get_one(Envelope, sent[0])
        assert envelope.status is EnvelopeStatus.DECLINED
        assert envelope.steps[0].decline_reason == "金額が違います"
        assert signing.open_link(session, sent[2], clock()).kind is LinkProblemKind.FINISHED
        with pytest.raises(errors.AlreadyDeclined):
            signing.consent(session, sent[1], BY_MAIL_LINK, clock())
        with pytest.raises(errors.AlreadyDeclined):
            signing.cancel(session, sent[0], "", clock())


def test_forwarding_moves_the_right_to_sign(transaction, services, clock, sent):
    with transaction() as session:
        asked = signing.forward(session, sent[1], name="佐藤 一", email="sato@example.co.jp", now=clock())
        assert asked.step.organisation == CONTRACTOR.organisation
        assert signing.open_link(session, sent[2], clock()).kind is LinkProblemKind.VOIDED
        assert signing.open_link(session, asked.token, clock()).step is asked.step
        with pytest.raises(errors.AlreadyForwarded):
            signing.consent(session, sent[1], BY_MAIL_LINK, clock())
        agree(session, asked.step, clock())
    [outcome] = flows.seal(transaction, services, clock)
    assert outcome.step_id == asked.step.id
    with transaction() as session:
        envelope = session.get_one(Envelope, sent[0])
        assert [step.status for step in envelope.steps[:2]] == [StepStatus.FORWARDED, StepStatus.SEALED]
        verdict = signing.verify_pdf(
            services.store.path(envelope.documents[0].head_sha256), services.trust, clock()
        )
        assert "佐藤 一 様 sato@example.co.jp" in verdict.signatures[0].reason


def test_a_reported_problem_suspends_until_the_sender_resumes(transaction, clock, sent):
    with transaction() as session:
        signing.report_problem(session, sent[1], "図面がありません", clock())
        assert session.get_one(Envelope, sent[0]).status is EnvelopeStatus.SUSPENDED
        with pytest.raises(errors.EnvelopeSuspended):
            signing.consent(session, sent[1], BY_MAIL_LINK, clock())
        signing.resume(session, sent[0], clock())
        with pytest.raises(errors.NotSuspended):
            signing.resume(session, sent[0], clock())
        assert signing.consent(session, sent[1], BY_MAIL_LINK, clock())


def test_a_reviewer_confirms_without_a_seal(transaction, services, clock):
    parties = [CLERK, CONTRACTOR, CITY]
    envelope_id = flows.conclude(transaction, services, clock, parties=parties)
    with transaction() as session:
        envelope = session.get_one(Envelope, envelope_id)
        assert envelope.steps[0].status is StepStatus.CONFIRMED
        assert envelope.confirmed_count == 3
        assert len(signing.evidence_of(session, envelope_id)) == 3
    [head] = flows.heads(transaction, envelope_id)
    verdict = signing.verify_pdf(services.store.path(head), services.trust, clock())
    assert len([s for s in verdict.signatures if s.kind == "signature"]) == 2


def test_parties_of_one_turn_sign_side_by_side(transaction, services, clock):
    partner = PartyDraft(Side.RECEIVER, "構成員 三郎", "三郎建設", "saburo@example.co.jp", turn=1)
    parties = [replace(CONTRACTOR, turn=1), partner, replace(CITY, turn=2)]
    envelope_id = flows.conclude(transaction, services, clock, parties=parties)
    [head] = flows.heads(transaction, envelope_id)
    verdict = signing.verify_pdf(services.store.path(head), services.trust, clock())
    assert verdict.is_valid, verdict
    assert len(verdict.signatures) == 4


def test_cancelling_voids_every_link_unless_everybody_has_agreed(transaction, services, clock, sent):
    flows.agree_next(transaction, sent[0], clock())
    flows.seal(transaction, services, clock)
    flows.agree_next(transaction, sent[0], clock())
    with transaction() as session, pytest.raises(errors.AlreadyFinished):
        signing.cancel(session, sent[0], "", clock())
    other = flows.start(transaction, services, clock())
    with transaction() as session:
        signing.cancel(session, other, "誤送信", clock())
        assert session.get_one(Envelope, other).status is EnvelopeStatus.CANCELLED
        links = session.query(Link).filter_by(envelope_id=other).all()
        assert all(link.voided_at for link in links)
        with pytest.raises(errors.AlreadyCancelled):
            signing.cancel(session, other, "", clock())


def test_link_lives_to_the_minute_and_resending_voids_it(transaction, clock, sent):
    ten_days = timedelta(days=10)
    with transaction() as session:
        last_moment = clock() + ten_days - timedelta(seconds=1)
        assert isinstance(signing.open_link(session, sent[2], last_moment), signing.OpenedLink)
        expired = signing.open_link(session, sent[2], clock() + ten_days)
        assert (expired.kind, expired.step.id) == (LinkProblemKind.EXPIRED, sent[1])
        assert signing.open_link(session, "nonsense", clock()).kind is LinkProblemKind.UNKNOWN
        clock.move(days=11)
        again = signing.resend(session, sent[1], clock())
        assert again.expires_at == clock() + ten_days
        assert signing.open_link(session, sent[2], clock()).kind is LinkProblemKind.VOIDED
        assert signing.open_link(session, again.token, clock()).step.id == sent[1]
        assert all(link.token_sha256 != again.token for link in session.query(Link))


def test_download_link_opens_until_its_end_and_no_signing_page(transaction, services, clock):
    envelope_id = flows.conclude(transaction, services, clock)
    until = clock() + timedelta(days=14)
    with transaction() as session:
        token = signing.create_download_link(session, envelope_id, "taro@example.co.jp", until, clock())
        opened = signing.open_download_link(session, token, until - timedelta(minutes=1))
        assert opened.envelope.id == envelope_id
        late = signing.open_download_link(session, token, until + timedelta(minutes=1))
        assert late.kind is LinkProblemKind.EXPIRED
        assert signing.open_link(session, token, clock()).kind is LinkProblemKind.UNKNOWN


@pytest.mark.parametrize(
    "wrong",
    [
        {"documents": []},
        {"documents": [DocumentDraft(f"{n}.pdf", b"") for n in range(21)]},
        {"parties": []},
        {"parties": [CLERK]},
        {"parties": [CONTRACTOR, CLERK]},
        {"parties": [replace(CONTRACTOR, email="none"), CITY]},
        {"parties": [replace(CONTRACTOR, turn=1), replace(CITY, turn=1)]},
    ],
)
def test_a_wrong_draft_is_refused(services, wrong):
    values = {"documents": [DocumentDraft("a.pdf", make_pdf())], "parties": [CONTRACTOR, CITY], **wrong}
    draft = EnvelopeDraft("mihon", "r", "件名", "見本市", values["documents"], values["parties"])
    with pytest.raises(errors.BadDraft):
        signing.prepare_envelope(services, draft)
