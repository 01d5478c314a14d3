"""The e-signing service (電子署名サービス): envelopes, consents, seals, verification.

This is the public face. Functions take a SQLAlchemy `session` and an aware `now`; the caller commits.
Refusals are `SigningRefused` with a code, a Japanese sentence, a remedy, and `facts` of what happened.
"""

from signing.circulations import (
    consent,
    decline,
    forward,
    record_opened,
    record_viewed,
    report_problem,
    resume,
    unviewed_documents,
    viewed_pages,
)
from signing.conclusions import ConclusionRecord, ConsentRecord, SealRecord, conclusion_record
from signing.envelopes import (
    DocumentDraft,
    EnvelopeDraft,
    PartyDraft,
    PreparedEnvelope,
    ask,
    cancel,
    create_envelope,
    finished_envelopes,
    mark_released,
    prepare_envelope,
    resend,
    send,
    steps_to_ask,
)
from signing.errors import AlreadyFinished, SigningRefused, UploadRefused
from signing.evidence import Circumstances, evidence_of
from signing.issued_papers import seal_paper
from signing.links import (
    AskedStep,
    LinkProblem,
    LinkProblemKind,
    OpenedLink,
    create_download_link,
    open_download_link,
    open_link,
)
from signing.modes import EnvelopeStatus, Side, SigningMode, StepRole, StepStatus, ViewingRule
from signing.orm import CirculationStep, Envelope, EnvelopeDocument
from signing.pades.child import verify_in_child
from signing.pades.diffs import NOT_PERMITTED, UNCHANGED
from signing.pades.layout import DATE_FIELD, DateBox
from signing.pades.seal import approval_reason
from signing.pades.trust import TrustStore, load_trust
from signing.pades.verdicts import Expectation, SignatureVerdict, Verdict, VerdictKind
from signing.pades.verify import verify_pdf
from signing.sealing import SealOutcome, SealResult, pending_seals, seal_pending
from signing.services import Pkcs11Settings, SealingServices, open_services, open_trust
from signing.stores import DocumentStore, FileStore

__all__ = [
    "DATE_FIELD",
    "NOT_PERMITTED",
    "UNCHANGED",
    "AlreadyFinished",
    "AskedStep",
    "CirculationStep",
    "Circumstances",
    "ConclusionRecord",
    "ConsentRecord",
    "DateBox",
    "DocumentDraft",
    "DocumentStore",
    "Envelope",
    "EnvelopeDocument",
    "EnvelopeDraft",
    "EnvelopeStatus",
    "Expectation",
    "FileStore",
    "LinkProblem",
    "LinkProblemKind",
    "OpenedLink",
    "PartyDraft",
    "Pkcs11Settings",
    "PreparedEnvelope",
    "SealOutcome",
    "SealRecord",
    "SealResult",
    "SealingServices",
    "Side",
    "SignatureVerdict",
    "SigningMode",
    "SigningRefused",
    "StepRole",
    "StepStatus",
    "TrustStore",
    "UploadRefused",
    "Verdict",
    "VerdictKind",
    "ViewingRule",
    "approval_reason",
    "ask",
    "cancel",
    "conclusion_record",
    "consent",
    "create_download_link",
    "create_envelope",
    "decline",
    "evidence_of",
    "finished_envelopes",
    "forward",
    "load_trust",
    "mark_released",
    "open_download_link",
    "open_link",
    "open_services",
    "open_trust",
    "pending_seals",
    "prepare_envelope",
    "record_opened",
    "record_viewed",
    "report_problem",
    "resend",
    "resume",
    "seal_paper",
    "seal_pending",
    "send",
    "steps_to_ask",
    "unviewed_documents",
    "verify_in_child",
    "verify_pdf",
    "viewed_pages",
]
