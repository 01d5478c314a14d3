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
from signing.errors import (
    AlreadyFinished,
    CertificateUnusable,
    HandOutExpired,
    PartySignatureNeeded,
    SignatureInProgress,
    SigningRefused,
    UploadRefused,
)
from signing.evidence import Circumstances, evidence_of
from signing.external_signing import (
    HandOut,
    give_up_hand_out,
    hand_out,
    hand_out_file,
    keep_taken_back,
    open_hand_out,
    required_hand_out,
    take_back,
)
from signing.issued_papers import seal_paper
from signing.key_files import MAX_KEY_FILE, open_key_file
from signing.links import (
    AskedStep,
    LinkProblem,
    LinkProblemKind,
    OpenedLink,
    create_download_link,
    open_download_link,
    open_for_holder,
    open_link,
)
from signing.modes import EnvelopeStatus, Side, SigningMode, StepRole, StepStatus, ViewingRule
from signing.orm import CirculationStep, Envelope, EnvelopeDocument
from signing.pades.child import compare_in_child, verify_in_child
from signing.pades.diffs import NOT_PERMITTED, UNCHANGED
from signing.pades.identities import MAX_CERTIFICATES, read_identity, subject_of
from signing.pades.layout import DATE_FIELD, DateBox
from signing.pades.seal import approval_reason
from signing.pades.signers import Identity, SealingKey
from signing.pades.trust import TrustStore, given_trust, load_trust
from signing.pades.verdicts import (
    Change,
    Crypto,
    Endurance,
    Expectation,
    PagePair,
    SignatureVerdict,
    Verdict,
    VerdictKind,
)
from signing.pades.verify import verify_pdf
from signing.party_preparations import (
    PartyPreparation,
    PartyTurn,
    SignedParty,
    party_reason,
    prepare_party,
    refuse_stranger,
    sign_prepared,
)
from signing.party_signing import keep_party, party_turn
from signing.sealing import SealOutcome, SealResult, pending_seals, seal_pending
from signing.services import Pkcs11Settings, SealingServices, open_services, open_trust
from signing.stores import DocumentStore, FileStore

__all__ = [
    "DATE_FIELD",
    "MAX_CERTIFICATES",
    "MAX_KEY_FILE",
    "NOT_PERMITTED",
    "UNCHANGED",
    "AlreadyFinished",
    "AskedStep",
    "CertificateUnusable",
    "Change",
    "CirculationStep",
    "Circumstances",
    "ConclusionRecord",
    "ConsentRecord",
    "Crypto",
    "DateBox",
    "DocumentDraft",
    "DocumentStore",
    "Endurance",
    "Envelope",
    "EnvelopeDocument",
    "EnvelopeDraft",
    "EnvelopeStatus",
    "Expectation",
    "FileStore",
    "HandOut",
    "HandOutExpired",
    "Identity",
    "LinkProblem",
    "LinkProblemKind",
    "OpenedLink",
    "PagePair",
    "PartyDraft",
    "PartyPreparation",
    "PartySignatureNeeded",
    "PartyTurn",
    "Pkcs11Settings",
    "PreparedEnvelope",
    "SealOutcome",
    "SealRecord",
    "SealResult",
    "SealingKey",
    "SealingServices",
    "Side",
    "SignatureInProgress",
    "SignatureVerdict",
    "SignedParty",
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
    "compare_in_child",
    "conclusion_record",
    "consent",
    "create_download_link",
    "create_envelope",
    "decline",
    "evidence_of",
    "finished_envelopes",
    "forward",
    "give_up_hand_out",
    "given_trust",
    "hand_out",
    "hand_out_file",
    "keep_party",
    "keep_taken_back",
    "load_trust",
    "mark_released",
    "open_download_link",
    "open_for_holder",
    "open_hand_out",
    "open_key_file",
    "open_link",
    "open_services",
    "open_trust",
    "party_reason",
    "party_turn",
    "pending_seals",
    "prepare_envelope",
    "prepare_party",
    "read_identity",
    "record_opened",
    "record_viewed",
    "refuse_stranger",
    "report_problem",
    "required_hand_out",
    "resend",
    "resume",
    "seal_paper",
    "seal_pending",
    "send",
    "sign_prepared",
    "steps_to_ask",
    "subject_of",
    "take_back",
    "unviewed_documents",
    "verify_in_child",
    "verify_pdf",
    "viewed_pages",
]
