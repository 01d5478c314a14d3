"""Metadata that an update writes again (XMPの書き直し): of what form they must be, and when only their dates differ."""

from collections.abc import Iterator

from lxml import etree  # type: ignore[import-untyped]
from pyhanko.pdf_utils.generic import Reference
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.pdf_utils.reader import HistoricalResolver, RawPdfPath
from pyhanko.sign.diff_analysis import MetadataUpdateRule, SuspiciousModification
from pyhanko.sign.diff_analysis.rules_api import Context, ReferenceUpdate

_ROOTS = ("{adobe:ns:meta/}xmpmeta", "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}RDF")
_NOTES = frozenset({"ModifyDate", "MetadataDate", "Producer"})


class OtherMetadata(MetadataUpdateRule):
    """As pyHanko's, but XMP that nobody touched may be of any form, and rdf:RDF may stand by itself (ISO 16684-1)."""

    def apply(self, old: HistoricalResolver, new: HistoricalResolver) -> Iterator[ReferenceUpdate]:
        """Permits other metadata, if they are XML and nothing else."""
        reference = new.root.get_value_as_reference("/Metadata", optional=True)
        xrefs = new.reader.xrefs
        if reference is None or reference not in xrefs.explicit_refs_in_revision(new.revision):
            return
        content = read_metadata(reference)
        before = old.root.get_value_as_reference("/Metadata", optional=True)
        if not self.permits(before, content):
            return
        if before == reference or old.is_ref_unassignable(reference):
            path = Context.from_absolute(old, RawPdfPath("/Root", "/Metadata"))
            yield ReferenceUpdate(reference, context_checked=path)

    def permits(self, before: Reference | None, after: etree._Element) -> bool:
        """Whether new metadata may take the place of the old ones."""
        return True


class DatesInMetadata(OtherMetadata):
    """Only the note of when and by what the file was written, which programs keep up with every update."""

    def permits(self, before: Reference | None, after: etree._Element) -> bool:
        """Whether they are the same but for that."""
        return before is not None and _without_notes(read_metadata(before)) == _without_notes(after)


def read_metadata(reference: Reference) -> etree._Element:
    """XMP as XML: nothing that a page could show hides there. Raises SuspiciousModification for anything else."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True)
    try:
        root = etree.fromstring(reference.get_object().data, parser=parser)  # type: ignore[attr-defined]
    except (etree.XMLSyntaxError, AttributeError, ValueError, PdfError) as error:
        raise SuspiciousModification("metadata that are no XML") from error
    if root.tag not in _ROOTS or any(True for _ in root.iter(etree.Entity)):
        raise SuspiciousModification("metadata that are no XMP")
    return root


def _without_notes(root: etree._Element) -> bytes:
    for element in root.iter(etree.Element):
        if etree.QName(element).localname in _NOTES:
            element.text = ""
        for key in element.attrib:
            if etree.QName(key).localname in _NOTES:
                element.attrib[key] = ""
    return bytes(etree.tostring(root, method="c14n"))
