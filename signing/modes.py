"""Signing type (署名方式), roles, statuses: the words of the signing service, as enums."""

from enum import StrEnum


class SigningMode(StrEnum):
    """Whose key seals: the service's on the party's instruction (立会人型), or the party's own (当事者型)."""

    WITNESS = "witness"
    PARTY = "party"


class StepRole(StrEnum):
    """What somebody in the circulation does: seals (署名者), or confirms without a seal (確認者)."""

    SIGNER = "signer"
    REVIEWER = "reviewer"


class Side(StrEnum):
    """Side of the contract: who sends the envelope (発出側) and who receives it (受領側)."""

    SENDER = "sender"
    RECEIVER = "receiver"


class ViewingRule(StrEnum):
    """What must have been displayed before a consent is taken (SIGN-04)."""

    NONE = "none"
    EVERY_DOCUMENT = "every_document"
    EVERY_PAGE = "every_page"


class EnvelopeStatus(StrEnum):
    """Status of an envelope (封筒の状態); always derived from facts, never stored."""

    DRAFT = "draft"
    SENT = "sent"
    SUSPENDED = "suspended"
    BEING_COMPLETED = "being_completed"
    FINISHED = "finished"
    RELEASED = "released"
    DECLINED = "declined"
    CANCELLED = "cancelled"


class StepStatus(StrEnum):
    """Status of one step of the circulation (回覧の状態), derived from facts."""

    WAITING = "waiting"
    ASKED = "asked"
    OPENED = "opened"
    CONSENTED = "consented"
    SEALED = "sealed"
    CONFIRMED = "confirmed"
    DECLINED = "declined"
    FORWARDED = "forwarded"


class LinkPurpose(StrEnum):
    """What a mailed link opens: the signing page, or the finished documents."""

    SIGN = "sign"
    DOWNLOAD = "download"


class JobKind(StrEnum):
    """What a sealing job adds to a document."""

    SIGNATURE = "signature"
    DOCUMENT_TIMESTAMP = "document_timestamp"


class KeyCustody(StrEnum):
    """Where a signer's private key lies (鍵の保管): encrypted with us, or with the signer alone."""

    HELD = "held"
    ELSEWHERE = "elsewhere"


class CertificateStatus(StrEnum):
    """Status of a signer's certificate (証明書の状態); always derived from facts, never stored."""

    REQUESTED = "requested"
    ISSUED = "issued"
    CONFIRMED = "confirmed"
    LOCKED = "locked"
    EXPIRED = "expired"
    REVOKED = "revoked"
