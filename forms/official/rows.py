"""Ruled rows of an official paper (罫線の表): label and answer, two fields side by side, answers with ○."""

from typing import Any

from reportlab.platypus import Table, TableStyle

from forms.model import Field, FieldEquals, FieldType, FormDefinition, Section, SectionPlace
from forms.official.marks import CHOSEN, marked_answer, marked_answers
from forms.official.row_tables import row_table
from forms.official.styles import PaperStyles
from forms.ruling import MM, cell_padding, grid, ruled_pairs, text_pieces
from forms.typesetting import TextLines
from forms.values import Values, text_of

MARK_WIDTH = 22 * MM
PAIRED_LABEL_SHARE = 0.22
ROOM_FOR_LINES = 18.0
"""Height in mm of a field of several lines whose file names none: room to write by hand."""
TICKED, UNTICKED = "〔✓〕", "〔　〕"


class RuledRows:
    """Builds the tables of one section; consecutive tables touch, so that they look like one."""

    def __init__(self, definition: FormDefinition, values: Values, styles: PaperStyles, width: float) -> None:
        self.definition = definition
        self.values = values
        self.styles = styles
        self.width = width
        self.label_width = definition.layout.label_width * MM

    def heading(self, section: Section) -> list[Any]:
        """A row over the whole width with the heading of the section and its notes."""
        lines = [TextLines(section.paper_heading, self.styles.text)] if section.paper_heading else []
        lines += [TextLines(note, self.styles.note) for note in section.notes]
        return [self._table([[lines]], [self.width], [])] if lines else []

    def section(self, section: Section) -> list[Any]:
        """The rows of a section, as tables."""
        tables: list[Any] = []
        pending: list[list[Field]] = []
        written_elsewhere = self._written_in_answers(section)
        for field in section.plain_fields:
            if field.key in written_elsewhere:
                continue
            if field.type in (FieldType.CHOICE, FieldType.CHECKBOX) and not field.inline:
                tables += self._answers(pending)
                pending = []
                tables.append(self._choice(section, field) if field.choices else self._tick(field))
                tables += self._note_row(field)
            elif self._is_long(field):
                tables += self._answers(pending)
                pending = []
                tables.append(self._long_answer(field))
                tables += self._note_row(field)
            elif field.beside and pending and len(pending[-1]) == 1:
                pending[-1].append(field)
            else:
                pending.append([field])
        tables += self._answers(pending)
        for group in section.groups:
            tables += row_table(group, self.values, self.styles, self.width)
        return tables

    def first_height(self, section: Section) -> float:
        """What the first field of a section asks for in height; 0 where a line of text is enough."""
        wanted = _height(section.plain_fields[0]) if section.plain_fields else None
        return (wanted or 0) * MM * self.styles.scale

    def attachments(self) -> list[Any]:
        """What is handed in with a paper on which nothing is written (添付機能による提出)."""
        rows = [
            [TextLines("添付書類", self.styles.text), TextLines(paper.label, self.styles.text)]
            for paper in self.definition.attachments
        ]
        return [self._table(rows, [self.label_width, self.width - self.label_width], [])]

    def _written_in_answers(self, section: Section) -> dict[str, FieldEquals]:
        """Fields that are written in brackets behind the answer on which they depend: その他（　　）.

        They follow their choice at once, one for each answer; any other stands beside the field before it.
        """
        found: dict[str, FieldEquals] = {}
        choice = ""
        for field in section.plain_fields if section.place is SectionPlace.TABLE else ():
            condition = field.required_when
            depends = (
                isinstance(condition, FieldEquals)
                and condition.field == choice
                and len(condition.answers) == 1
            )
            if field.type is FieldType.CHOICE and not field.inline:
                choice = field.key
            elif isinstance(condition, FieldEquals) and depends and field.beside and not field.inline:
                if condition in found.values():
                    choice = ""
                else:
                    found[field.key] = condition
            else:
                choice = ""
        return found

    def _answers(self, rows: list[list[Field]]) -> list[Any]:
        if not rows:
            return []
        half = self.width / 2
        paired = any(len(fields) == 2 for fields in rows)
        label_width = min(self.label_width, PAIRED_LABEL_SHARE * self.width) if paired else self.label_width
        columns = [label_width, half - label_width, label_width, half - label_width]
        cells: list[list[Any]] = []
        styled: list[Any] = []
        heights: list[float | None] = []
        for number, fields in enumerate(rows):
            cells.append([cell for field in fields for cell in (self._label(field), self._answer(field))])
            if len(fields) == 1:
                cells[-1] += ["", ""]
                styled.append(("SPAN", (1, number), (3, number)))
            styled += [
                ("VALIGN", (2 * place + 1, number), (2 * place + 1, number), "TOP")
                for place, field in enumerate(fields)
                if field.type is FieldType.MULTILINE
            ]
            wanted = [height for field in fields if (height := _height(field))]
            heights.append(max(wanted) * MM * self.styles.scale if wanted else None)
        return [self._table(cells, columns, styled, heights)]

    def _text(self, field: Field) -> str:
        value = self.values.get(field.key)
        return marked_answers(field, value) if field.inline else text_of(field, value)

    def _is_long(self, field: Field) -> bool:
        width = self.width / 2 - PAIRED_LABEL_SHARE * self.width
        return len(text_pieces(self._text(field), self.styles.text, width)) > 1

    def _note_row(self, field: Field) -> list[Any]:
        """The printed note of a field whose answer fills rows of its own."""
        if not field.printed_note:
            return []
        return [self._table([[TextLines(field.printed_note, self.styles.note)]], [self.width], [])]

    def _long_answer(self, field: Field) -> Any:
        columns = (self.label_width, self.width - self.label_width)
        pairs = [(field.paper_label, self._text(field))]
        return ruled_pairs(pairs, self.styles.text, columns, self.styles.row_padding)

    def _label(self, field: Field) -> TextLines:
        return TextLines(field.paper_label, self.styles.text)

    def _answer(self, field: Field) -> list[TextLines]:
        lines = [TextLines(self._text(field), self.styles.text)]
        if field.printed_note:
            lines.append(TextLines(field.printed_note, self.styles.note))
        return lines

    def _choice(self, section: Section, field: Field) -> Any:
        if section.place is not SectionPlace.TABLE:
            return self._choice_in_one_cell(field)
        rows = [
            [
                TextLines(choice.label + self._bracket(section, field, choice.value), self.styles.text),
                TextLines(self._mark(field, choice.value), self.styles.centred),
            ]
            for choice in field.choices
        ]
        if not self._is_labelled(section, field):
            return self._table(rows, [self.width - MARK_WIDTH, MARK_WIDTH], [])
        labels = [self._label(field), *[""] * (len(rows) - 1)]
        columns = [self.label_width, self.width - self.label_width - MARK_WIDTH, MARK_WIDTH]
        labelled = [[label, *row] for label, row in zip(labels, rows, strict=True)]
        return self._table(labelled, columns, [("SPAN", (0, 0), (0, -1))])

    def _is_labelled(self, section: Section, field: Field) -> bool:
        """Whether its answers need the words of the question: a heading over it alone has said them."""
        if field.printed_label is not None or not section.paper_heading:
            return bool(field.paper_label)
        in_brackets = self._written_in_answers(section)
        return any(other is not field and other.key not in in_brackets for other in section.plain_fields)

    def _choice_in_one_cell(self, field: Field) -> Any:
        lines = [
            TextLines(marked_answer(choice, self.values.get(field.key)), self.styles.text)
            for choice in field.choices
        ]
        return self._table(
            [[self._label(field), lines]], [self.label_width, self.width - self.label_width], []
        )

    def _bracket(self, section: Section, field: Field, answer: str) -> str:
        for key, condition in self._written_in_answers(section).items():
            if condition == FieldEquals(field.key, (answer,)):
                other = self.definition.field(key)
                return f"（{text_of(other, self.values.get(key)) or '　' * 12}）"
        return ""

    def _mark(self, field: Field, answer: str) -> str:
        return CHOSEN if self.values.get(field.key) == answer else ""

    def _tick(self, field: Field) -> Any:
        mark = TICKED if self.values.get(field.key) else UNTICKED
        return self._table([[TextLines(f"{mark} {field.paper_label}", self.styles.note)]], [self.width], [])

    def _table(
        self,
        cells: list[list[Any]],
        columns: list[float],
        styled: list[Any],
        heights: list[float | None] | None = None,
    ) -> Table:
        style = [
            grid(),
            *cell_padding(self.styles.row_padding),
            *styled,
        ]
        minimum = None if not heights or not any(heights) else heights
        return Table(
            cells,
            colWidths=columns,
            minRowHeights=minimum and [h or 0 for h in minimum],
            style=TableStyle(style),
            spaceBefore=0,
            spaceAfter=0,
        )


def _height(field: Field) -> float | None:
    """Least height of a row in mm."""
    return field.height or (ROOM_FOR_LINES if field.type is FieldType.MULTILINE else None)
