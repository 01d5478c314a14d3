"""Judgement of changes after a signature (署名後の変更の判定): which are permitted; each step judged once."""

from collections.abc import Collection, Iterable, Iterator

from pyhanko.pdf_utils.misc import PdfError
from pyhanko.pdf_utils.reader import HistoricalResolver, PdfFileReader
from pyhanko.sign.diff_analysis import (
    DiffPolicy,
    DiffResult,
    ModificationLevel,
    StandardDiffPolicy,
    SuspiciousModification,
)
from pyhanko.sign.fields import FieldMDPSpec, MDPPerm

from signing.pades.layout import DATE_FIELD
from signing.pades.rules import ONLY_REVOCATION_DATA, STANDARD, WITH_COMMENTS
from signing.pades.verdicts import Change

UNCHANGED = "変更なし"
NOT_PERMITTED = "許可されない変更"

Result = DiffResult | SuspiciousModification


class Incomparable(SuspiciousModification):
    """The comparison itself failed: what changed cannot be known that way."""


_FAULTS = (PdfError, ValueError, KeyError, TypeError, AttributeError, IndexError, AssertionError)


class MemoDiffPolicy(DiffPolicy):
    """Judges each step from one revision to the next once, and remembers. One per file.

    pyHanko compares every signed revision with every later one: the square of the number of signatures. What
    is permitted in each single step is permitted in the sum, as each rule permits additions and fillings that
    leave everything before as it was. Where a step is not permitted, the comparison is done pyHanko's way, so
    that the verdict and its reason are the same.
    """

    def __init__(self) -> None:
        self._known: dict[tuple[int, str, str], Result] = {}
        self._steps: dict[tuple[int, bool, bool], Result] = {}

    def apply(
        self,
        old: HistoricalResolver,
        new: HistoricalResolver,
        field_mdp_spec: FieldMDPSpec | None = None,
        doc_mdp: MDPPerm | None = None,
    ) -> DiffResult:
        """Judges one pair of revisions."""
        return _policy(doc_mdp).apply(old, new, field_mdp_spec, doc_mdp)

    def review_file(
        self,
        reader: PdfFileReader,
        base_revision: int | HistoricalResolver,
        field_mdp_spec: FieldMDPSpec | None = None,
        doc_mdp: MDPPerm | None = None,
    ) -> Result:
        """Judges every revision after the base."""
        number = base_revision if isinstance(base_revision, int) else base_revision.revision
        key = (number, repr(field_mdp_spec), repr(doc_mdp))
        if key not in self._known:
            found: Result | None = self._by_steps(reader, number, field_mdp_spec, doc_mdp)
            if found is None:
                found = self._in_full(reader, number, field_mdp_spec, doc_mdp)
            self._known[key] = found
        return self._known[key]

    def _in_full(
        self, reader: PdfFileReader, base: int, lock: FieldMDPSpec | None, doc_mdp: MDPPerm | None
    ) -> Result:
        try:
            return _policy(doc_mdp).review_file(reader, base, lock, doc_mdp)
        except _FAULTS as fault:
            if reader.strict:
                raise
            return Incomparable(type(fault).__name__)

    def suspects(self, reader: PdfFileReader, base: int, doc_mdp: MDPPerm | None) -> list[int]:
        """Revisions after a base that do what no rule permits."""
        later = range(base, reader.xrefs.total_revisions - 1)
        return [n + 1 for n in later if isinstance(self._step(reader, n, doc_mdp), SuspiciousModification)]

    def _by_steps(
        self, reader: PdfFileReader, base: int, lock: FieldMDPSpec | None, doc_mdp: MDPPerm | None
    ) -> DiffResult | None:
        level, fields = ModificationLevel.NONE, set()
        for number in range(base, reader.xrefs.total_revisions - 1):
            step = self._step(reader, number, doc_mdp)
            if isinstance(step, SuspiciousModification):
                return None
            level = max(level, step.modification_level)
            fields |= step.changed_form_fields
        if lock is not None and any(lock.is_locked(name) for name in fields):
            return None
        return DiffResult(level, fields)

    def _step(self, reader: PdfFileReader, number: int, doc_mdp: MDPPerm | None) -> Result:
        key = (number, doc_mdp is not None, doc_mdp is MDPPerm.ANNOTATE)
        if key not in self._steps:
            old, new = (reader.get_historical_resolver(number + n) for n in (0, 1))
            try:
                self._steps[key] = _policy(doc_mdp).apply(old, new, None, doc_mdp)
            except SuspiciousModification as found:
                self._steps[key] = found
            except _FAULTS as fault:
                if reader.strict:
                    raise  # another attempt follows, with repairs
                self._steps[key] = Incomparable(type(fault).__name__)
        return self._steps[key]


def only_revocation_data_after(reader: PdfFileReader, revision: int) -> bool:
    """Whether what follows a revision is certificates and revocation data, and nothing else."""
    if reader.xrefs.total_revisions == revision + 1:
        return True
    result = ONLY_REVOCATION_DATA.review_file(reader, revision)
    return isinstance(result, DiffResult)


def is_permitted(result: Result | None, doc_mdp: MDPPerm | None) -> bool:
    """Whether the changes are of a kind that the signature leaves open."""
    if result is None:
        return True
    if not isinstance(result, DiffResult) or result.modification_level is ModificationLevel.OTHER:
        return False
    return doc_mdp is None or bool(result.modification_level.value <= doc_mdp.value)


def changed_fields(result: Result | None) -> list[str]:
    """Names of the form fields that were filled in after a signature."""
    return (
        sorted(plain(name) for name in result.changed_form_fields) if isinstance(result, DiffResult) else []
    )


def in_words(changes: Collection[Change], fields: Collection[str], signature_fields: Collection[str]) -> str:
    """What was changed after a signature, in one line of plain Japanese."""
    if any(not change.permitted for change in changes):
        return NOT_PERMITTED
    words = list(dict.fromkeys(_words(changes, fields, signature_fields)))
    return f"許可された変更: {'・'.join(words)}" if words else UNCHANGED


def _words(changes: Iterable[Change], fields: Collection[str], signatures: Collection[str]) -> Iterator[str]:
    if DATE_FIELD in fields:
        yield "契約締結日の記入"
    if set(fields) - set(signatures) - {DATE_FIELD}:
        yield "フォームの記入"
    kinds = {change.kind for change in changes}
    for kind, word in _KINDS.items():
        if kind in kinds:
            yield word


_KINDS = {
    "signature": "後の署名",
    "revocation_data": "検証情報",
    "timestamp": "タイムスタンプ",
    "annotation": "注釈",
    "metadata": "文書の属性",
}


def plain(text: str) -> str:
    """A text without the reader that pyHanko's strings carry along."""
    return "".join(iter(text))


def _policy(doc_mdp: MDPPerm | None) -> StandardDiffPolicy:
    return WITH_COMMENTS if doc_mdp is MDPPerm.ANNOTATE else STANDARD
