"""The signature panel (署名パネル) of a verdict: each line is there only when its check was really passed. (SIGN-60)"""

from dataclasses import dataclass

from signing import NOT_PERMITTED, UNCHANGED, SignatureVerdict, Verdict, VerdictKind

LONG_TERM = ("B-LT", "B-LTA")


@dataclass(frozen=True)
class PanelSignature:
    """One signature or document time-stamp as the panel shows it; `version` counts from 1."""

    version: int
    found: SignatureVerdict

    @property
    def is_timestamp(self) -> bool:
        return self.found.kind == "document_timestamp"

    @property
    def is_valid(self) -> bool:
        """Unbroken, by a trusted certificate, without any complaint."""
        return self.found.intact and self.found.trusted and not self.found.problems

    @property
    def changes(self) -> str:
        """What became of the file after this signature: broken, unchanged, permitted or forbidden. (AMB-14)"""
        if not self.found.intact:
            return "broken"
        words = {UNCHANGED: "unchanged", NOT_PERMITTED: "forbidden"}
        return words.get(self.found.modifications, "permitted")

    @property
    def anchor(self) -> str:
        """The short name of the root that the certificate was judged by; empty when there was none."""
        full = self.found.trust_anchor or ""
        return full.partition("Common Name: ")[2].partition(",")[0] or full

    @property
    def has_timestamp(self) -> bool:
        return not self.is_timestamp and self.found.stamped_at is not None

    @property
    def is_long_term(self) -> bool:
        """Whether everything to verify it in the future is inside the file (LTV)."""
        return self.is_valid and self.found.level in LONG_TERM


@dataclass(frozen=True)
class Panel:
    """The whole panel. `tone` is valid, warning or invalid, for colour and icon."""

    tone: str
    is_all_valid: bool
    is_damaged: bool
    signatures: tuple[PanelSignature, ...]


TONES = {
    VerdictKind.VALID: "valid",
    VerdictKind.VALID_WITH_WARNINGS: "warning",
    VerdictKind.INDETERMINATE: "warning",
    VerdictKind.NO_SIGNATURE: "warning",
    VerdictKind.NOT_A_PDF: "warning",
    VerdictKind.INVALID: "invalid",
}


def panel_of(verdict: Verdict) -> Panel:
    """The panel of a verdict."""
    signatures = tuple(PanelSignature(n, found) for n, found in enumerate(verdict.signatures, start=1))
    return Panel(
        tone=TONES[verdict.verdict],
        is_all_valid=verdict.is_valid and all(signature.is_valid for signature in signatures),
        is_damaged=verdict.verdict is VerdictKind.INDETERMINATE and not signatures,
        signatures=signatures,
    )
