"""The layout table of a form file (様式の体裁): how the paper is arranged."""

from forms.paper_layouts import DEFAULT_LAYOUT, PaperBlock, PaperLayout
from procurement.cities.reader import Table


def read_layout(form: Table) -> PaperLayout:
    """Read [forms.layout]; a form without one gets the usual arrangement."""
    table, usual = form.table("layout"), DEFAULT_LAYOUT
    layout = PaperLayout(
        blocks=_read_blocks(table),
        framed=table.flag("framed", usual.framed),
        applicant_ruled=table.flag("applicant_ruled", usual.applicant_ruled),
        applicant_heading=table.text("applicant_heading"),
        headings_in_table=table.flag("headings_in_table", usual.headings_in_table),
        label_width=table.decimal("label_width", usual.label_width, least=15, most=90),
        font_size=table.decimal("font_size", usual.font_size, least=8, most=14),
    )
    table.done()
    return layout


def _read_blocks(table: Table) -> tuple[PaperBlock, ...]:
    blocks = table.choices("blocks", PaperBlock, DEFAULT_LAYOUT.blocks)
    for needed in (PaperBlock.TITLE, PaperBlock.TABLE):
        if needed not in blocks:
            table.wrong("blocks", f'"{needed}" が要ります')
    return blocks
