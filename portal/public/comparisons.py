"""Pages side by side (署名時と現在の見比べ): pictures inside the page itself, because nothing is kept here."""

import base64
from dataclasses import dataclass
from pathlib import Path

from portal.verdict_words import Changes, changes_of
from signing import PagePair, SignatureVerdict, Verdict, compare_in_child

MOST_PAGES = 4


@dataclass(frozen=True)
class Mark:
    """Where something differs, in thousandths of the picture's width and height."""

    left: int
    top: int
    width: int
    height: int


@dataclass(frozen=True)
class PageComparison:
    """One page in two pictures (data URLs); None where the page was not there."""

    page: int
    before: str | None
    after: str | None
    marks: tuple[Mark, ...]


@dataclass(frozen=True)
class Comparison:
    """The pages that look different since a signature; `more` were left out. Empty: nothing can be seen."""

    signature: SignatureVerdict
    pages: tuple[PageComparison, ...] = ()
    more: int = 0
    failed: bool = False


def compare(path: Path, verdict: Verdict) -> Comparison | None:
    """Pictures of what was changed after the newest signature that forbids it; None when none does."""
    signature = changed_signature(verdict)
    if signature is None:
        return None
    pairs = compare_in_child(path, signature.field)
    if pairs is None:
        return Comparison(signature, failed=True)
    shown = tuple(_comparison(pair) for pair in pairs[:MOST_PAGES])
    return Comparison(signature, shown, max(0, len(pairs) - MOST_PAGES))


def changed_signature(verdict: Verdict) -> SignatureVerdict | None:
    """The newest signature whose own bytes are whole, and after which something forbidden was added."""
    changed = [s for s in verdict.signatures if changes_of(s) is Changes.FORBIDDEN]
    return changed[-1] if changed else None


def _comparison(pair: PagePair) -> PageComparison:
    marks = tuple(_mark(*box) for box in pair.changed)
    return PageComparison(pair.page, _address(pair.before), _address(pair.after), marks)


def _mark(left: float, top: float, right: float, bottom: float) -> Mark:
    """A little larger than the difference, so that a dot is seen too."""
    x, y = max(0, int(left * 1000) - 6), max(0, int(top * 1000) - 6)
    return Mark(x, y, min(1000, int(right * 1000) + 6) - x, min(1000, int(bottom * 1000) + 6) - y)


def _address(png: bytes | None) -> str | None:
    return f"data:image/png;base64,{base64.b64encode(png).decode('ascii')}" if png else None
