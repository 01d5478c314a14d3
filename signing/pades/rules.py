"""Rules for changes after a signature (署名後の変更の規則): pyHanko's, mended in one place, and comments beside them."""

from collections.abc import Iterable, Iterator
from typing import Any

from pyhanko.pdf_utils.reader import HistoricalResolver
from pyhanko.sign.diff_analysis import (
    DEFAULT_DIFF_POLICY,
    CatalogModificationRule,
    DocInfoRule,
    DSSCompareRule,
    ModificationLevel,
    ObjectStreamRule,
    StandardDiffPolicy,
    XrefStreamRule,
)
from pyhanko.sign.diff_analysis.form_rules_api import (
    FieldComparisonContext,
    FieldComparisonSpec,
    FormUpdate,
    FormUpdatingRule,
)
from pyhanko.sign.diff_analysis.rules.form_field_rules import (
    GenericFieldModificationRule,
    SigFieldCreationRule,
    SigFieldModificationRule,
)
from pyhanko.sign.diff_analysis.rules_api import ReferenceUpdate, WhitelistRule

from signing.pades.comments import CommentRule
from signing.pades.objects import entry

_NOTES = frozenset({"/ModDate", "/Producer"})
Update = tuple[ModificationLevel, FormUpdate]


class _FieldRule(GenericFieldModificationRule):
    """As pyHanko's, but for appearances that nobody touched.

    pyHanko reports an appearance as changed when it was written before the signed revision; a field that the
    signature locks then makes an honest file invalid as soon as a time-stamp follows.
    """

    def check_form_field(
        self, fq_name: str, spec: FieldComparisonSpec, context: FieldComparisonContext
    ) -> Iterable[Update]:
        return _touched(super().check_form_field(fq_name, spec, context), spec, context)


class _SignatureFieldRule(SigFieldModificationRule):
    """The same for signature fields."""

    def check_form_field(
        self, fq_name: str, spec: FieldComparisonSpec, context: FieldComparisonContext
    ) -> Iterable[Update]:
        return _touched(super().check_form_field(fq_name, spec, context), spec, context)


def _touched(
    updates: Iterable[Update], spec: FieldComparisonSpec, context: FieldComparisonContext
) -> Iterator[Update]:
    """Leaves out objects that were last written in the old revision or before; the field itself stays."""
    xrefs = context.old.reader.xrefs
    for level, update in updates:
        own = update.updated_ref == spec.new_field_ref
        if own or xrefs.get_last_change(update.updated_ref) > context.old.revision:
            yield level, update


class _NoteOfWriting(WhitelistRule):
    """The file's own note of when and by what it was written, which programs keep up with every update."""

    def apply(self, old: HistoricalResolver, new: HistoricalResolver) -> Iterator[ReferenceUpdate]:
        """Permits /Info with another date or producer, and nothing else in it."""
        before, after = entry(old.trailer_view, "/Info"), entry(new.trailer_view, "/Info")
        keys = set(before or ()) | set(after or ())
        if all(key in _NOTES or entry(before, key) == entry(after, key) for key in keys):
            yield from DocInfoRule().apply(old, new)


def _form_rule(creation: Any) -> FormUpdatingRule:
    return FormUpdatingRule(field_rules=[creation, _SignatureFieldRule(), _FieldRule()])


STANDARD = StandardDiffPolicy(
    global_rules=DEFAULT_DIFF_POLICY.global_rules,
    form_rule=_form_rule(SigFieldCreationRule()),  # type: ignore[no-untyped-call]
)

WITH_COMMENTS = StandardDiffPolicy(
    global_rules=[*DEFAULT_DIFF_POLICY.global_rules, CommentRule()],
    form_rule=_form_rule(
        SigFieldCreationRule(approve_widget_bindings=False)  # type: ignore[no-untyped-call]
    ),
)
"""DocMDP P=3 permits comments; pyHanko's own policy does not know them. The comment rule walks the pages."""

ONLY_REVOCATION_DATA = StandardDiffPolicy(
    global_rules=[
        CatalogModificationRule(),  # type: ignore[no-untyped-call]
        XrefStreamRule().as_qualified(ModificationLevel.LTA_UPDATES),
        ObjectStreamRule().as_qualified(ModificationLevel.LTA_UPDATES),
        DSSCompareRule().as_qualified(ModificationLevel.LTA_UPDATES),
        _NoteOfWriting().as_qualified(ModificationLevel.LTA_UPDATES),
    ],
    form_rule=None,
)
