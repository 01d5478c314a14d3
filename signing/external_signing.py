"""External signing (外部署名): what is to be signed is handed out for a short while, and a signature taken back.

The key stays where it is: in a card, a device, another service. What comes back is either the raw signature over
the handed-out attributes or a complete CMS (PKCS#7) over the document's digest; both are checked against the
certificate that the hand-out was made for, and nothing else is kept.
"""

import base64
import binascii
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from asn1crypto import cms
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from sqlalchemy import select
from sqlalchemy.orm import Session

from signing.circulations import refuse_unless_ready
from signing.errors import BadAnswer, HandOutExpired, NoHandOut, SigningRefused
from signing.evidence import Circumstances
from signing.journals import is_last_signature
from signing.orm import CirculationStep, Evidence, SealJob
from signing.pades import der
from signing.pades.cms import check_signature
from signing.pades.holes import Prepared
from signing.pades.identities import from_pem
from signing.party_preparations import (
    PartyDocument,
    PartyPreparation,
    PartyTurn,
    PreparedPartyDocument,
    SignedParty,
)
from signing.party_signing import (
    clear_hand_outs,
    consent_of_party,
    new_job,
    refuse_changed,
    refuse_in_progress,
)
from signing.timelines import lock_step, note

LIFETIME = timedelta(minutes=15)
MAX_ANSWER = 256 << 10
"""Bytes of one answer: a raw signature, or a CMS with its certificates."""
_ESSENTIAL = ("content_type", "message_digest", "signing_certificate_v2")


@dataclass(frozen=True)
class HandOut:
    """An open hand-out (署名するデータの受渡し): what is signed elsewhere, and until when it is taken back."""

    preparation: PartyPreparation
    handed_out_until: datetime


def hand_out(
    session: Session, preparation: PartyPreparation, now: datetime, lifetime: timedelta = LIFETIME
) -> HandOut:
    """Keeps a preparation for a signature from elsewhere. Nobody has consented yet; it ends by itself."""
    step = lock_step(session, preparation.turn.step_id)
    refuse_unless_ready(session, step)
    refuse_in_progress(session, step, now)
    refuse_changed(step, preparation, now)
    clear_hand_outs(session, step, now)
    until = now + lifetime
    for document in preparation.documents:
        job = new_job(step, preparation, document, now)
        job.handed_out_until = until
        session.add(job)
    note(session, step.envelope, "handed_out", now, step, person=step.name, until=until.isoformat())
    session.flush()
    return HandOut(preparation, until)


def open_hand_out(session: Session, step_id: str, now: datetime) -> HandOut | None:
    """What is handed out to a step at this moment, read back from the journal; None when nothing is."""
    step = session.get_one(CirculationStep, step_id)
    jobs = _handed_out(session, step)
    if not jobs or any(job.handed_out_until is None or job.handed_out_until <= now for job in jobs):
        return None
    return _read_back(step, jobs)


def required_hand_out(session: Session, step_id: str, now: datetime) -> HandOut:
    """The open hand-out of a step, or the refusal that says why there is none."""
    found = open_hand_out(session, step_id, now)
    if found is None:
        step = session.get_one(CirculationStep, step_id)
        raise HandOutExpired() if _handed_out(session, step) else NoHandOut()
    return found


def take_back(hand_out: HandOut, answers: Mapping[str, bytes]) -> SignedParty:
    """Checks the answers, by document id: each a raw signature or a CMS, as bytes or in Base64. No database.

    Raises BadAnswer with the document's name and what is wrong.
    """
    signatures, documents = [], []
    for document in hand_out.preparation.documents:
        answer = answers.get(document.document.document_id, b"")
        try:
            attributes, signature = _checked(hand_out, document, _decoded(answer))
        except SigningRefused as error:
            text = f"「{document.document.name}」：{error.text}"
            raise BadAnswer(text, remedy=error.remedy or None, **error.facts) from error
        documents.append(replace(document, attributes=attributes))
        signatures.append(signature)
    return SignedParty(replace(hand_out.preparation, documents=tuple(documents)), tuple(signatures))


