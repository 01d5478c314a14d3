"""From a drawn page to a kept document: PDF/A-2b, fonts embedded, Japanese, the same bytes each time."""

import io
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pikepdf
from pikepdf import pdfa
from reportlab import rl_config
from reportlab.platypus import BaseDocTemplate, Frame, PageTemplate
from reportlab.platypus.tables import CellStyle

from forms.code_maps import correct_code_maps
from forms.fonts import MINCHO, registered_font

FLAVOUR = "2b"


def prepare_reportlab() -> None:
    """Settings without which reportlab writes an unembedded Helvetica and inflated streams."""
    registered_font(MINCHO)
    rl_config.canvas_basefontname = MINCHO
    CellStyle.fontname = MINCHO
    rl_config.useA85 = 0


def page_document(
    target: io.BytesIO,
    size: tuple[float, float],
    margins: tuple[float, float, float],
    on_page: Callable[[Any, Any], None] | None = None,
) -> BaseDocTemplate:
    """A document of equal pages; margins in points are (top, sides, bottom), frames have no padding."""
    top, side, bottom = margins
    width, height = size
    frame = Frame(side, bottom, width - 2 * side, height - top - bottom, 0, 0, 0, 0)
    template = PageTemplate(frames=[frame], onPage=on_page or _nothing)
    return BaseDocTemplate(target, pagesize=size, pageTemplates=[template], lang="ja-JP", invariant=1)


def _nothing(canvas: Any, document: Any) -> None:
    """Draw nothing besides the text."""


def finish_pdfa(drawn: bytes, title: str, made_at: datetime) -> bytes:
    """Turn what reportlab drew into PDF/A-2b. Raises pikepdf.pdfa.PdfaError when that is not possible."""
    with pikepdf.open(io.BytesIO(drawn)) as pdf:
        for page in pdf.pages:
            if "/Trans" in page.obj:
                del page.obj["/Trans"]
        correct_code_maps(pdf)
        instant = made_at.astimezone(UTC)
        stamp = pikepdf.String(instant.strftime("D:%Y%m%d%H%M%S+00'00'"))
        pdf.docinfo["/Title"] = title
        pdf.docinfo["/CreationDate"] = stamp
        pdf.docinfo["/ModDate"] = stamp
        for key in ("/Author", "/Subject", "/Keywords", "/Creator"):
            if key in pdf.docinfo:
                del pdf.docinfo[key]
        pdf.Root.Lang = pikepdf.String("ja-JP")
        pdf.Root.ViewerPreferences = pikepdf.Dictionary(DisplayDocTitle=True)
        pdfa.prepare(pdf, FLAVOUR)
        with pdf.open_metadata(set_pikepdf_as_editor=False, update_docinfo=False) as metadata:
            metadata["xmp:MetadataDate"] = instant.isoformat(timespec="seconds")
        finished = io.BytesIO()
        pdfa.save(pdf, finished, FLAVOUR, repair=False, deterministic_id=True)
    return finished.getvalue()


def pdfa_violations(document: bytes) -> tuple[str, ...]:
    """What in a finished document breaks PDF/A-2b; empty when nothing does."""
    report = pdfa.validate_written(io.BytesIO(document), FLAVOUR)
    return tuple(str(finding) for finding in report.violations)
