"""Party type: own certificates, one commit, nothing half-signed, revoked certificates, authorities that are down."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from cryptography.hazmat.primitives.serialization import Encoding
from sqlalchemy import func, select

import signing
from signing import errors
from signing.modes import EnvelopeStatus, StepStatus
from signing.orm import CirculationStep, Envelope, Evidence, SealJob
from signing.party_signing import keep_party, party_turn
from signing.testing import CITY, CONTRACTOR, DATE_BOX, agree, make_pdf
from tests import judges
from tests.signing import flows, parties
from tests.signing.test_sealing import DownTsa, with_authority


@pytest.fixture
def town(services, tmp_path):
    return parties.town(services, tmp_path)


def verdict_of(transaction, town, clock, envelope_id):
    [head] = flows.heads(transaction, envelope_id)
    return signing.verify_pdf(town.services.store.path(head), town.services.trust, clock())


def test_each_party_signs_with_its_own_certificate(transaction, town, clock, tmp_path):
    envelope_id = parties.start(transaction, town, clock())
    parties.conclude(transaction, town, clock, envelope_id)
    verdict = verdict_of(transaction, town, clock, envelope_id)
    assert verdict.is_valid
    first, second, stamp = verdict.signatures
    assert (first.organisation, second.organisation) == (CONTRACTOR.organisation, CITY.organisation)
    assert CONTRACTOR.name in first.signer
    assert stamp.kind == "document_timestamp"
    with transaction() as session:
        envelope = session.get_one(Envelope, envelope_id)
        assert envelope.status is EnvelopeStatus.FINISHED
        assert envelope.contract_on.isoformat() == "2026-05-01"
        consents = signing.evidence_of(session, envelope_id)
        assert [e.shown["certificate"]["organisation"] for e in consents] == [
            CONTRACTOR.organisation,
            CITY.organisation,
        ]
        assert {e.authentication for e in consents} == {"mail_link+pin+signing_password"}
    _assert_judges_agree(transaction, town, envelope_id, tmp_path)


def _assert_judges_agree(transaction, town, envelope_id, tmp_path) -> None:
    [head] = flows.heads(transaction, envelope_id)
    pdf = town.services.store.path(head)
    root = tmp_path / "root.pem"
    pki = town.revocations.pki
    root.write_bytes(pki.certificates["root"].public_bytes(Encoding.PEM))
    found = [f for f in judges.pdfsig(pdf, judges.nss_database(tmp_path / "nss", root)) if not f.is_timestamp]
    assert len(found) == 2
    assert all(f.is_valid for f in found)
    said = "".join(f.said for f in found)
    assert f"{CONTRACTOR.title}" in said or CONTRACTOR.organisation in said
    assert all(f.is_good for f in judges.pyhanko(pdf, root))


def test_a_button_alone_signs_nothing(transaction, town, clock):
    envelope_id = parties.start(transaction, town, clock())
    [step] = parties.waiting(transaction, envelope_id, clock())
    with transaction() as session, pytest.raises(errors.PartySignatureNeeded):
        agree(session, step, clock())
    with transaction() as session:
        assert session.scalar(select(func.count()).select_from(SealJob)) == 0


class Crash(BaseException):
    """The end of the process."""


@pytest.mark.parametrize("where", ["check", "prepare_signature", "attributes", "sign", "keep", "commit"])
def test_a_crash_before_the_commit_leaves_nothing_half_signed(transaction, town, clock, monkeypatch, where):
    envelope_id = parties.start(transaction, town, clock())
    [step] = parties.waiting(transaction, envelope_id, clock())
    key = town.person(step).key

    def die(*_args, **_kwargs):
        raise Crash

    fragile = town
    if where in ("check", "prepare_signature", "attributes"):
        sealer = type(
            "Fragile", (), {where: staticmethod(die), "__getattr__": lambda _, n: getattr(real, n)}
        )()
        real = town.services.sealer
        fragile = replace(town, services=replace(town.services, sealer=sealer))
    if where == "sign":
        key = replace(key, sign=die)
    if where == "keep":
        monkeypatch.setattr("signing.party_signing.record_consent", die)

    def act():
        done = parties.signed(transaction, fragile, step, clock(), key)
        with transaction() as session:
            keep_party(session, done, parties.BY_PIN, clock())
            raise Crash

    with pytest.raises(Crash):
        act()
    monkeypatch.undo()
    with transaction() as session:
        assert session.scalar(select(func.count()).select_from(SealJob)) == 0
        assert session.scalar(select(func.count()).select_from(Evidence)) == 0
        assert session.get_one(Envelope, envelope_id).confirmed_count == 0
    parties.conclude(transaction, town, clock, envelope_id)
    assert verdict_of(transaction, town, clock, envelope_id).is_valid


def test_the_signature_stands_while_the_authority_is_down_for_a_week(transaction, town, clock):
    authority, fragile = with_authority(town.services, clock, DownTsa)
    down = replace(town, services=fragile)
    authority.is_down = False
    envelope_id = parties.start(transaction, down, clock())
    [step] = parties.waiting(transaction, envelope_id, clock())
    done = parties.signed(transaction, down, step, clock())
    authority.is_down = True
    with transaction() as session:
        keep_party(session, done, parties.BY_PIN, clock())
    for _ in range(7):
        flows.seal(transaction, fragile, clock)
        clock.move(days=1)
    with transaction() as session:
        [job] = signing.pending_seals(session, "mihon")
        assert job.signature == done.signatures[0]
        assert job.cms is None
        assert session.get_one(CirculationStep, step.id).status is StepStatus.CONSENTED
    authority.is_down = False
    clock.move(minutes=6)
    [outcome] = flows.seal(transaction, fragile, clock)
    assert outcome.result is signing.SealResult.SEALED
    parties.conclude(transaction, down, clock, envelope_id)
    assert verdict_of(transaction, town, clock, envelope_id).is_valid


def test_an_authority_that_is_down_at_the_act_does_not_stop_it(transaction, town, clock):
    """A fresh process knows no authority yet; what proves its certificate comes with the last time-stamp."""
    authority, fragile = with_authority(town.services, clock, DownTsa)
    down = replace(town, services=fragile)
    envelope_id = parties.start(transaction, down, clock())
    [step] = parties.waiting(transaction, envelope_id, clock())
    parties.sign(transaction, down, step, clock())
    authority.is_down = False
    parties.conclude(transaction, down, clock, envelope_id)
    assert verdict_of(transaction, town, clock, envelope_id).is_valid


def test_a_last_signature_stamped_on_another_day_is_asked_for_again(transaction, town, clock):
    authority, fragile = with_authority(town.services, clock, DownTsa)
    authority.is_down = False
    down = replace(town, services=fragile)
    envelope_id = parties.start(transaction, down, clock())
    [step] = parties.waiting(transaction, envelope_id, clock())
    parties.sign(transaction, down, step, clock())
    flows.seal(transaction, fragile, clock)
    [city] = parties.waiting(transaction, envelope_id, clock())
    done = parties.signed(transaction, down, city, clock())
    authority.is_down = True
    with transaction() as session:
        keep_party(session, done, parties.BY_PIN, clock())
    flows.seal(transaction, fragile, clock)
    clock.move(days=1)
    authority.is_down = False
    [outcome] = flows.seal(transaction, fragile, clock)
    assert outcome.result is signing.SealResult.RETURNED
    assert "契約締結日" in outcome.problem
    with transaction() as session:
        returned = session.get_one(CirculationStep, city.id)
        assert returned.returned_because == outcome.problem
        assert returned.status is StepStatus.WAITING
        assert "returned" in [event.name for event in returned.envelope.events]
        assert len(signing.evidence_of(session, envelope_id)) == 1
        assert len(signing.evidence_of(session, envelope_id, with_superseded=True)) == 2
    parties.conclude(transaction, down, clock, envelope_id)
    with transaction() as session:
        envelope = session.get_one(Envelope, envelope_id)
        assert envelope.contract_on.isoformat() == "2026-05-02"
        assert envelope.active_steps[-1].returned_because is None
    assert verdict_of(transaction, town, clock, envelope_id).is_valid


def test_a_certificate_revoked_between_consent_and_seal_seals_nothing(transaction, town, clock):
    envelope_id = parties.start(transaction, town, clock())
    [step] = parties.waiting(transaction, envelope_id, clock())
    parties.sign(transaction, town, step, clock())
    before = flows.heads(transaction, envelope_id)
    town.revocations.revoke(town.person(step).certificate, clock())
    clock.move(minutes=1)
    [outcome] = flows.seal(transaction, town.services, clock)
    assert outcome.result is signing.SealResult.RETURNED
    assert "失効" in outcome.problem
    assert flows.heads(transaction, envelope_id) == before
    with transaction() as session:
        assert signing.pending_seals(session) == []
        assert [s.id for s in signing.steps_to_ask(session)] == [step.id]
    town.people[step.email] = parties.issue(
        town.revocations.pki.folder.parent, CONTRACTOR.name, CONTRACTOR.organisation
    )
    parties.conclude(transaction, town, clock, envelope_id)
    assert verdict_of(transaction, town, clock, envelope_id).is_valid


def test_a_revoked_key_of_the_service_seals_nothing_and_staff_is_told(transaction, town, clock):
    from cryptography import x509

    witness = x509.load_der_x509_certificate(town.services.sealer._key.certificate.dump())
    envelope_id = flows.start(transaction, town.services, clock())
    flows.agree_next(transaction, envelope_id, clock())
    before = flows.heads(transaction, envelope_id)
    town.revocations.revoke(witness, clock())
    [outcome] = flows.seal(transaction, town.services, clock)
    assert outcome.result is signing.SealResult.STOPPED
    assert "失効" in outcome.problem
    assert flows.heads(transaction, envelope_id) == before
    with transaction() as session:
        [job] = signing.pending_seals(session, "mihon")
        assert "失効" in job.last_error
        assert job.step.consented_at


@pytest.mark.parametrize(
    ("validity", "words"),
    [
        ({"until": datetime(2026, 4, 30, tzinfo=UTC)}, "有効期限が切れて"),
        ({"since": datetime(2026, 6, 1, tzinfo=UTC)}, "まだ有効ではありません"),
        ({"revoked": True}, "失効"),
        ({"organisation": "別の会社"}, "別の会社"),
        ({"stranger": True}, "認証局"),
    ],
)
def test_a_certificate_that_will_not_do_is_refused_before_it_signs(transaction, town, clock, validity, words):
    keys, validity = town.revocations.pki.folder.parent, dict(validity)
    if validity.pop("stranger", False):
        other = parties.issue(keys, "偽の認証局", "偽")
        validity["issuer"] = (other.certificate, other.private_key)
    is_revoked = validity.pop("revoked", False)
    organisation = validity.pop("organisation", CONTRACTOR.organisation)
    person = parties.issue(keys, CONTRACTOR.name, organisation, **validity)
    if is_revoked:
        town.revocations.revoke(person.certificate, clock())
    envelope_id = parties.start(transaction, town, clock())
    [step] = parties.waiting(transaction, envelope_id, clock())

    def never(_data):
        raise AssertionError("the key was used")

    with pytest.raises(errors.CertificateUnusable) as refused:
        parties.signed(transaction, town, step, clock(), replace(person.key, sign=never))
    assert words in refused.value.text
    assert refused.value.remedy


def test_revocation_that_cannot_be_asked_is_said_as_it_is(transaction, town, clock):
    envelope_id = parties.start(transaction, town, clock())
    [step] = parties.waiting(transaction, envelope_id, clock())
    town.revocations.is_silent = True
    with pytest.raises(errors.SigningRefused) as refused:
        parties.signed(transaction, town, step, clock())
    assert "署名は行っていません" in refused.value.text


def test_a_key_that_signs_something_else_is_noticed(transaction, town, clock):
    envelope_id = parties.start(transaction, town, clock())
    [step] = parties.waiting(transaction, envelope_id, clock())
    key = town.person(step).key
    with pytest.raises(errors.SigningRefused):
        parties.signed(transaction, town, step, clock(), replace(key, sign=lambda d: key.sign(d + b"!")))


def test_midnight_between_preparing_and_keeping_prepares_again(transaction, town, clock):
    envelope_id = parties.start(transaction, town, clock())
    [step] = parties.waiting(transaction, envelope_id, clock())
    parties.sign(transaction, town, step, clock())
    flows.seal(transaction, town.services, clock)
    clock.at = datetime(2026, 5, 1, 14, 59, 58, tzinfo=UTC)
    [city] = parties.waiting(transaction, envelope_id, clock())
    done = parties.signed(transaction, town, city, clock())
    clock.move(seconds=3)
    with transaction() as session, pytest.raises(errors.DayChanged):
        keep_party(session, done, parties.BY_PIN, clock())
    parties.conclude(transaction, town, clock, envelope_id)
    with transaction() as session:
        assert session.get_one(Envelope, envelope_id).contract_on.isoformat() == "2026-05-02"


def test_a_second_press_of_the_same_person_is_told(transaction, town, clock):
    envelope_id = parties.start(transaction, town, clock())
    [step] = parties.waiting(transaction, envelope_id, clock())
    once, twice = (parties.signed(transaction, town, step, clock()) for _ in range(2))
    with transaction() as session:
        keep_party(session, once, parties.BY_PIN, clock())
    with transaction() as session, pytest.raises(errors.AlreadyConsented):
        keep_party(session, twice, parties.BY_PIN, clock())
    with transaction() as session:
        assert session.scalar(select(func.count()).select_from(SealJob)) == 1


def test_a_link_never_outlives_the_deadline_that_the_envelope_names(transaction, town, clock):
    ends = clock() + timedelta(days=3)
    envelope_id = parties.start(transaction, town, clock(), links_end_at=ends)
    with transaction() as session:
        [step, _] = session.get_one(Envelope, envelope_id).steps
        assert signing.resend(session, step.id, clock()).expires_at == ends
    clock.move(days=4)
    with transaction() as session:
        step = session.get_one(CirculationStep, step.id)
        assert signing.resend(session, step.id, clock()).expires_at == clock() + timedelta(days=10)


def test_several_documents_are_signed_in_one_act(transaction, town, clock):
    documents = [signing.DocumentDraft(f"{n}.pdf", make_pdf(), DATE_BOX if n == 1 else None) for n in (1, 2)]
    envelope_id = parties.start(transaction, town, clock(), documents=documents)
    parties.conclude(transaction, town, clock, envelope_id)
    for head in flows.heads(transaction, envelope_id):
        verdict = signing.verify_pdf(town.services.store.path(head), town.services.trust, clock())
        assert verdict.is_valid
        assert [s.organisation for s in verdict.signatures][:2] == [
            CONTRACTOR.organisation,
            CITY.organisation,
        ]


def test_what_was_signed_is_what_the_signer_saw(transaction, town, clock):
    envelope_id = parties.start(transaction, town, clock())
    [step] = parties.waiting(transaction, envelope_id, clock())
    with transaction() as session:
        turn = party_turn(session, step.id, clock())
    parties.sign(transaction, town, step, clock())
    with transaction() as session:
        [evidence] = signing.evidence_of(session, envelope_id)
        assert [d["sha256"] for d in evidence.documents] == [d.head_sha256 for d in turn.documents]