def keep_taken_back(
    session: Session, signed: SignedParty, circumstances: Circumstances, now: datetime
) -> Evidence:
    """Consent, evidence and the signatures from elsewhere, in the caller's one transaction.

    Raises HandOutExpired when time has run out since, NoHandOut when another hand-out has replaced this one.
    """
    preparation = signed.preparation
    step = lock_step(session, preparation.turn.step_id)
    refuse_unless_ready(session, step)
    refuse_changed(step, preparation, now)
    jobs = {job.document_id: job for job in _handed_out(session, step)}
    for document, signature in zip(preparation.documents, signed.signatures, strict=True):
        job = jobs.get(document.document.document_id)
        if job is None or job.digest != document.prepared.digest:
            raise NoHandOut()
        if job.handed_out_until is None or job.handed_out_until <= now:
            raise HandOutExpired(until=job.handed_out_until)
        job.attributes, job.signature, job.next_attempt_at = document.attributes, signature, now
    return consent_of_party(session, step, preparation, circumstances, now)


def give_up_hand_out(session: Session, step_id: str, now: datetime) -> None:
    """Ends a hand-out before its time (受渡しの取りやめ), so that another way, or another party, may sign."""
    step = lock_step(session, step_id)
    if _handed_out(session, step):
        clear_hand_outs(session, step, now)
        note(session, step.envelope, "hand_out_given_up", now, step, person=step.name)


def hand_out_file(hand_out: HandOut, number: str) -> dict[str, Any]:
    """The hand-out as a JSON file (署名するデータ) for a signing device; every binary value is in Base64.

    `number` is the envelope's.
    """
    preparation = hand_out.preparation
    return {
        "format": "warifu-external-signature/1",
        "envelope": number,
        "signer": {"name": preparation.turn.name, "organisation": preparation.turn.organisation},
        "certificate_sha256": preparation.subject.fingerprint,
        "expires_at": hand_out.handed_out_until.isoformat(),
        "hash": "sha256",
        "documents": [
            {
                "number": position,
                "name": d.document.name,
                "signed_attributes": base64.b64encode(d.attributes).decode(),
                "signed_attributes_sha256": _sha256(d.attributes),
                "document_digest": base64.b64encode(d.prepared.digest).decode(),
            }
            for position, d in enumerate(preparation.documents, start=1)
        ],
    }


def _handed_out(session: Session, step: CirculationStep) -> list[SealJob]:
    query = select(SealJob).where(
        SealJob.step_id == step.id,
        SealJob.finished_at.is_(None),
        SealJob.handed_out_until.is_not(None),
        SealJob.signature.is_(None),
    )
    jobs = {job.document_id: job for job in session.scalars(query.execution_options(populate_existing=True))}
    return [jobs[document.id] for document in step.envelope.documents if document.id in jobs]


def _read_back(step: CirculationStep, jobs: list[SealJob]) -> HandOut:
    documents = tuple(_prepared(job) for job in jobs)
    assert step.field_name is not None
    turn = PartyTurn(
        step_id=step.id,
        field_name=step.field_name,
        name=step.name,
        organisation=step.organisation,
        is_last=is_last_signature(step.envelope, step),
        documents=tuple(d.document for d in documents),
    )
    first = jobs[0]
    assert first.signer_certificates is not None
    assert first.prepared_at is not None
    assert first.handed_out_until is not None
    identity = from_pem(first.signer_certificates)
    return HandOut(PartyPreparation(turn, identity, first.prepared_at, documents), first.handed_out_until)


def _prepared(job: SealJob) -> PreparedPartyDocument:
    assert job.base_sha256 is not None
    assert job.tbs_sha256 is not None
    assert job.digest is not None
    assert job.hole_start is not None
    assert job.hole_end is not None
    assert job.attributes is not None
    document = PartyDocument(job.document_id, job.document.name, job.base_sha256, job.document.has_date_field)
    prepared = Prepared(job.digest, job.hole_start, job.hole_end)
    return PreparedPartyDocument(document, job.tbs_sha256, prepared, job.filled_on, job.attributes)


