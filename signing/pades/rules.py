"""Rules for changes after a signature (署名後の変更の規則): pyHanko's, mended in one place, and comments beside them."""

import re
from collections.abc import Iterable, Iterator
from typing import Any

from lxml import etree  # type: ignore[import-untyped]
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.pdf_utils.reader import HistoricalResolver, RawPdfPath
from pyhanko.sign.diff_analysis import (
    CatalogModificationRule,
    DiffResult,
    DocInfoRule,
    DSSCompareRule,
    MetadataUpdateRule,
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
    Context,
    QualifiedWhitelistRule,
    ReferenceUpdate,
    WhitelistRule,
)
from pyhanko.sign.fields import FieldMDPSpec, MDPPerm

from signing.pades.comments import CommentRule
from signing.pades.objects import entry, usages

_NOTES = frozenset({"/ModDate", "/Producer"})
_SIGNED_BOX = VALUE_UPDATE_KEYS | {"/MK", "/BS", "/Border", "/H", "/M", "/NM"}
_METADATA = ("{adobe:ns:meta/}xmpmeta", "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}RDF")
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


class _Metadata(MetadataUpdateRule):
    """As pyHanko's, but XMP that nobody touched may be of any form, and rdf:RDF may stand by itself (ISO 16684-1)."""

    def apply(self, old: HistoricalResolver, new: HistoricalResolver) -> Iterator[ReferenceUpdate]:
        """Permits other metadata, if they are XML and nothing else."""
        reference = new.root.get_value_as_reference("/Metadata", optional=True)
        xrefs = new.reader.xrefs
        if reference is None or reference not in xrefs.explicit_refs_in_revision(new.revision):
            return
        _require_metadata(reference.get_object())
        before = old.root.get_value_as_reference("/Metadata", optional=True)
        if before == reference or old.is_ref_unassignable(reference):
            path = Context.from_absolute(old, RawPdfPath("/Root", "/Metadata"))
            yield ReferenceUpdate(reference, context_checked=path)


def _require_metadata(stream: Any) -> None:
    """Nothing that a page could show hides there: it is XML of the right kind, without entities."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True)
    try:
        root = etree.fromstring(stream.data, parser=parser)
    except (etree.XMLSyntaxError, AttributeError, ValueError, PdfError) as error:
        raise SuspiciousModification("metadata that are no XML") from error
    if root.tag not in _METADATA or any(True for _ in root.iter(etree.Entity)):
        raise SuspiciousModification("metadata that are no XMP")


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


class _Policy(StandardDiffPolicy):
    """As pyHanko's, but an update may free what nothing refers to any more."""

    def __init__(
        self, global_rules: list[QualifiedWhitelistRule], form_rule: FormUpdatingRule | None
    ) -> None:
        super().__init__(global_rules, form_rule, reject_object_freeing=False)

    def apply(
        self,
        old: HistoricalResolver,
        new: HistoricalResolver,
        field_mdp_spec: FieldMDPSpec | None = None,
        doc_mdp: MDPPerm | None = None,
    ) -> DiffResult:
        """Judges one pair of revisions."""
        freed = {reference.idnum for reference in new.refs_freed_in_revision()}  # type: ignore[no-untyped-call]
        if freed and freed & {reference.idnum for reference in usages(new)}:
            raise SuspiciousModification("objects in use were freed")
        return super().apply(old, new, field_mdp_spec, doc_mdp)


_RULES = [
    CatalogModificationRule(),  # type: ignore[no-untyped-call]
    DocInfoRule().as_qualified(ModificationLevel.LTA_UPDATES),
    ObjectStreamRule().as_qualified(ModificationLevel.LTA_UPDATES),
    XrefStreamRule().as_qualified(ModificationLevel.LTA_UPDATES),
    DSSCompareRule().as_qualified(ModificationLevel.LTA_UPDATES),
    _Metadata().as_qualified(ModificationLevel.LTA_UPDATES),  # type: ignore[no-untyped-call]
]

# Some writers use small letters.
form_field_rules.VRI_KEY_PATTERN = re.compile("/[A-Za-z0-9]{40}")  # type: ignore[attr-defined]

STANDARD = _Policy(
    global_rules=_RULES,
    form_rule=_form_rule(SigFieldCreationRule()),  # type: ignore[no-untyped-call]
)

WITH_COMMENTS = _Policy(
    global_rules=[*_RULES, CommentRule()],
    form_rule=_form_rule(
        SigFieldCreationRule(approve_widget_bindings=False)  # type: ignore[no-untyped-call]
    ),
)
"""DocMDP P=3 permits comments; pyHanko's own policy does not know them. The comment rule walks the pages."""

ONLY_REVOCATION_DATA = _Policy(
    global_rules=[
        CatalogModificationRule(),  # type: ignore[no-untyped-call]
        XrefStreamRule().as_qualified(ModificationLevel.LTA_UPDATES),
        ObjectStreamRule().as_qualified(ModificationLevel.LTA_UPDATES),
        DSSCompareRule().as_qualified(ModificationLevel.LTA_UPDATES),
        _NoteOfWriting().as_qualified(ModificationLevel.LTA_UPDATES),
    ],
    form_rule=None,
)
