"""What a party's key signs (当事者型の署名の準備): files with a hole for one certificate. No database here."""

import tempfile
import unicodedata
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from signing.errors import CertificateUnusable, DamagedDocument, SealingFailed, SigningRefused
from signing.pades.cms import check_signature
from signing.pades.fill import DateFilling
from signing.pades.holes import JST, Prepared
from signing.pades.identities import Subject, subject_of
from signing.pades.seal import SignatureRequest
from signing.pades.signers import Identity, SealingKey
from signing.services import SealingServices
from signing.visible_seals import Sealing, appearance_of

DateText = Callable[[date], str]


class NotNow(SigningRefused):
    """An authority does not answer, so that nothing can be prepared; nothing was kept."""

    code = "not_now"
    text = "認証局に確かめられないため、いまは署名できません。署名は行っていません。"
    remedy = "しばらくしてから、もう一度お試しください。続くときは市の担当課にご連絡ください。"


@dataclass(frozen=True)
class PartyDocument:
    """A document as it stands now; `head_sha256` is the version that the signer has seen."""

    document_id: str
    name: str
    head_sha256: str
    has_date_field: bool


@dataclass(frozen=True)
class PartyTurn:
    """What a party is about to sign (署名しようとする内容), read before anything is prepared."""

    step_id: str
    field_name: str
    name: str
    organisation: str
    is_last: bool
    documents: tuple[PartyDocument, ...]
    title: str = ""
    appearance: Mapping[str, Any] | None = None
    """Where the seal is seen, as the step keeps it (可視署名)."""


@dataclass(frozen=True)
class PreparedPartyDocument:
    """A document with a hole for one certificate, and the attributes (DER) that its key is to sign."""

    document: PartyDocument
    tbs_sha256: str
    prepared: Prepared
    filled_on: date | None
    attributes: bytes


@dataclass(frozen=True)
class PartyPreparation:
    """Everything that one party signs, for one certificate."""

    turn: PartyTurn
    identity: Identity
    prepared_at: datetime
    documents: tuple[PreparedPartyDocument, ...]

    @property
    def subject(self) -> Subject:
        """What the certificate says about its holder."""
        return subject_of(self.identity.certificate)


@dataclass(frozen=True)
class SignedParty:
    """A preparation with the raw signature of each of its documents, in order."""

    preparation: PartyPreparation
    signatures: tuple[bytes, ...]


def prepare_party(
    services: SealingServices, turn: PartyTurn, identity: Identity, now: datetime, date_text: DateText
) -> PartyPreparation:
    """Checks the certificate and makes the files with their holes. Heavy; no database.

    Raises CertificateUnusable before anything is made: expired, not yet valid, revoked, untrusted.
    """
    try:
        identity = services.sealer.check(now, identity)
        documents = tuple(
            _prepare(services, turn, document, identity, now, date_text) for document in turn.documents
        )
    except SealingFailed as error:
        raise NotNow(**error.facts) from error
    return PartyPreparation(turn, identity, now, documents)


def sign_prepared(preparation: PartyPreparation, key: SealingKey) -> SignedParty:
    """The key's one act: it signs the attributes of each document, and every signature is checked at once."""
    certificate = preparation.identity.certificate
    signatures = []
    for document in preparation.documents:
        signature = _raw_signature(key, document.attributes)
        check_signature(certificate, document.attributes, signature)
        signatures.append(signature)
    return SignedParty(preparation, tuple(signatures))


def refuse_stranger(identity: Identity, turn: PartyTurn, registered: Collection[str] = ()) -> None:
    """A certificate that names another organisation than the one asked is refused (PTY-02).

    `registered` holds the fingerprints of certificates that were registered for this very signer.
    """
    subject = subject_of(identity.certificate)
    if subject.fingerprint in registered or _plain(subject.organisation) == _plain(turn.organisation):
        return
    named = f"「{subject.organisation}」" if subject.organisation else "記載なし"
    raise CertificateUnusable(
        f"証明書の組織名（{named}）が、署名を依頼された「{turn.organisation}」と一致しません。",
        remedy=f"「{turn.organisation}」の名前が入った証明書で署名するか、証明書を登録してから署名してください。",
        reason="other_organisation",
    )


def party_reason(name: str, organisation: str) -> str:
    """The reason that the signature panel shows in party type (署名の理由)."""
    return f"契約内容に同意し署名しました（{f'{organisation} {name}'.strip()}）"


def _prepare(
    services: SealingServices,
    turn: PartyTurn,
    document: PartyDocument,
    identity: Identity,
    now: datetime,
    date_text: DateText,
) -> PreparedPartyDocument:
    if not services.store.verify(document.head_sha256):
        raise DamagedDocument(sha256=document.head_sha256)
    filled_on = now.astimezone(JST).date() if turn.is_last and document.has_date_field else None
    filling = DateFilling(date_text(filled_on), services.font) if filled_on else None
    sealing = Sealing(turn.name, turn.organisation, turn.title)
    seen = appearance_of(turn.appearance, sealing, now, services.store, (services.font,))
    request = SignatureRequest(turn.field_name, party_reason(turn.name, turn.organisation), filling, seen)
    with tempfile.TemporaryDirectory(prefix="warifu-party-") as folder:
        work = Path(folder) / "tbs.pdf"
        source = services.store.path(document.head_sha256)
        prepared = services.sealer.prepare_signature(source, work, request, now, identity=identity)
        tbs_sha256 = services.store.put(work)
    attributes = services.sealer.attributes(prepared.digest, identity)
    return PreparedPartyDocument(document, tbs_sha256, prepared, filled_on, attributes)


def _raw_signature(key: SealingKey, attributes: bytes) -> bytes:
    try:
        return key.sign(attributes)
    except SigningRefused:
        raise
    except Exception as error:  # a token has exceptions of its own for every fault
        raise SigningRefused(
            "署名鍵で署名できませんでした。署名は付いていません。",
            remedy="署名装置がつながっているかを確認して、もう一度お試しください。",
            reason=type(error).__name__,
        ) from error


def _plain(name: str) -> str:
    """Names compare without blanks and width: 「（株）見本　建設」 equals 「(株)見本建設」."""
    return "".join(unicodedata.normalize("NFKC", name).split())