def _decoded(answer: bytes) -> bytes:
    """Base64 text (with or without PEM lines) becomes bytes; bytes stay what they are."""
    if not answer.strip():
        raise BadAnswer(
            "署名値が入力されていません。", remedy="署名値を貼り付けるか、ファイルを選んでください。"
        )
    if len(answer) > MAX_ANSWER:
        raise BadAnswer("署名値が大きすぎます。")
    try:
        text = answer.decode("ascii")
    except UnicodeDecodeError:
        return answer
    if "-----BEGIN" in text:
        _, _, text = text.partition("-----BEGIN")
        text = text.partition("-----")[2].partition("-----")[0]
    try:
        return base64.b64decode("".join(text.split()), validate=True)
    except binascii.Error:
        raise BadAnswer("署名値をBase64として読み取れません。") from None


def _checked(hand_out: HandOut, document: PreparedPartyDocument, answer: bytes) -> tuple[bytes, bytes]:
    """The attributes that were signed, and the raw signature over them."""
    certificate = hand_out.preparation.identity.certificate
    parsed = _as_cms(answer)
    if parsed is None:
        signature = _as_der(answer, certificate)
        check_signature(certificate, document.attributes, signature)
        return document.attributes, signature
    try:
        attributes, signature = _from_cms(parsed, hand_out, document)
    except SigningRefused:
        raise
    except Exception as error:  # its parts are read only now, and a damaged one fails in many ways
        raise BadAnswer("戻されたCMSが壊れていて、読み取れません。", reason=type(error).__name__) from error
    check_signature(certificate, attributes, signature)
    return attributes, signature


def _as_cms(answer: bytes) -> Any:
    try:
        info = cms.ContentInfo.load(answer, strict=True)
        return info["content"] if info["content_type"].native == "signed_data" else None
    except (ValueError, TypeError):
        return None


def _as_der(signature: bytes, certificate: Any) -> bytes:
    """ECDSA devices often answer with r and s in a row (P1363); the file wants them in DER."""
    if certificate.public_key.algorithm != "ec" or len(signature) not in (64, 96):
        return signature
    half = len(signature) // 2
    r, s = (int.from_bytes(part, "big") for part in (signature[:half], signature[half:]))
    return encode_dss_signature(r, s)


def _from_cms(parsed: Any, hand_out: HandOut, document: PreparedPartyDocument) -> tuple[bytes, bytes]:
    """One signer; attributes as PAdES baseline wants them, over this very document's digest."""
    signers = parsed["signer_infos"]
    if len(signers) != 1:
        raise BadAnswer("戻されたCMSの署名者が1名ではありません。")
    attributes = signers[0]["signed_attrs"]
    found = {attribute["type"].native: attribute["values"] for attribute in attributes}
    if len(found) != len(attributes) or any(name not in found for name in _ESSENTIAL):
        raise BadAnswer(
            "戻されたCMSに、長期署名に必要な属性（content-type、message-digest、signing-certificate-v2）がありません。",
            remedy="PAdES（ETSI.CAdES.detached）の形式で署名するか、署名値だけを戻してください。",
        )
    if "signing_time" in found:
        raise BadAnswer(
            "戻されたCMSにsigning-timeの属性が入っています。PAdESでは使えません。",
            remedy="signing-timeを付けずに署名するか、署名値だけを戻してください。",
        )
    if found["message_digest"][0].native != document.prepared.digest:
        raise BadAnswer("戻されたCMSは、別の書類に対する署名です。")
    _refuse_other_certificate(found["signing_certificate_v2"][0], hand_out)
    encoded = attributes.untag().dump(force=True)
    return der.with_tag(0x31, encoded), signers[0]["signature"].native


def _refuse_other_certificate(value: Any, hand_out: HandOut) -> None:
    named = value["certs"][0]
    certificate = hand_out.preparation.identity.certificate
    same_hash = named["hash_algorithm"]["algorithm"].native == "sha256"
    if not same_hash or named["cert_hash"].native != certificate.sha256:
        raise BadAnswer("戻された署名は、選んだ証明書とは別の証明書によるものです。")


def _sha256(data: bytes) -> str:
    return base64.b64encode(hashlib.sha256(data).digest()).decode()
