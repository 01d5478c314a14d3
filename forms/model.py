"""The parts of a form (様式): what a form file says, read and checked.

A form is data. These frozen classes hold it; `forms.definitions` reads them from a TOML table,
`forms.build` makes a web form of them, `forms.official.paper` the city's paper.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

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


class Meaning(Worded):
    """What a field is about, so that the portal can fill it in beforehand and use what was filled in."""

    APPLIED_ON = "applied_on", "提出日"
    COMPANY_ADDRESS = "company.address", "事業者の住所"
    COMPANY_NAME = "company.name", "事業者の名称"
    COMPANY_REPRESENTATIVE = "company.representative", "事業者の代表者"
    CASE_NUMBER = "case.number", "案件番号"
    CASE_TITLE = "case.title", "件名"
    CASE_PLACE = "case.place", "履行場所"
    SIGNATORY_COMPANY = "signatory.company", "契約締結権限者の会社"
    SIGNATORY_TITLE = "signatory.title", "契約締結権限者の役職"
    SIGNATORY_NAME = "signatory.name", "契約締結権限者の氏名"
    SIGNATORY_EMAIL = "signatory.email", "契約締結権限者のメールアドレス"
    CLERK1_NAME = "clerk1.name", "契約担当者1の氏名"
    CLERK1_EMAIL = "clerk1.email", "契約担当者1のメールアドレス"
    CLERK2_NAME = "clerk2.name", "契約担当者2の氏名"
    CLERK2_EMAIL = "clerk2.email", "契約担当者2のメールアドレス"
    CLERK3_NAME = "clerk3.name", "契約担当者3の氏名"
    CLERK3_EMAIL = "clerk3.email", "契約担当者3のメールアドレス"
    CONTACT_DEPARTMENT = "contact.department", "連絡先の部署"
    CONTACT_TITLE = "contact.title", "連絡先の役職"
    CONTACT_NAME = "contact.name", "連絡先の氏名"
    CONTACT_PHONE = "contact.phone", "連絡先の電話番号"
    CONTACT_EMAIL = "contact.email", "連絡先のメールアドレス"
    AUTHORITY_DECLARED = "authority_declared", "権限の確認"
    DELEGATION = "delegation", "本人か代理か"
    DELEGATOR_TITLE = "delegator.title", "委任した人の役職"
    DELEGATOR_NAME = "delegator.name", "委任した人の氏名"
    GUARANTEE_METHOD = "guarantee_method", "契約保証の方法"
    GUARANTEE_METHOD_OTHER = "guarantee_method_other", "その他の契約保証の方法"


class CaseFlag(Worded):
    """A fact of the case (案件の事実) on which a field may depend."""

    CONTRACT_GUARANTEE_REQUIRED = "contract_guarantee_required", "契約保証を要する"
    REGISTERED_BIDDER = "registered_bidder", "競争入札参加資格の登録業者"


@dataclass(frozen=True)
class FieldEquals:
    """Condition on the answer to another field of the same form."""

    field: str
    equals: str | bool


Condition = CaseFlag | FieldEquals


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

    @property
    def paper_label(self) -> str:
        """The label as the paper prints it."""
        return self.label if self.printed_label is None else self.printed_label

    def choice_label(self, value: object) -> str:
        """Words of a stored answer; the answer itself where the form no longer knows it."""
        return next((choice.label for choice in self.choices if choice.value == value), str(value))


class SectionPlace(Worded):
    """Where a section stands on the paper (印字する場所)."""

    APPLICANT = "applicant", "申請者欄"
    TABLE = "table", "表"
    SUPPLEMENT = "supplement", "様式の下"


@dataclass(frozen=True)
class Section:
    """A group of fields (記入欄のまとまり) under one heading; on the web, one page of questions."""

    heading: str
    fields: tuple[Field, ...]
    place: SectionPlace = SectionPlace.TABLE
    printed_heading: str | None = None
    notes: tuple[str, ...] = ()

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
    """A paper that goes with the form (添付書類)."""

    code: str
    label: str
    required: bool
    required_when: Condition | None = None
    types: tuple[FileType, ...] = (FileType.PDF,)
    max_files: int = 1
    note: str = ""


class PaperBlock(Worded):
    """A part of the printed page, in the order in which a paper prints them."""

    NUMBER = "number"
    TITLE = "title"
    DATE = "date"
    ADDRESSEE = "addressee"
    APPLICANT = "applicant"
    ADDRESSEE_AND_APPLICANT = "addressee_and_applicant"
    BODY = "body"
    TABLE = "table"
    NOTES = "notes"
    SUPPLEMENT = "supplement"


@dataclass(frozen=True)
class PaperLayout:
    """How the paper looks (様式の体裁): order of its parts, widths in millimetres, ruled or not."""

    blocks: tuple[PaperBlock, ...]
    framed: bool = False
    applicant_ruled: bool = False
    applicant_heading: str = ""
    headings_in_table: bool = True
    label_width: float = 45.0
    font_size: float = 10.5


DEFAULT_LAYOUT = PaperLayout(
    blocks=(
        PaperBlock.NUMBER,
        PaperBlock.DATE,
        PaperBlock.ADDRESSEE,
        PaperBlock.APPLICANT,
        PaperBlock.TITLE,
        PaperBlock.BODY,
        PaperBlock.TABLE,
        PaperBlock.NOTES,
        PaperBlock.SUPPLEMENT,
    )
)


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
