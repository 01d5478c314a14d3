"""Envelopes (封筒): prepared outside the database, created, sent in order, cancelled, released."""

import secrets
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import and_, exists, or_, select
from sqlalchemy.orm import Session, aliased

from signing.errors import AlreadyConsented, AlreadyFinished, AlreadySent, BadDraft, NotFinished, NotYourTurn
from signing.links import AskedStep, issue_signing_link, void_links
from signing.modes import Side, SigningMode, StepRole, ViewingRule
from signing.orm import CirculationStep, DocumentVersion, Envelope, EnvelopeDocument
from signing.pades.layout import DateBox, PlannedSignature, SealPlace
from signing.pades.prepare import prepare_file
from signing.pades.uploads import Note
from signing.services import SealingServices
from signing.timelines import lock_envelope, lock_step, note, refuse_ended
from signing.visible_seals import check_places, seal_places, with_places

MAX_DOCUMENTS = 20
MAX_PARTIES = 20


@dataclass(frozen=True)
class DocumentDraft:
    """A PDF to be signed; `date_box` says where the last signer's date goes, if it has one."""

    name: str
    content: bytes | Path
    date_box: DateBox | None = None


@dataclass(frozen=True)
class PartyDraft:
    """Somebody in the circulation. Without a `turn` people are asked in the order of the list."""

    side: Side
    name: str
    organisation: str
    email: str
    title: str = ""
    role: StepRole = StepRole.SIGNER
    turn: int | None = None
    appearance: SealPlace | None = None
    """Where the seal is seen (可視署名); without it the signature is invisible."""


@dataclass(frozen=True)
class EnvelopeDraft:
    """What an envelope is made of. `owner` and `reference` mean nothing here; they are the caller's."""

    owner: str
    reference: str
    title: str
    sender_name: str
    documents: Sequence[DocumentDraft]
    parties: Sequence[PartyDraft]
    link_lifetime: timedelta = timedelta(days=10)
    links_end_at: datetime | None = None
    """No signing link that is made before this instant outlives it (契約締結期限)."""
    mode: SigningMode = SigningMode.WITNESS
    viewing_rule: ViewingRule = ViewingRule.EVERY_DOCUMENT


@dataclass(frozen=True)
class StoredDocument:
    """A document with its signature fields, in the store and ready to be sent."""

    name: str
    upload_sha256: str
    prepared_sha256: str
    size: int
    page_count: int
    has_date_field: bool
    notes: tuple[Note, ...] = ()
    """What the officer should know about the file."""


@dataclass(frozen=True)
class PreparedEnvelope:
    """An envelope whose files are in the store; what is left is a short transaction."""

    draft: EnvelopeDraft
    number: str
    turns: tuple[int, ...]
    field_names: tuple[str | None, ...]
    documents: tuple[StoredDocument, ...]


def prepare_envelope(services: SealingServices, draft: EnvelopeDraft) -> PreparedEnvelope:
    """Checks the draft, normalises each PDF, adds its fields, stores it. Heavy; no database."""
    turns = _turns(draft)
    _check(draft, turns)
    check_places(draft.documents, draft.parties, services.store, (services.font,))
    number = "5" + "".join(secrets.choice("0123456789") for _ in range(9))
    field_names = _field_names(draft.parties, number)
    signatures = _planned_signatures(turns, field_names)
    places = seal_places(draft.parties, field_names)
    documents = tuple(
        _store(services, document, with_places(signatures, places, position))
        for position, document in enumerate(draft.documents, start=1)
    )
    return PreparedEnvelope(draft, number, turns, field_names, documents)


