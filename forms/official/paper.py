"""The official paper (様式): a form definition and its values become the city's printed page, PDF/A."""

import io
from datetime import datetime

from reportlab.lib.pagesizes import A4
from reportlab.platypus.doctemplate import LayoutError

from forms.model import FormDefinition
from forms.official.blocks import PaperParts
from forms.official.styles import paper_styles
from forms.pdf import finish_pdfa, page_document, prepare_reportlab
from forms.ruling import MM
from forms.values import Values, restored

MARGIN_SIDE, MARGIN_TOP, MARGIN_BOTTOM = 24 * MM, 20 * MM, 16 * MM
SCALES = (1.0, 0.95, 0.9, 0.85, 0.8, 0.75)


def render_paper(definition: FormDefinition, values: Values, made_at: datetime) -> bytes:
    """The paper as PDF/A-2b, empty when `values` is. One page where the text lets it be one.

    `values` are those of `values_for_storage` (or their restored form); `made_at` an aware instant.
    """
    readable = restored(definition, values)
    for scale in SCALES:
        drawn, pages = _drawn(definition, readable, scale, definition.layout.framed)
        if pages == 1:
            return finish_pdfa(drawn, definition.title, made_at)
    drawn, _ = _drawn(definition, readable, SCALES[0], framed=False)
    return finish_pdfa(drawn, definition.title, made_at)


def _drawn(definition: FormDefinition, values: Values, scale: float, framed: bool) -> tuple[bytes, int]:
    prepare_reportlab()
    width = A4[0] - 2 * MARGIN_SIDE
    parts = PaperParts(definition, values, paper_styles(definition.layout.font_size, scale), width)
    target = io.BytesIO()
    document = page_document(target, A4, (MARGIN_TOP, MARGIN_SIDE, MARGIN_BOTTOM))
    try:
        document.build(parts.framed() if framed else parts.flowing())
    except LayoutError:
        return b"", 0
    return target.getvalue(), document.page
