"""Who may stamp a file that another process prepared: only an authority whose evidence is in it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID
from sqlalchemy import select

from signing import journals
from signing.orm import SealJob
from signing.pades.ca_folders import service_certificate
from signing.pades.coverage import covered_by
from signing.pades.demo_pki import _PLAN, DemoPki, open_demo_pki
from signing.pades.demo_tsa import DemoTsa
from signing.pades.seal import Prepared, Sealed, Sealer, SignatureRequest
from signing.pades.timestamps import Timestamper, UnforeseenAuthority
from signing.testing import NOON
from tests.signing import flows
from tests.signing.workshop import open_workshop


@pytest.fixture(scope="module")
def workshop(tmp_path_factory):
    return open_workshop(tmp_path_factory.mktemp("foreseen"))


class Authority:
    """One authority that changes its certificate when it is told to."""

    name = "時刻認証局"

    def __init__(self, pki: DemoPki, clock) -> None:
        self.pki, self.clock = pki, clock
        self.tsa = DemoTsa(pki, clock)

    def answer(self, request: bytes) -> bytes:
        return self.tsa.answer(request)

    def change_certificate(self) -> None:
        key = ec.generate_private_key(ec.SECP256R1())
        issuing = self.pki.keys["issuing"], self.pki.certificates["issuing"]
        usage = ExtendedKeyUsageOID.TIME_STAMPING
        certificate = service_certificate(_PLAN, "新しい時刻認証局", *issuing, key, usage)
        self.pki.ca.note_issued(certificate)
        renewed = replace(
            self.pki,
            keys=self.pki.keys | {"tsa": key},
            certificates=self.pki.certificates | {"tsa": certificate},
        )
        self.tsa = DemoTsa(renewed, self.clock)


def process(services, authority: Authority, clock) -> Sealer:
    """A sealer as another process has it: it remembers nothing of what others prepared."""
    timestamper = Timestamper([authority], services.trust, clock)
    opened = services.sealer
    return Sealer(opened._key, timestamper, opened._revocation, services.trust)


@pytest.mark.parametrize("kind", ["signature", "timestamp"])
def test_a_file_of_a_dead_process_is_not_stamped_by_a_certificate_it_holds_nothing_about(workshop, kind):
    services = workshop.services
    authority = Authority(workshop.pki, lambda: NOON)
    first = process(services, authority, lambda: NOON)
    tbs = workshop.path()
    if kind == "signature":
        prepared = first.prepare_signature(workshop.document(), tbs, SignatureRequest("Sig1", "承認"), NOON)
    else:
        prepared = first.prepare_timestamp(workshop.document(), tbs, "DTS", NOON)
    second = process(services, authority, lambda: NOON)

    def seal(sealer: Sealer) -> Sealed:
        return (
            sealer.sign(prepared.digest, tbs=tbs)
            if kind == "signature"
            else sealer.stamp(prepared.digest, tbs=tbs)
        )

    assert seal(second).stamped_at == NOON  # the same certificate as in the file
    authority.change_certificate()
    third = process(services, authority, lambda: NOON)
    [learned] = third.timestamper.foresee()
    assert covered_by(tbs, [learned], NOON) == frozenset()
    for sealer in (second, third, third):  # knowing the certificate does not put its evidence into the file
        with pytest.raises(UnforeseenAuthority):
            seal(sealer)
    anew = workshop.path()
    prepared = third.prepare_signature(workshop.document(), anew, SignatureRequest("Sig1", "承認"), NOON)
    fourth = process(services, authority, lambda: NOON)
    assert fourth.sign(prepared.digest, tbs=anew).stamped_at == NOON


def test_evidence_that_has_run_out_does_not_cover(workshop):
    tbs = workshop.path()
    sealer = process(workshop.services, Authority(workshop.pki, lambda: NOON), lambda: NOON)
    sealer.prepare_signature(workshop.document(), tbs, SignatureRequest("Sig1", "承認"), NOON)
    [chain] = sealer.timestamper.foresee()
    assert covered_by(tbs, [chain], NOON) == {chain.fingerprint}
    assert covered_by(tbs, [chain], NOON.replace(year=NOON.year + 1)) == frozenset()
    assert covered_by(workshop.document(), [chain], NOON) == frozenset()


def test_a_preparation_of_a_dead_process_is_made_anew_after_the_authority_changed(
    transaction, services, clock, tmp_path
):
    """Prepared by one, the authority changes its certificate, another learns that, a third one seals."""
    authority = Authority(open_demo_pki(tmp_path / "keys"), clock)
    dying = replace(services, sealer=process(services, authority, clock))
    envelope_id = flows.start(transaction, dying, clock())
    flows.agree_next(transaction, envelope_id, clock())
    dead_tbs = prepare_and_die(transaction, dying, clock, envelope_id)
    authority.change_certificate()
    living = replace(services, sealer=process(services, authority, clock))
    living.sealer.timestamper.foresee()
    [outcome] = flows.seal(transaction, living, clock)
    assert outcome.problem is None
    with transaction() as session:
        [job] = session.scalars(select(SealJob).where(SealJob.envelope_id == envelope_id))
        assert job.tbs_sha256 != dead_tbs
        sealed = services.store.path(job.result_sha256)
    [chain] = living.sealer.timestamper.foresee()
    assert covered_by(sealed, [chain], clock()) == {chain.fingerprint}


def prepare_and_die(transaction, services, clock, envelope_id: str) -> str:
    """The journal as a process leaves it that was killed after its preparation was kept."""
    from signing.sealing import _Worker

    worker = _Worker(transaction, services, clock, flows.date_text)
    with transaction() as session:
        batch = journals.next_batch(session, envelope_id)
    for job in batch.jobs:
        worker._prepare(batch, job)
    with transaction() as session:
        [job] = session.scalars(select(SealJob).where(SealJob.envelope_id == envelope_id))
        assert job.tbs_sha256
        assert job.cms is None
        return job.tbs_sha256


def test_room_is_counted_in_hexadecimal_digits():
    prepared = Prepared(b"", 100, 100 + 2 + 2 * 8)
    assert prepared.has_room_for(bytes(8))
    assert not prepared.has_room_for(bytes(9))
