"""Verdict of a verification (検証結果): plain data, the same words on pages, in JSON and in the log."""

import dataclasses
from dataclasses import asdict, dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any


class VerdictKind(StrEnum):
    """Overall verdict. Only `VALID` may be shown as valid without a further word."""

    VALID = "valid"
    VALID_WITH_WARNINGS = "valid_with_warnings"
    INVALID = "invalid"
    INDETERMINATE = "indeterminate"
    NO_SIGNATURE = "no_signature"
    NOT_A_PDF = "not_a_pdf"


@dataclass(frozen=True)
class SignatureVerdict:
    """One signature or document time-stamp (署名・文書タイムスタンプの検証結果)."""

    field: str
    kind: str
    signer: str
    organisation: str
    signed_at: datetime | None
    level: str
    intact: bool
    trusted: bool
    coverage: str
    modifications: str
    problems: list[str]
    reason: str | None = None
    location: str | None = None
    trust_anchor: str | None = None
    is_demo_trust: bool = False
    stamped_at: datetime | None = None
    changed_fields: list[str] = dataclasses.field(default_factory=list)


@dataclass(frozen=True)
class Verdict:
    """Everything a verification found out about one file."""

    verdict: VerdictKind
    summary: str
    signatures: list[SignatureVerdict]
    problems: list[str]
    sha256: str

    @property
    def is_valid(self) -> bool:
        return self.verdict is VerdictKind.VALID

    def to_json(self) -> dict[str, Any]:
        """The shape that `verify --json` prints: instants in ISO 8601 with offset."""
        data = asdict(self)
        for signature in data["signatures"]:
            for key in ("signed_at", "stamped_at"):
                signature[key] = signature[key].isoformat() if signature[key] else None
        return data

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> "Verdict":
        """Reads back what `to_json` wrote, e.g. from the child process."""
        signatures = []
        for item in data["signatures"]:
            instants = {
                key: datetime.fromisoformat(item[key]) if item[key] else None
                for key in ("signed_at", "stamped_at")
            }
            signatures.append(SignatureVerdict(**{**item, **instants}))
        return cls(**{**data, "verdict": VerdictKind(data["verdict"]), "signatures": signatures})


@dataclass(frozen=True)
class Expectation:
    """What a file of ours must look like: its signature fields in order, its hash, what may be filled in."""

    signature_fields: tuple[str, ...] = ()
    sha256: str | None = None
    permitted_fields: frozenset[str] = frozenset({"contract_date"})
    timestamp_required: bool = True
