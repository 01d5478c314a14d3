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
class Change:
    """One thing that changed after a signature (署名後の変更), in plain Japanese.

    `kind` is form_field, signature, timestamp, revocation_data, metadata, page, annotation, script,
    attachment, structure or unknown. `pages` count from 1; `objects` are PDF object numbers.
    """

    kind: str
    permitted: bool
    text: str
    pages: list[int] = dataclasses.field(default_factory=list)
    objects: list[int] = dataclasses.field(default_factory=list)


@dataclass(frozen=True)
class Endurance:
    """Validity at one moment (有効性): `valid` is None when it cannot be known, and `text` says why."""

    at: datetime
    valid: bool | None
    text: str


@dataclass(frozen=True)
class Crypto:
    """Algorithms of a signature (暗号方式) and whether each is strong enough today."""

    digest: str = ""
    signature: str = ""
    key_bits: int | None = None
    weak: list[str] = dataclasses.field(default_factory=list)


@dataclass(frozen=True)
class SignatureVerdict:
    """One signature or document time-stamp (署名・文書タイムスタンプの検証結果).

    `revision` of `revisions`: which version of the file it covers. `trust_source` says where the trust comes
    from: configured, given, demo, or none. `revocation` is good, revoked, unknown or not_needed.
    """

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
    unit: str = ""
    title: str = ""
    revision: int = 1
    revisions: int = 1
    changes: list[Change] = dataclasses.field(default_factory=list)
    trust_path: list[str] = dataclasses.field(default_factory=list)
    trust_source: str = "none"
    revocation: str = "unknown"
    is_long_term: bool = False
    crypto: Crypto = Crypto()
    endurance: list[Endurance] = dataclasses.field(default_factory=list)
    warnings: list[str] = dataclasses.field(default_factory=list)


@dataclass(frozen=True)
class Verdict:
    """Everything a verification found out about one file."""

    verdict: VerdictKind
    summary: str
    signatures: list[SignatureVerdict]
    problems: list[str]
    sha256: str
    warnings: list[str] = dataclasses.field(default_factory=list)
    judged_at: datetime | None = None

    @property
    def is_valid(self) -> bool:
        return self.verdict is VerdictKind.VALID

    def to_json(self) -> dict[str, Any]:
        """The shape that `verify --json` prints: instants in ISO 8601 with offset."""
        data: dict[str, Any] = _plain(asdict(self))
        return data

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> "Verdict":
        """Reads back what `to_json` wrote, e.g. from the child process."""
        return cls(
            **{
                **data,
                "verdict": VerdictKind(data["verdict"]),
                "signatures": [_signature(item) for item in data["signatures"]],
                "judged_at": _instant(data["judged_at"]),
            }
        )


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    return [_plain(item) for item in value] if isinstance(value, list) else value


def _instant(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def _signature(data: dict[str, Any]) -> SignatureVerdict:
    endurance = [Endurance(datetime.fromisoformat(e["at"]), e["valid"], e["text"]) for e in data["endurance"]]
    return SignatureVerdict(
        **{
            **data,
            "signed_at": _instant(data["signed_at"]),
            "stamped_at": _instant(data["stamped_at"]),
            "changes": [Change(**change) for change in data["changes"]],
            "crypto": Crypto(**data["crypto"]),
            "endurance": endurance,
        }
    )


@dataclass(frozen=True)
class PagePair:
    """One page as it was signed and as it is now (署名時と現在のページ), as PNG; `page` counts from 1.

    `before` is None for a page that was added, `after` for one that is gone. `changed` are the places that
    differ, as fractions of width and height from the upper left corner: left, top, right, bottom.
    """

    page: int
    before: bytes | None
    after: bytes | None
    changed: list[tuple[float, float, float, float]] = dataclasses.field(default_factory=list)


@dataclass(frozen=True)
class Expectation:
    """What a file of ours must look like: its signature fields in order, its hash, what may be filled in."""

    signature_fields: tuple[str, ...] = ()
    sha256: str | None = None
    permitted_fields: frozenset[str] = frozenset({"contract_date"})
    timestamp_required: bool = True
