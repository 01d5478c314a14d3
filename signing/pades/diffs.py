"""Changes after a signature (署名後の変更): which are permitted, in words; each pair of revisions judged once."""

from collections.abc import Collection

from pyhanko.pdf_utils.reader import HistoricalResolver, PdfFileReader
from pyhanko.sign.diff_analysis import (
    DEFAULT_DIFF_POLICY,
    CatalogModificationRule,
    DiffPolicy,
    DiffResult,
    DSSCompareRule,
    ModificationLevel,
    ObjectStreamRule,
    StandardDiffPolicy,
    SuspiciousModification,
    XrefStreamRule,
)
from pyhanko.sign.fields import FieldMDPSpec, MDPPerm
from pyhanko.sign.validation.status import ModificationInfo, SignatureCoverageLevel

from signing.pades.layout import DATE_FIELD

UNCHANGED = "変更なし"
NOT_PERMITTED = "許可されない変更"

_ONLY_REVOCATION_DATA = StandardDiffPolicy(
    global_rules=[
        CatalogModificationRule(),  # type: ignore[no-untyped-call]
        XrefStreamRule().as_qualified(ModificationLevel.LTA_UPDATES),
        ObjectStreamRule().as_qualified(ModificationLevel.LTA_UPDATES),
        DSSCompareRule().as_qualified(ModificationLevel.LTA_UPDATES),
    ],
    form_rule=None,
)


class MemoDiffPolicy(DiffPolicy):
    """Remembers what it has judged. One per file.

    The validation of an archive asks for every signature's changes again for every other signature; the
    answers are the same, and twenty signatures take a quarter of the time.
    """

    def __init__(self) -> None:
        self._known: dict[tuple[int, str, str], DiffResult | SuspiciousModification] = {}

    def apply(
        self,
        old: HistoricalResolver,
        new: HistoricalResolver,
        field_mdp_spec: FieldMDPSpec | None = None,
        doc_mdp: MDPPerm | None = None,
    ) -> DiffResult:
        """Judges one pair of revisions."""
        return DEFAULT_DIFF_POLICY.apply(old, new, field_mdp_spec, doc_mdp)

    def review_file(
        self,
        reader: PdfFileReader,
        base_revision: int | HistoricalResolver,
        field_mdp_spec: FieldMDPSpec | None = None,
        doc_mdp: MDPPerm | None = None,
    ) -> DiffResult | SuspiciousModification:
        """Judges every revision after the base."""
        number = base_revision if isinstance(base_revision, int) else base_revision.revision
        key = (number, repr(field_mdp_spec), repr(doc_mdp))
        if key not in self._known:
            self._known[key] = DEFAULT_DIFF_POLICY.review_file(reader, base_revision, field_mdp_spec, doc_mdp)
        return self._known[key]


def only_revocation_data_after(reader: PdfFileReader, revision: int) -> bool:
    """Whether what follows a revision is certificates and revocation data, and nothing else."""
    if reader.xrefs.total_revisions == revision + 1:
        return False
    result = _ONLY_REVOCATION_DATA.review_file(reader, revision)
    return isinstance(result, DiffResult)


def changed_fields(status: ModificationInfo) -> list[str]:
    """Names of the form fields that were filled in after a signature."""
    if not isinstance(status.diff_result, DiffResult):
        return []
    return sorted(plain(name) for name in status.diff_result.changed_form_fields)


def unexpected_fields(status: ModificationInfo, permitted: Collection[str] | None) -> list[str]:
    """Fields filled in after a signature that nobody was to fill in; `None` permits what the locks permit."""
    return [] if permitted is None else [name for name in changed_fields(status) if name not in permitted]


def in_words(
    status: ModificationInfo,
    signature_fields: Collection[str],
    has_stamp_after: bool,
    permitted: Collection[str] | None,
) -> str:
    """What was changed after a signature, in plain Japanese."""
    if status.coverage is SignatureCoverageLevel.ENTIRE_FILE:
        return UNCHANGED
    if not isinstance(status.diff_result, DiffResult) or status.docmdp_ok is False:
        return NOT_PERMITTED
    if unexpected_fields(status, permitted):
        return NOT_PERMITTED
    fields = set(changed_fields(status))
    what = []
    if DATE_FIELD in fields:
        what.append("契約締結日の記入")
    if fields - set(signature_fields) - {DATE_FIELD}:
        what.append("フォームの記入")
    if fields & set(signature_fields):
        what.append("後の署名")
    what.append("検証情報")
    if has_stamp_after:
        what.append("タイムスタンプ")
    return f"許可された変更: {'・'.join(what)}"


def suspicion(status: ModificationInfo) -> str | None:
    """Why a change is not permitted, as the analysis says it."""
    return str(status.diff_result) if isinstance(status.diff_result, SuspiciousModification) else None


def plain(text: str) -> str:
    """A text without the reader that pyHanko's strings carry along."""
    return "".join(iter(text))
