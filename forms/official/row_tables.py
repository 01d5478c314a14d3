"""Tables of rows on an official paper (繰り返しの行): headings, one line for each row, bars on a calendar."""

from typing import Any

from reportlab.platypus import Table, TableStyle

from forms.lettering import line_width
from forms.model import Field, FieldType, RowGroup
from forms.official.bar_charts import BarChartLines
from forms.official.marks import CHOSEN, marked_answers
from forms.official.styles import PaperStyles
from forms.row_groups import filled_rows
from forms.ruling import MM, PADDING_LEFT, PADDING_RIGHT, cell_padding, grid
from forms.typesetting import TextLines
from forms.values import Values, text_of

LONG_DATE = "令和10年12月30日"
SHORT = 5
"""Words of at most so many characters are not broken into two lines."""
MOST_TAKEN = 0.6
"""What the other columns keep at least when some need more room."""


def row_table(group: RowGroup, values: Values, styles: PaperStyles, width: float) -> list[Any]:
    """The rows that are filled in, then blank lines up to what the paper has; the headings on every page."""
    rows = filled_rows(group, values)
    lines = [[_text(column, cell, values) for column, cell in _cells(group, row)] for row in rows]
    blank_line = [marked_answers(column, None) if column.inline else "" for column in group.columns]
    lines += [blank_line] * (group.printed_rows - len(lines))
    heading = [_heading(column, styles) for column in group.columns]
    cells = [heading, *([TextLines(text, styles.text) for text in line] for line in lines)]
    style = TableStyle([grid(), *cell_padding(styles.row_padding)])
    blank = max([styles.text.leading + 2 * styles.row_padding, *_heights(group, styles)])
    table = Table(
        cells,
        colWidths=_widths(group, styles, width),
        minRowHeights=[0, *[blank] * (len(cells) - 1)],
        style=style,
        repeatRows=1,
        spaceBefore=0,
        spaceAfter=0,
    )
    return [table, *_chart(group, values, styles, width)]


def _heading(column: Field, styles: PaperStyles) -> list[TextLines]:
    lines = [TextLines(column.paper_label, styles.centred)]
    if column.printed_note:
        lines.append(TextLines(column.printed_note, styles.note))
    return lines


def _heights(group: RowGroup, styles: PaperStyles) -> list[float]:
    return [column.height * MM * styles.scale for column in group.columns if column.height]


def _cells(group: RowGroup, row: int) -> list[tuple[Field, Field]]:
    return list(zip(group.columns, group.cells(row), strict=True))


def _text(column: Field, cell: Field, values: Values) -> str:
    value = values.get(cell.key)
    if column.type is FieldType.CHECKBOX:
        return CHOSEN if value else ""
    return marked_answers(cell, value) if cell.inline else text_of(cell, value)


def _widths(group: RowGroup, styles: PaperStyles, width: float) -> list[float]:
    """By the shares of the file, but a date or a chosen word stays in one line where the others have the room."""
    shares = [column.width for column in group.columns]
    widths = [width * share / sum(shares) for share in shares]
    least = [_least_width(column, styles) for column in group.columns]
    narrow = [got < wanted for got, wanted in zip(widths, least, strict=True)]
    others = sum(got for got, is_narrow in zip(widths, narrow, strict=True) if not is_narrow)
    left = width - sum(wanted for wanted, is_narrow in zip(least, narrow, strict=True) if is_narrow)
    if left < MOST_TAKEN * others:
        return widths
    return [
        wanted if is_narrow else got * left / others
        for got, wanted, is_narrow in zip(widths, least, narrow, strict=True)
    ]


def _least_width(column: Field, styles: PaperStyles) -> float:
    """What a date, a short choice and a short heading need to stand in one line."""
    words = [LONG_DATE] if column.type is FieldType.DATE else []
    words += [label for choice in column.choices if len(label := choice.label) <= SHORT and not column.inline]
    words += [column.paper_label] if len(column.paper_label) <= SHORT else []
    text = max((line_width(word, styles.text.font, styles.text.size) for word in words), default=0)
    return text + PADDING_LEFT + PADDING_RIGHT + 1


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
