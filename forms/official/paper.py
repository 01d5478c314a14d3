"""The official paper (様式): a form definition and its values become the city's printed page, PDF/A."""

import io
from datetime import datetime
from functools import partial
from typing import Any

from reportlab.lib.pagesizes import A4
from reportlab.platypus.doctemplate import LayoutError

from forms.fonts import MINCHO, registered_font
from forms.model import FormDefinition
from forms.official.blocks import PaperParts
from forms.official.styles import paper_styles
from forms.pdf import finish_pdfa, page_document, prepare_reportlab
from forms.ruling import LINE, MM
from forms.values import Values, restored

MARGIN_SIDE, MARGIN_TOP, MARGIN_BOTTOM = 24 * MM, 20 * MM, 16 * MM
MARK_SIZE = 16
SCALES = (1.0, 0.95, 0.9, 0.85, 0.8, 0.75)


def render_paper(definition: FormDefinition, values: Values, made_at: datetime, mark: str = "") -> bytes:
    """The paper as PDF/A-2b, empty when `values` is. One page where the text lets it be one.

    `values` are those of `values_for_storage` (or their restored form); `made_at` an aware instant; `mark` stands
    at the head of every page and of the file's title, for a paper that must not be taken for one that counts.
    """
    readable = restored(definition, values)
    title = f"（{mark}）{definition.title}" if mark else definition.title
    for scale in SCALES:
        drawn, pages = _drawn(definition, readable, scale, definition.layout.framed, mark)
        if pages == 1:
            return finish_pdfa(drawn, title, made_at)
    drawn, _ = _drawn(definition, readable, SCALES[0], framed=False, mark=mark)
    return finish_pdfa(drawn, title, made_at)


def _drawn(
    definition: FormDefinition, values: Values, scale: float, framed: bool, mark: str
) -> tuple[bytes, int]:
    prepare_reportlab()
    width = A4[0] - 2 * MARGIN_SIDE
    parts = PaperParts(definition, values, paper_styles(definition.layout.font_size, scale), width)
    target = io.BytesIO()
    document = page_document(target, A4, (MARGIN_TOP, MARGIN_SIDE, MARGIN_BOTTOM), partial(_draw_mark, mark))
    try:
        document.build(parts.framed() if framed else parts.flowing())
    except LayoutError:
        return b"", 0
    return target.getvalue(), document.page


def _draw_mark(mark: str, canvas: Any, _document: Any) -> None:
    """The mark in the middle of the upper margin, in a frame; where there is none, nothing."""
    if not mark:
        return
    canvas.saveState()
    width, middle, bottom = canvas.stringWidth(mark, MINCHO, MARK_SIZE), A4[0] / 2, A4[1] - 15 * MM
    canvas.setLineWidth(LINE)
    canvas.rect(middle - width / 2 - 4 * MM, bottom, width + 8 * MM, 8.5 * MM)
    canvas.setFont(registered_font(MINCHO), MARK_SIZE)
    canvas.drawCentredString(middle, bottom + 2.2 * MM, mark)
    canvas.restoreState()
