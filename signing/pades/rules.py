"""Rules for changes after a signature (署名後の変更の規則): pyHanko's, mended in one place, and comments beside them."""

import re
from collections.abc import Iterable, Iterator
from typing import Any

from pyhanko.pdf_utils.reader import HistoricalResolver
from pyhanko.sign.diff_analysis import (
    CatalogModificationRule,
    DocInfoRule,
    DSSCompareRule,
    ModificationLevel,
    ObjectStreamRule,
    StandardDiffPolicy,
    SuspiciousModification,
    XrefStreamRule,
)
from pyhanko.sign.diff_analysis.constants import ACROFORM_EXEMPT_STRICT_COMPARISON, VALUE_UPDATE_KEYS
from pyhanko.sign.diff_analysis.form_rules_api import (
    FieldComparisonContext,
    FieldComparisonSpec,
    FormUpdate,
    FormUpdatingRule,
)
from pyhanko.sign.diff_analysis.rules import form_field_rules
from pyhanko.sign.diff_analysis.rules.form_field_rules import (
    GenericFieldModificationRule,
    SigFieldCreationRule,
    SigFieldModificationRule,
)
from pyhanko.sign.diff_analysis.rules_api import (
    QualifiedWhitelistRule,
    ReferenceUpdate,
    WhitelistRule,
)

from signing.pades import page_rules
from signing.pades.comments import CommentRule
from signing.pades.metadata_rules import DatesInMetadata, OtherMetadata
from signing.pades.objects import entry, usages
from signing.pades.page_rules import PageRule
from signing.pades.structure_tree import StructureTreeRule

_NOTES = frozenset({"/ModDate", "/Producer"})
_SIGNED_BOX = VALUE_UPDATE_KEYS | {"/MK", "/BS", "/Border", "/H", "/M", "/NM", "/StructParent"}
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
    """The same for signature fields. Whoever signs an empty one may also set how its box is drawn."""

    def compare_fields(self, spec: FieldComparisonSpec) -> bool:
        """As pyHanko's; what a box looks like may change when it is signed."""
        is_signed_now = "/V" not in (spec.old_field or ()) and "/V" in (spec.new_field or ())
        self.value_update_keys = _SIGNED_BOX if is_signed_now else VALUE_UPDATE_KEYS
        return super().compare_fields(spec)

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
    return FormUpdatingRule(
        field_rules=[creation, _SignatureFieldRule(), _FieldRule()],
        ignored_acroform_keys=ACROFORM_EXEMPT_STRICT_COMPARISON | {"/SigFlags"},
    )


class _Freed(WhitelistRule):
    """An update may free what nothing refers to any more."""

    def apply(self, old: HistoricalResolver, new: HistoricalResolver) -> Iterator[ReferenceUpdate]:
        """Refuses where something still refers to it: that would be gone."""
        freed = new.refs_freed_in_revision()  # type: ignore[no-untyped-call]
        used = {reference.idnum for reference in usages(new)} if freed else set()
        for reference in freed:
            if reference.idnum in used:
                raise SuspiciousModification("objects in use were freed")
            yield ReferenceUpdate(reference)


def _policy(rules: list[QualifiedWhitelistRule], form_rule: FormUpdatingRule | None) -> StandardDiffPolicy:
    freed = _Freed().as_qualified(ModificationLevel.LTA_UPDATES)
    return StandardDiffPolicy([*rules, freed], form_rule, reject_object_freeing=False)


_RULES = [
    CatalogModificationRule(),  # type: ignore[no-untyped-call]
    DocInfoRule().as_qualified(ModificationLevel.LTA_UPDATES),
    ObjectStreamRule().as_qualified(ModificationLevel.LTA_UPDATES),
    XrefStreamRule().as_qualified(ModificationLevel.LTA_UPDATES),
    DSSCompareRule().as_qualified(ModificationLevel.LTA_UPDATES),
    StructureTreeRule().as_qualified(ModificationLevel.LTA_UPDATES),
    PageRule().as_qualified(ModificationLevel.LTA_UPDATES),
    OtherMetadata().as_qualified(ModificationLevel.LTA_UPDATES),  # type: ignore[no-untyped-call]
]

page_rules.install()
# Some writers use small letters.
form_field_rules.VRI_KEY_PATTERN = re.compile("/[A-Za-z0-9]{40}")  # type: ignore[attr-defined]

STANDARD = _policy(
    rules=_RULES,
    form_rule=_form_rule(SigFieldCreationRule()),  # type: ignore[no-untyped-call]
)

WITH_COMMENTS = _policy(
    rules=[*_RULES, CommentRule()],
    form_rule=_form_rule(
        SigFieldCreationRule(approve_widget_bindings=False)  # type: ignore[no-untyped-call]
    ),
)
"""DocMDP P=3 permits comments; pyHanko's own policy does not know them. The comment rule walks the pages."""

ONLY_REVOCATION_DATA = _policy(
    rules=[
        CatalogModificationRule(),  # type: ignore[no-untyped-call]
        XrefStreamRule().as_qualified(ModificationLevel.LTA_UPDATES),
        ObjectStreamRule().as_qualified(ModificationLevel.LTA_UPDATES),
        DSSCompareRule().as_qualified(ModificationLevel.LTA_UPDATES),
        _NoteOfWriting().as_qualified(ModificationLevel.LTA_UPDATES),
        DatesInMetadata().as_qualified(ModificationLevel.LTA_UPDATES),  # type: ignore[no-untyped-call]
    ],
    form_rule=None,
)
