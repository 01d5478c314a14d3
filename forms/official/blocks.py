"""The parts of an official paper (様式の各部): number, title, date, addressee, applicant, table, notes."""

from dataclasses import replace
from typing import Any

from reportlab.lib import colors
from reportlab.platypus import CondPageBreak, Spacer, Table, TableStyle

from forms.meanings import Meaning
from forms.model import Field, FormDefinition, Section, SectionPlace
from forms.official.marks import marked_answers
from forms.official.rows import RuledRows
from forms.official.styles import PaperStyles
from forms.paper_layouts import PaperBlock
from forms.ruling import LINE, MM, cell_padding, grid
from forms.typesetting import SpreadLabel, TextLines
from forms.values import Values, text_of

EMPTY_DATE = "　　年　　月　　日"
BELOW = "記"
"""Alone in its line, between the sentence and what it speaks of (記書き): in the middle of the page."""
APPLICANT_SHARE = 0.56
FRAME_INSET = 4 * MM
HEADING_LINES = 5
"""Room for a heading and the first row below it, in lines of text with their padding."""
OUTSIDE_FRAME = (PaperBlock.NUMBER, PaperBlock.SUPPLEMENT)


class PaperParts:
    """Makes the flowables of each part and puts them in the order of the layout."""

    def __init__(self, definition: FormDefinition, values: Values, styles: PaperStyles, width: float) -> None:
        self.definition = definition
        self.values = values
        self.styles = styles
        self.width = width
        self.rows = RuledRows(definition, values, styles, width)
        self.may_break = False

    def flowing(self) -> list[Any]:
        """All parts one under the other, over as many pages as they need."""
        self.may_break = True
        parts: list[Any] = []
        for block in self.definition.layout.blocks:
            before = [self._gap()] if block is PaperBlock.NOTES else []
            parts += [*before, *self.part(block)]
        return parts

    def framed(self) -> list[Any]:
        """As flowing, with a line around everything but the number and the supplement."""
        blocks = self.definition.layout.blocks
        inside = [self._inset(block) for block in blocks if block not in OUTSIDE_FRAME]
        style = [
            ("BOX", (0, 0), (-1, -1), LINE * 1.6, colors.black),
            ("LEFTPADDING", (0, 0), (-1, -1), 0),
            ("RIGHTPADDING", (0, 0), (-1, -1), 0),
            ("TOPPADDING", (0, 0), (-1, -1), 0),
            ("BOTTOMPADDING", (0, 0), (-1, -1), 0),
        ]
        frame = Table([[cell] for cell in inside], colWidths=[self.width], style=TableStyle(style))
        before = self.part(PaperBlock.NUMBER) if PaperBlock.NUMBER in blocks else []
        after = self.part(PaperBlock.SUPPLEMENT) if PaperBlock.SUPPLEMENT in blocks else []
        return [*before, frame, *after]

    def part(self, block: PaperBlock) -> list[Any]:
        """The flowables of one part; none where the form has nothing to print there."""
        makers = {
            PaperBlock.NUMBER: self._number,
            PaperBlock.TITLE: self._title,
            PaperBlock.DATE: self._date,
            PaperBlock.ADDRESSEE: self._addressee,
            PaperBlock.APPLICANT: self._applicant,
            PaperBlock.ADDRESSEE_AND_APPLICANT: self._addressee_and_applicant,
            PaperBlock.BODY: self._body,
            PaperBlock.TABLE: self._table,
            PaperBlock.NOTES: self._notes,
            PaperBlock.SUPPLEMENT: self._supplement,
        }
        return makers[block]()

    def _inset(self, block: PaperBlock) -> list[Any]:
        """A part inside the frame: tables reach the frame, everything else keeps a distance."""
        if block is PaperBlock.TABLE:
            return self.part(block)
        inner = PaperParts(self.definition, self.values, self.styles, self.width - 2 * FRAME_INSET)
        padding = [
            ("LEFTPADDING", (0, 0), (-1, -1), FRAME_INSET),
            ("RIGHTPADDING", (0, 0), (-1, -1), FRAME_INSET),
            ("TOPPADDING", (0, 0), (-1, -1), self.styles.gap / 2),
            ("BOTTOMPADDING", (0, 0), (-1, -1), self.styles.gap / 2 if block is PaperBlock.NOTES else 0),
            ("ALIGN", (0, 0), (-1, -1), "RIGHT" if block is PaperBlock.APPLICANT else "LEFT"),
        ]
        return [Table([[inner.part(block)]], colWidths=[self.width], style=TableStyle(padding))]

    def _gap(self) -> Spacer:
        return Spacer(0, self.styles.gap)

    def _number(self) -> list[Any]:
        if not self.definition.number:
            return []
        return [TextLines(self.definition.number, self.styles.text), self._gap()]

    def _title(self) -> list[Any]:
        return [TextLines(self.definition.title, self.styles.title), self._gap()]

    def _addressee(self) -> list[Any]:
        return [TextLines(self.definition.addressee, self._larger()), self._gap()]

    def _larger(self) -> Any:
        size = self.styles.text.size * 1.1
        return replace(self.styles.text, size=size, leading=size * 1.45)

    def _date(self) -> list[Any]:
        field = self.definition.field_that_means(Meaning.APPLIED_ON)
        written = text_of(field, self.values.get(field.key)) if field else ""
        return [TextLines(written or EMPTY_DATE, self.styles.right), self._gap()]

    def _sections(self, place: SectionPlace) -> list[Section]:
        return [section for section in self.definition.sections if section.place is place]

    def _applicant_fields(self, with_date: bool) -> list[Field]:
        fields = [f for section in self._sections(SectionPlace.APPLICANT) for f in section.fields]
        return [f for f in fields if with_date or f.means is not Meaning.APPLIED_ON]

    def _applicant(self) -> list[Any]:
        if not self._applicant_fields(with_date=False):
            return self._applicant_notes()
        if self.definition.layout.applicant_ruled:
            block = self._ruled_applicant(self.width * 0.72)
        else:
            block = self._applicant_lines(
                self._applicant_fields(with_date=False), self.width * APPLICANT_SHARE
            )
        return [block, *self._applicant_notes(), self._gap()]

    def _applicant_notes(self) -> list[Any]:
        notes = [note for section in self._sections(SectionPlace.APPLICANT) for note in section.notes]
        style = replace(self.styles.note, align=self.styles.right.align)
        return [TextLines(note, style) for note in notes]

    def _applicant_lines(self, fields: list[Field], width: float) -> Any:
        if not fields:
            return ""
        label_width = 6.2 * self.styles.text.size
        rows = [[SpreadLabel(f.paper_label, self.styles.text), self._answer(f)] for f in fields]
        style = [
            ("VALIGN", (0, 0), (-1, -1), "TOP"),
            ("LEFTPADDING", (0, 0), (0, -1), 0),
            ("RIGHTPADDING", (0, 0), (0, -1), 3 * MM),
            ("LEFTPADDING", (1, 0), (1, -1), 0),
            ("TOPPADDING", (0, 0), (-1, -1), 1 * MM * self.styles.scale),
            ("BOTTOMPADDING", (0, 0), (-1, -1), 1 * MM * self.styles.scale),
        ]
        columns = [label_width + 3 * MM, width - label_width - 3 * MM]
        return Table(rows, colWidths=columns, style=TableStyle(style), hAlign="RIGHT")

    def _ruled_applicant(self, width: float) -> Table:
        fields = self._applicant_fields(with_date=False)
        heading = self.definition.layout.applicant_heading
        head_width, label_width = 5 * self.styles.text.size, 8.6 * self.styles.text.size
        rows = [
            [
                TextLines(heading, self.styles.centred) if number == 0 else "",
                SpreadLabel(field.paper_label, self.styles.text),
                self._answer(field),
            ]
            for number, field in enumerate(fields)
        ]
        style = [
            grid(),
            *cell_padding(self.styles.row_padding),
            ("SPAN", (0, 0), (0, -1)),
        ]
        columns = [head_width, label_width, width - head_width - label_width]
        return Table(rows, colWidths=columns, style=TableStyle(style), hAlign="RIGHT")

    def _answer(self, field: Field) -> TextLines:
        value = self.values.get(field.key)
        text = marked_answers(field, value) if field.choices else text_of(field, value)
        if field.means is Meaning.APPLIED_ON:
            text = text or EMPTY_DATE
        return TextLines(text, self.styles.text)

    def _addressee_and_applicant(self) -> list[Any]:
        width = self.width * APPLICANT_SHARE
        alone = PaperBlock.DATE not in self.definition.layout.blocks
        block = self._applicant_lines(self._applicant_fields(with_date=alone), width)
        left = TextLines(self.definition.addressee, self._larger())
        style = [("VALIGN", (0, 0), (-1, -1), "TOP"), ("LEFTPADDING", (0, 0), (-1, -1), 0)]
        table = Table([[left, block]], colWidths=[self.width - width, width], style=TableStyle(style))
        return [table, *self._applicant_notes(), self._gap()]

    def _body(self) -> list[Any]:
        lines = [
            TextLines(text.strip(), self.styles.centred)
            if text.strip() == BELOW
            else TextLines(text, self.styles.body)
            for text in self.definition.body
        ]
        return [*lines, self._gap()]

    def _table(self) -> list[Any]:
        if self.definition.is_upload_only:
            return self.rows.attachments()
        return [part for section in self._sections(SectionPlace.TABLE) for part in self._ruled(section)]

    def _ruled(self, section: Section) -> list[Any]:
        rows = self.rows.section(section)
        if self.definition.layout.headings_in_table:
            return [*self._room(section), *self.rows.heading(section), *rows]
        heading = [TextLines(section.paper_heading, self.styles.text)] if section.paper_heading else []
        notes = [TextLines(note, self.styles.note) for note in section.notes]
        small = Spacer(0, self.styles.gap / 4)
        return [*self._room(section), *heading, *notes, small, *rows, Spacer(0, self.styles.gap * 0.7)]

    def _room(self, section: Section) -> list[Any]:
        """A new page where a heading would stand at the foot of one, without the first row below it."""
        room = self.rows.first_height(section) + HEADING_LINES * self.styles.text.leading
        return [CondPageBreak(room)] if self.may_break else []

    def _notes(self) -> list[Any]:
        if not self.definition.notes:
            return []
        heading = self.definition.notes_heading
        lines = [TextLines(heading, self.styles.note)] if heading else []
        return [*lines, *(TextLines(n, self.styles.note) for n in self.definition.notes)]

    def _supplement(self) -> list[Any]:
        sections = self._sections(SectionPlace.SUPPLEMENT)
        parts: list[Any] = [self._gap()] if sections else []
        for section in sections:
            lines = [section.paper_heading] if section.paper_heading else []
            parts += [TextLines(line, self.styles.note) for line in (*lines, *section.notes)]
            parts.append(Spacer(0, self.styles.gap / 4))
            parts.extend(self.rows.section(section))
        return parts
