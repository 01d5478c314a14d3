"""The parts of a form (様式): what a form file says, read and checked.

A form is data. These frozen classes hold it; `forms.definitions` reads them from a TOML table,
`forms.build` makes a web form of them, `forms.official.paper` the city's paper.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date

from forms.dues import DueRule
from forms.meanings import CaseFlag, Meaning, Reading
from forms.paper_layouts import DEFAULT_LAYOUT, PaperLayout
from procurement.cities.kinds import ProcurementCategory
from procurement.words import Worded


class FieldType(Worded):
    """Kind of field (入力欄の種類)."""

    TEXT = "text", "1行の文", "文字列"
    MULTILINE = "multiline", "複数行の文"
    NAME = "name", "氏名"
    DATE = "date", "日付"
    EMAIL = "email", "メールアドレス", "mail"
    PHONE = "phone", "電話番号", "tel"
    YEN = "yen", "金額"
    INTEGER = "integer", "整数"
    CHOICE = "choice", "選択"
    CHECKBOX = "checkbox", "確認のしるし"


@dataclass(frozen=True)
class FieldEquals:
    """Condition on the answer to another field of the same form: it is one of these."""

    field: str
    answers: tuple[str | bool, ...]

    def holds(self, values: Mapping[str, object]) -> bool:
        """Whether the other field has one of the answers."""
        return values.get(self.field) in self.answers


@dataclass(frozen=True)
class RowStarted:
    """Condition on a row of a table (記入された行): something is written in one of these cells."""

    cells: tuple[str, ...]


Condition = CaseFlag | FieldEquals | RowStarted


@dataclass(frozen=True)
class Cell:
    """Place of a field in a table of rows (表の中の位置); rows count from 1."""

    group: str
    row: int
    column: str


@dataclass(frozen=True)
class Choice:
    """One answer of a choice (選択肢)."""

    value: str
    label: str
    note: str = ""


@dataclass(frozen=True)
class Field:
    """One field (記入欄) of a form, on the page and on the paper."""

    key: str
    label: str
    type: FieldType
    required: bool = False
    required_when: Condition | None = None
    means: Meaning | None = None
    fixed: bool = False
    max_length: int = 200
    min_value: int | None = None
    max_value: int | None = None
    choices: tuple[Choice, ...] = ()
    note: str = ""
    printed_note: str = ""
    checks: tuple[str, ...] = ()
    printed_label: str | None = None
    beside: bool = False
    height: float | None = None
    width: float = 1.0
    inline: bool = False
    cell: Cell | None = None

    @property
    def paper_label(self) -> str:
        """The label as the paper prints it."""
        return self.label if self.printed_label is None else self.printed_label

    def choice_label(self, value: object) -> str:
        """Words of a stored answer; the answer itself where the form no longer knows it."""
        return next((choice.label for choice in self.choices if choice.value == value), str(value))


@dataclass(frozen=True)
class BarChart:
    """Bars on a calendar (工程の横棒): the columns that hold the words, the first and the last day."""

    label: str
    start: str
    end: str


@dataclass(frozen=True)
class RowGroup:
    """A table whose rows are filled in one by one (繰り返しの行). Its cells are fields of the section.

    `row_label` names a row, with {n} for its number; `printed_rows` is how many lines the paper has at least.
    """

    key: str
    label: str
    columns: tuple[Field, ...]
    min_rows: int = 0
    max_rows: int = 5
    row_label: str = "{n}行目"
    note: str = ""
    printed_rows: int = 3
    chart: BarChart | None = None

    def cell_key(self, row: int, column: str) -> str:
        """The key of one cell."""
        return f"{self.key}_{row}_{column}"

    def label_of(self, row: int) -> str:
        """What a row is called on the page."""
        return self.row_label.replace("{n}", str(row))

    def cells(self, row: int) -> tuple[Field, ...]:
        """The fields of one row; what a row needs is needed as soon as something is written in it."""
        return tuple(self._cell(row, column) for column in self.columns)

    def _cell(self, row: int, column: Field) -> Field:
        needed = column.required and row <= self.min_rows
        others = tuple(self.cell_key(row, other.key) for other in self.columns if other is not column)
        condition = column.required_when
        if isinstance(condition, FieldEquals):
            condition = FieldEquals(self.cell_key(row, condition.field), condition.answers)
        elif column.required and not needed:
            condition = RowStarted(others)
        return replace(
            column,
            key=self.cell_key(row, column.key),
            label=f"{self.label_of(row)}の{column.label}",
            required=needed,
            required_when=condition,
            cell=Cell(self.key, row, column.key),
        )


class SectionPlace(Worded):
    """Where a section stands on the paper (印字する場所)."""

    APPLICANT = "applicant", "申請者欄"
    TABLE = "table", "表"
    SUPPLEMENT = "supplement", "様式の下"


@dataclass(frozen=True)
class Section:
    """A group of fields (記入欄のまとまり) under one heading; on the web, one page of questions.

    `fields` holds the cells of the tables too, row by row, behind the plain fields.
    """

    heading: str
    fields: tuple[Field, ...]
    place: SectionPlace = SectionPlace.TABLE
    printed_heading: str | None = None
    notes: tuple[str, ...] = ()
    groups: tuple[RowGroup, ...] = ()

    @property
    def plain_fields(self) -> tuple[Field, ...]:
        """The fields that are no cells of a table."""
        return tuple(field for field in self.fields if field.cell is None)

    @property
    def paper_heading(self) -> str:
        """The heading as the paper prints it; empty where the paper has none."""
        return self.heading if self.printed_heading is None else self.printed_heading


@dataclass(frozen=True)
class FormCheck:
    """A rule across fields: the name of a rule in `forms.checks`, and the fields it looks at."""

    rule: str
    fields: tuple[str, ...]


class FileType(Worded):
    """Kind of file (ファイルの種類) that may be attached."""

    PDF = "pdf"
    JPEG = "jpeg", "", "jpg"
    PNG = "png"
    XLSX = "xlsx", "", "excel"
    DOCX = "docx", "", "word"


@dataclass(frozen=True)
class Attachment:
    """A paper that goes with the form (添付書類). `reads` names what is read out of its files, if anything."""

    code: str
    label: str
    required: bool
    required_when: Condition | None = None
    types: tuple[FileType, ...] = (FileType.PDF,)
    max_files: int = 1
    note: str = ""
    reads: Reading | None = None


@dataclass(frozen=True)
class Offer:
    """When a form is offered (提出の案内): for which kinds of case, in which place of the city's list.

    `wanted_when` names a rule of `forms.wanted` that says when a case is likely to need it; `due` says by when.
    """

    categories: tuple[ProcurementCategory, ...] = ()
    mark: str = ""
    position: int = 100
    required: bool = False
    wanted_when: str = ""
    due: DueRule | None = None

    def suits(self, category: ProcurementCategory) -> bool:
        """Whether cases of this kind are asked for it; a form that names no kind is for all."""
        return not self.categories or category in self.categories


@dataclass(frozen=True)
class FormDefinition:
    """A form of a city (様式): everything that its file says."""

    code: str
    title: str
    addressee: str
    sections: tuple[Section, ...]
    effective_from: date
    source: str
    number: str = ""
    body: tuple[str, ...] = ()
    notes_heading: str = ""
    notes: tuple[str, ...] = ()
    checks: tuple[FormCheck, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    layout: PaperLayout = DEFAULT_LAYOUT
    offers: tuple[Offer, ...] = (Offer(),)

    def offer_for(self, category: ProcurementCategory) -> Offer | None:
        """How cases of this kind are asked for it; None when they are not."""
        return next((offer for offer in self.offers if offer.suits(category)), None)

    @property
    def is_upload_only(self) -> bool:
        """Whether nothing is written and files alone are handed in (添付機能による提出)."""
        return not any(True for _ in self.fields())

    def fields(self) -> Iterator[Field]:
        """Every field, in the order of the form."""
        for section in self.sections:
            yield from section.fields

    def field(self, key: str) -> Field:
        """The field of this key; KeyError when the form has none."""
        for field in self.fields():
            if field.key == key:
                return field
        raise KeyError(key)

    def field_that_means(self, meaning: Meaning) -> Field | None:
        """The field of this meaning, if the form asks for it."""
        return next((field for field in self.fields() if field.means is meaning), None)


def meanings_of(definition: FormDefinition, values: dict[str, object]) -> dict[Meaning, object]:
    """What was filled in, by meaning: the way the workflows read a filed form of any city."""
    return {
        field.means: values[field.key]
        for field in definition.fields()
        if field.means is not None and values.get(field.key) not in (None, "")
    }


def form_in_force(definitions: tuple[FormDefinition, ...], code: str, on: date) -> FormDefinition | None:
    """The version of a form that is in force on a day: the latest that has begun."""
    begun = [d for d in definitions if d.code == code and d.effective_from <= on]
    return max(begun, key=lambda definition: definition.effective_from, default=None)


def forms_in_force(definitions: tuple[FormDefinition, ...], on: date) -> list[FormDefinition]:
    """Each form of a city in the version that is in force on a day."""
    codes = dict.fromkeys(definition.code for definition in definitions)
    found = [form_in_force(definitions, code, on) for code in codes]
    return [definition for definition in found if definition is not None]
