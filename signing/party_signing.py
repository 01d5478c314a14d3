"""Party type (当事者型): each signer's own certificate; the key is released only while the signer acts.

One act has four moments: `party_turn` reads what is to be signed, `prepare_party` makes each file with a hole for
this very certificate, the key signs the attributes, `keep_party` writes consent, evidence and signatures in one
transaction. A crash before that leaves nothing; after it the sealing job adds the time-stamp, whenever the
authority answers. Preparing and signing hold no transaction open.
"""

from dataclasses import replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from signing.circulations import drop_hand_outs, record_consent, refuse_unless_ready
from signing.errors import (
    CertificateUnusable,
    DayChanged,
    DocumentMoved,
    SignatureInProgress,
    SignatureReturned,
)
from signing.evidence import Circumstances
from signing.journals import JobState, is_last_signature
from signing.modes import JobKind
from signing.orm import CirculationStep, Evidence, SealJob
from signing.pades.holes import JST
from signing.pades.identities import from_pem, to_pem
from signing.pades.seal import Sealed
from signing.pades.timestamps import UnforeseenAuthority
from signing.party_preparations import (
    PartyDocument,
    PartyPreparation,
    PartyTurn,
    PreparedPartyDocument,
    SignedParty,
)
from signing.services import SealingServices
from signing.timelines import lock_step, note


def party_turn(session: Session, step_id: str, now: datetime) -> PartyTurn:
    """What the step would sign now; refuses out of turn, unread, or while another signature is being made."""
    step = session.get_one(CirculationStep, step_id, populate_existing=True)
    refuse_unless_ready(session, step)
    refuse_in_progress(session, step, now)
    assert step.field_name is not None
    return PartyTurn(
        step_id=step.id,
        field_name=step.field_name,
        name=step.name,
        organisation=step.organisation,
        title=step.title,
        appearance=step.appearance,
        is_last=is_last_signature(step.envelope, step),
        documents=tuple(
            PartyDocument(d.id, d.name, d.head_sha256, d.has_date_field) for d in step.envelope.documents
        ),
    )


def keep_party(
    session: Session, signed: SignedParty, circumstances: Circumstances, now: datetime
) -> Evidence:
    """Consent, evidence and signatures (同意と署名の保存) in the caller's one transaction: all of it, or nothing."""
    preparation = signed.preparation
    step = lock_step(session, preparation.turn.step_id)
    refuse_unless_ready(session, step)
    refuse_in_progress(session, step, now)
    refuse_changed(step, preparation, now)
    clear_hand_outs(session, step, now)
    for document, signature in zip(preparation.documents, signed.signatures, strict=True):
        job = new_job(step, preparation, document, now)
        job.signature = signature
        session.add(job)
    return consent_of_party(session, step, preparation, circumstances, now)


def consent_of_party(
    session: Session,
    step: CirculationStep,
    preparation: PartyPreparation,
    circumstances: Circumstances,
    now: datetime,
) -> Evidence:
    """The consent that goes with kept signatures; its evidence names the certificate."""
    subject = preparation.subject
    step.returned_at = step.returned_because = None
    shown = {**circumstances.shown, "certificate": subject.to_json()}
    evidence = record_consent(session, step, replace(circumstances, shown=shown), now)
    note(
        session,
        step.envelope,
        "signed_by_party",
        now,
        step,
        person=step.name,
        holder=subject.name,
        organisation=subject.organisation,
        serial=subject.serial,
    )
    session.flush()
    return evidence


def new_job(
    step: CirculationStep, preparation: PartyPreparation, document: PreparedPartyDocument, now: datetime
) -> SealJob:
    """The journal's row of one prepared document."""
    return SealJob(
        owner=step.owner,
        envelope_id=step.envelope_id,
        document_id=document.document.document_id,
        step_id=step.id,
        kind=JobKind.SIGNATURE,
        job_key=f"signature:{step.id}",
        created_at=now,
        next_attempt_at=now,
        base_sha256=document.document.head_sha256,
        tbs_sha256=document.tbs_sha256,
        digest=document.prepared.digest,
        hole_start=document.prepared.hole_start,
        hole_end=document.prepared.hole_end,
        prepared_at=preparation.prepared_at,
        filled_on=document.filled_on,
        attributes=document.attributes,
        signer_certificates=to_pem(preparation.identity),
    )


def complete_signature(services: SealingServices, job: JobState, now: datetime) -> Sealed:
    """The CMS of a kept signature with its time-stamp; the certificate is checked once more before that.

    Raises SignatureReturned where the certificate was revoked or has ended since: then nothing is sealed, and the
    signer is asked again.
    """
    assert job.attributes is not None
    assert job.signature is not None
    assert job.signer_certificates is not None
    assert job.prepared is not None
    identity = from_pem(job.signer_certificates)
    try:
        services.sealer.check(now, identity)
    except CertificateUnusable as error:
        if error.facts.get("reason") not in ("revoked", "expired"):
            raise
        raise SignatureReturned(error.text, remedy=error.remedy, **error.facts) from error
    try:
        sealed = services.sealer.finish(job.attributes, job.signature, identity)
    except UnforeseenAuthority:
        services.sealer.forget(job.prepared.digest)  # its evidence comes with the document time-stamp
        raise
    if not job.prepared.has_room_for(sealed.cms):
        raise SignatureReturned(
            "署名値が、書類に用意した場所に入りませんでした。もう一度署名をお願いします。"
        )
    return sealed


def refuse_in_progress(session: Session, step: CirculationStep, now: datetime) -> None:
    """A signature is over the version it saw: while another one is under way, nobody else begins (同時の署名)."""
    unfinished = select(SealJob).where(
        SealJob.envelope_id == step.envelope_id, SealJob.finished_at.is_(None), SealJob.step_id.is_not(None)
    )
    for job in session.scalars(unfinished):
        is_handed_out = job.signature is None and job.handed_out_until is not None
        if not is_handed_out:
            raise SignatureInProgress(since=job.created_at)
        if job.step_id != step.id and job.handed_out_until is not None and job.handed_out_until > now:
            raise SignatureInProgress(until=job.handed_out_until)


def clear_hand_outs(session: Session, step: CirculationStep, now: datetime) -> None:
    """Forgets what this step was handed out, and what others were and did not bring back in time."""
    drop_hand_outs(session, step)
    late = select(SealJob).where(
        SealJob.envelope_id == step.envelope_id,
        SealJob.signature.is_(None),
        SealJob.handed_out_until <= now,
    )
    for job in session.scalars(late):
        session.delete(job)
    session.flush()


def refuse_changed(step: CirculationStep, preparation: PartyPreparation, now: datetime) -> None:
    """What was prepared must still be what is signed: the same versions, and for the last one the same day."""
    heads = {document.id: document.head_sha256 for document in step.envelope.documents}
    seen = {d.document.document_id: d.document.head_sha256 for d in preparation.documents}
    if heads != seen or is_last_signature(step.envelope, step) != preparation.turn.is_last:
        raise DocumentMoved()
    today = now.astimezone(JST).date()
    if any(d.filled_on not in (None, today) for d in preparation.documents):
        raise DayChanged()
