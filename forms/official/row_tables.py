"""Tables of rows on an official paper (繰り返しの行): headings, one line for each row, bars on a calendar."""

from typing import Any

from reportlab.platypus import Table, TableStyle

from forms.model import Field, FieldType, RowGroup
from forms.official.bar_charts import BarChartLines
from forms.official.styles import PaperStyles
from forms.row_groups import filled_rows
from forms.ruling import cell_padding, grid
from forms.typesetting import TextLines
from forms.values import Values, text_of

TICKED = "○"


def row_table(group: RowGroup, values: Values, styles: PaperStyles, width: float) -> list[Any]:
    """The rows that are filled in, then blank lines up to what the paper has; the headings on every page."""
    rows = filled_rows(group, values)
    lines = [[_text(column, cell, values) for column, cell in _cells(group, row)] for row in rows]
    lines += [[""] * len(group.columns)] * (group.printed_rows - len(lines))
    heading = [TextLines(column.paper_label, styles.centred) for column in group.columns]
    cells = [heading, *([TextLines(text, styles.text) for text in line] for line in lines)]
    style = TableStyle([grid(), *cell_padding(styles.row_padding)])
    blank = styles.text.leading + 2 * styles.row_padding
    table = Table(
        cells,
        colWidths=_widths(group, width),
        minRowHeights=[blank] * len(cells),
        style=style,
        repeatRows=1,
        spaceBefore=0,
        spaceAfter=0,
    )
    return [table, *_chart(group, values, styles, width)]


def _cells(group: RowGroup, row: int) -> list[tuple[Field, Field]]:
    return list(zip(group.columns, group.cells(row), strict=True))


def _text(column: Field, cell: Field, values: Values) -> str:
    value = values.get(cell.key)
    if column.type is FieldType.CHECKBOX:
        return TICKED if value else ""
    return text_of(cell, value)


def _widths(group: RowGroup, width: float) -> list[float]:
    shares = [column.width for column in group.columns]
    return [width * share / sum(shares) for share in shares]


def _chart(group: RowGroup, values: Values, styles: PaperStyles, width: float) -> list[Any]:
    if group.chart is None:
        return []
    bars = []
    for row in filled_rows(group, values):
        words, start, end = (
            values.get(group.cell_key(row, key))
            for key in (group.chart.label, group.chart.start, group.chart.end)
        )
        bars.append((str(words or ""), start, end))
    drawn = BarChartLines.of(bars, styles, width)
    return [drawn] if drawn is not None else []