def create_envelope(session: Session, prepared: PreparedEnvelope, now: datetime) -> Envelope:
    """Writes a prepared envelope (封筒の作成). Nobody is asked yet."""
    draft = prepared.draft
    envelope = Envelope(
        owner=draft.owner,
        number=prepared.number,
        reference=draft.reference,
        title=draft.title,
        sender_name=draft.sender_name,
        mode=draft.mode,
        viewing_rule=draft.viewing_rule,
        link_lifetime_minutes=int(draft.link_lifetime.total_seconds() // 60),
        links_end_at=draft.links_end_at,
        created_at=now,
    )
    session.add(envelope)
    for position, document in enumerate(prepared.documents, start=1):
        envelope.documents.append(_document_row(envelope, position, document, now))
    for index, party in enumerate(draft.parties):
        envelope.steps.append(_step_row(envelope, index, party, prepared, now))
    session.flush()
    note(session, envelope, "created", now)
    return envelope


def send(session: Session, envelope_id: str, now: datetime) -> list[AskedStep]:
    """Sends the envelope (送信): asks the first turn. The raw link tokens are handed out this once."""
    envelope = lock_envelope(session, envelope_id)
    refuse_ended(envelope)
    if envelope.sent_at:
        raise AlreadySent(at=envelope.sent_at)
    envelope.sent_at = now
    note(session, envelope, "sent", now)
    first = min(step.turn for step in envelope.active_steps)
    return [_ask(session, step, now) for step in envelope.active_steps if step.turn == first]


def steps_to_ask(session: Session, limit: int = 50) -> Sequence[CirculationStep]:
    """Steps whose turn has come and who were not asked yet: everybody before them is done."""
    before = aliased(CirculationStep)
    somebody_before_is_not_done = exists().where(
        before.envelope_id == CirculationStep.envelope_id,
        before.forwarded_at.is_(None),
        before.turn < CirculationStep.turn,
        before.sealed_at.is_(None),
        or_(before.role == StepRole.SIGNER, before.consented_at.is_(None)),
    )
    query = (
        select(CirculationStep)
        .join(CirculationStep.envelope)
        .where(
            CirculationStep.asked_at.is_(None),
            CirculationStep.forwarded_at.is_(None),
            and_(Envelope.sent_at.is_not(None), Envelope.suspended_at.is_(None)),
            and_(Envelope.cancelled_at.is_(None), Envelope.declined_at.is_(None)),
            ~somebody_before_is_not_done,
        )
        .order_by(CirculationStep.created_at)
        .limit(limit)
    )
    return session.scalars(query).all()


def ask(session: Session, step_id: str, now: datetime) -> AskedStep | None:
    """Asks the next person (署名依頼); None when somebody else has just done so."""
    step = lock_step(session, step_id)
    refuse_ended(step.envelope)
    if step.asked_at or step.forwarded_at:
        return None
    if any(not earlier.is_done for earlier in step.envelope.active_steps if earlier.turn < step.turn):
        raise NotYourTurn()
    return _ask(session, step, now)


def resend(session: Session, step_id: str, now: datetime) -> AskedStep:
    """Resends (再送): a new link with a new period; the old one is void (SIGN-12)."""
    step = lock_step(session, step_id)
    refuse_ended(step.envelope)
    if step.consented_at:
        raise AlreadyConsented(at=step.consented_at, person=step.name)
    if step.asked_at is None or step.forwarded_at:
        raise NotYourTurn()
    note(session, step.envelope, "resent", now, step, person=step.name)
    return issue_signing_link(session, step, now)


def cancel(session: Session, envelope_id: str, reason: str, now: datetime) -> Envelope:
    """Cancels (取消) by the sender, as long as not everybody has agreed."""
    envelope = lock_envelope(session, envelope_id)
    refuse_ended(envelope)
    if envelope.sent_at and all(step.consented_at for step in envelope.active_steps):
        raise AlreadyFinished("全員が同意しているため、取り消せません。署名の完了をお待ちください。")
    envelope.cancelled_at = now
    envelope.cancel_reason = reason
    for step in envelope.steps:
        void_links(session, step, now)
    note(session, envelope, "cancelled", now, reason=reason)
    session.flush()
    return envelope


def finished_envelopes(session: Session, limit: int = 50) -> Sequence[Envelope]:
    """Envelopes with every seal and time-stamp, whose files nobody has checked and released yet."""
    query = select(Envelope).where(Envelope.finished_at.is_not(None), Envelope.released_at.is_(None))
    return session.scalars(query.order_by(Envelope.finished_at).limit(limit)).all()


def mark_released(session: Session, envelope_id: str, now: datetime) -> Envelope:
    """Releases a finished envelope (公開): said by the workflow that has verified the finished files."""
    envelope = lock_envelope(session, envelope_id)
    if envelope.finished_at is None:
        raise NotFinished()
    if envelope.released_at is not None:
        raise AlreadyFinished(at=envelope.released_at)
    envelope.released_at = now
    note(session, envelope, "released", now)
    session.flush()
    return envelope


def _ask(session: Session, step: CirculationStep, now: datetime) -> AskedStep:
    step.asked_at = now
    note(session, step.envelope, "asked", now, step, person=step.name, email=step.email)
    session.flush()
    return issue_signing_link(session, step, now)


def _turns(draft: EnvelopeDraft) -> tuple[int, ...]:
    return tuple(
        party.turn if party.turn is not None else index for index, party in enumerate(draft.parties, start=1)
    )


def _check(draft: EnvelopeDraft, turns: tuple[int, ...]) -> None:
    if not 1 <= len(draft.documents) <= MAX_DOCUMENTS:
        raise BadDraft(
            f"封筒に入れられる書類は1件から{MAX_DOCUMENTS}件までです。", given=len(draft.documents)
        )
    if not 1 <= len(draft.parties) <= MAX_PARTIES:
        raise BadDraft(f"宛先は1名から{MAX_PARTIES}名までです。", given=len(draft.parties))
    if any(not party.name.strip() or "@" not in party.email for party in draft.parties):
        raise BadDraft("宛先の氏名とメールアドレスを入力してください。")
    signing_turns = [
        turn for turn, party in zip(turns, draft.parties, strict=True) if party.role is StepRole.SIGNER
    ]
    if not signing_turns:
        raise BadDraft("署名する方がいません。")
    if signing_turns.count(max(turns)) != 1:
        raise BadDraft("最後の宛先は、署名する方1名にしてください。")


def _field_names(parties: Sequence[PartyDraft], number: str) -> tuple[str | None, ...]:
    names: list[str | None] = []
    for party in parties:
        count = sum(name is not None for name in names)
        names.append(f"FIELD_{number}_{count + 1}" if party.role is StepRole.SIGNER else None)
    return tuple(names)


def _planned_signatures(turns: Sequence[int], names: Sequence[str | None]) -> list[PlannedSignature]:
    pairs = sorted((turn, name) for turn, name in zip(turns, names, strict=True) if name is not None)
    return [
        PlannedSignature(
            field_name=name,
            still_open=tuple(other for later, other in pairs if later >= turn and other != name),
        )
        for turn, name in pairs
    ]


def _store(
    services: SealingServices, document: DocumentDraft, signatures: list[PlannedSignature]
) -> StoredDocument:
    with tempfile.TemporaryDirectory(prefix="warifu-prepare-") as folder:
        source, target = Path(folder) / "upload.pdf", Path(folder) / "prepared.pdf"
        if isinstance(document.content, bytes):
            source.write_bytes(document.content)
        else:
            source = document.content
        done = prepare_file(source, target, document.name, signatures, document.date_box)
        return StoredDocument(
            name=document.name,
            upload_sha256=services.store.put(source),
            prepared_sha256=services.store.put(target),
            size=target.stat().st_size,
            page_count=done.page_count,
            has_date_field=document.date_box is not None,
            notes=done.notes,
        )


def _document_row(
    envelope: Envelope, position: int, document: StoredDocument, now: datetime
) -> EnvelopeDocument:
    row = EnvelopeDocument(
        owner=envelope.owner,
        position=position,
        name=document.name,
        upload_sha256=document.upload_sha256,
        prepared_sha256=document.prepared_sha256,
        head_sha256=document.prepared_sha256,
        page_count=document.page_count,
        has_date_field=document.has_date_field,
    )
    row.versions.append(
        DocumentVersion(
            owner=envelope.owner,
            sequence=0,
            sha256=document.prepared_sha256,
            size=document.size,
            made_by="prepared",
            made_at=now,
        )
    )
    return row


def _step_row(
    envelope: Envelope, index: int, party: PartyDraft, prepared: PreparedEnvelope, now: datetime
) -> CirculationStep:
    return CirculationStep(
        owner=envelope.owner,
        position=index + 1,
        turn=prepared.turns[index],
        side=party.side,
        role=party.role,
        name=party.name.strip(),
        organisation=party.organisation,
        title=party.title,
        email=party.email.strip(),
        field_name=prepared.field_names[index],
        appearance=party.appearance.to_json() if party.appearance else None,
        created_at=now,
    )
