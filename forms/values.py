"""Values of fields (記入内容): read as people type them, kept as JSON, shown in words.

`read_value` raises RuleViolation whose text says what is wrong and whose remedy says what to write.
"""

import re
from collections.abc import Mapping
from datetime import date
from typing import NamedTuple

from email_validator import EmailNotValidError, validate_email

from forms.model import Field, FieldType, FormDefinition
from forms.row_groups import blank_cells
from forms.texts import half_width, many_lines, one_line
from procurement.errors import RuleViolation
from procurement.numbers import format_yen, parse_yen
from procurement.wareki import format_wareki, parse_date

PHONE = re.compile(r"0\d{1,4}-?\d{1,4}-?\d{3,4}|\+[1-9]\d{0,3}(?:-?\d{1,5}){2,4}")
UNTICKED = ("0", "false", "off", "no", "いいえ", "無", "なし", "×")
Value = str | int | bool | date | None
Values = Mapping[str, object]


def read_phone(text: str) -> str:
    """A telephone number (電話番号): full-width digits and any dash are taken; stored half-width."""
    number = re.sub(r"\s", "", half_width(text)).replace("(", "-").replace(")", "-").strip("-")
    number = re.sub(r"-{2,}", "-", number)
    if not PHONE.fullmatch(number) or not 9 <= len(re.sub(r"\D", "", number)) <= 15:
        raise RuleViolation(
            "phone.unreadable",
            f"「{one_line(text)}」は電話番号として読めません。",
            remedy="市外局番から、数字とハイフンで「0942-85-0000」のように書いてください。",
        )
    return number


def read_email(text: str) -> str:
    """One e-mail address (メールアドレス); not a list, not a name with an address, no line end."""
    address = half_width(one_line(text)) if not re.search(r"[\r\n]", text.strip()) else text
    if re.search(r"[\r\n,;、，；\s]", address) or address.count("@") > 1:
        raise RuleViolation(
            "email.several",
            "メールアドレスは1つだけ書けます。",
            remedy="空白や区切りを入れずに「keiyaku@example.co.jp」のように1つ書いてください。",
        )
    try:
        return validate_email(address, check_deliverability=False, test_environment=True).normalized
    except EmailNotValidError:
        raise RuleViolation(
            "email.unreadable",
            f"「{address}」はメールアドレスとして読めません。",
            remedy="「keiyaku@example.co.jp」のように、@の前後をすべて書いてください。",
        ) from None


def read_integer(text: str) -> int:
    """A whole number (整数), full-width and with commas."""
    digits = half_width(text).replace(",", "")
    if not re.fullmatch(r"-?\d{1,15}", digits):
        raise RuleViolation(
            "integer.unreadable",
            f"「{one_line(text)}」は数として読めません。",
            remedy="数字だけで「12」のように書いてください。",
        )
    return int(digits)


def read_choice(field: Field, text: str) -> str:
    """The value of an answer of a choice (選択肢); its printed words are taken too."""
    for choice in field.choices:
        if text in (choice.value, choice.label):
            return choice.value
    raise RuleViolation(
        "choice.unknown", "選択肢にない答えです。", remedy="示された中から1つ選んでください。"
    )


def read_value(field: Field, text: str) -> Value:
    """Read what was typed into a field; None when nothing was. Raises RuleViolation."""
    if field.type is FieldType.MULTILINE:
        return many_lines(text) or None
    if not text.strip():
        return None
    match field.type:
        case FieldType.DATE:
            return parse_date(text)
        case FieldType.YEN:
            return parse_yen(text)
        case FieldType.INTEGER:
            return read_integer(text)
        case FieldType.PHONE:
            return read_phone(text)
        case FieldType.EMAIL:
            return read_email(text)
        case FieldType.CHOICE:
            return read_choice(field, text)
        case FieldType.CHECKBOX:
            return half_width(text).lower() not in UNTICKED
        case _:
            return one_line(text) or None


def text_of(field: Field, value: object) -> str:
    """A value in words (表示), the same on page and paper; empty when there is none."""
    if value is None or value == "":
        return ""
    match field.type:
        case FieldType.DATE if isinstance(value, date):
            return format_wareki(value)
        case FieldType.YEN if isinstance(value, int):
            return format_yen(value)
        case FieldType.INTEGER if isinstance(value, int):
            return f"{value:,}"
        case FieldType.CHOICE:
            return field.choice_label(value)
        case FieldType.CHECKBOX:
            return "はい" if value else "いいえ"
        case _:
            return str(value)


def stored(values: Values) -> dict[str, str | int | bool]:
    """Values as JSON can keep them: dates as ISO text, empty ones left out."""
    return {
        key: value.isoformat() if isinstance(value, date) else value
        for key, value in values.items()
        if isinstance(value, str | int | bool | date) and value != ""
    }


def restored(definition: FormDefinition, kept: Values) -> dict[str, Value]:
    """Kept values back as they were; keys that the form does not know are left out."""
    values: dict[str, Value] = {}
    for field in definition.fields():
        value = kept.get(field.key)
        if field.type is FieldType.DATE and isinstance(value, str):
            values[field.key] = _date_or_text(value)
        elif isinstance(value, str | int | bool | date):
            values[field.key] = value
    return values


def _date_or_text(text: str) -> Value:
    """A date that was kept; a draft may hold what was typed instead, which is then shown as it is."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return text


class Row(NamedTuple):
    """One line of what was filled in: label and words."""

    key: str
    label: str
    text: str


class SectionRows(NamedTuple):
    """A section with its rows, for check page, office view and receipt."""

    heading: str
    rows: tuple[Row, ...]


class Difference(NamedTuple):
    """A field whose words differ between two versions (変更点)."""

    key: str
    label: str
    before: str
    after: str


def display_values(definition: FormDefinition, kept: Values) -> list[SectionRows]:
    """What was filled in (記入内容の確認), in the order of the form; empty fields with an empty text.

    Rows of a table in which nothing is written are left out.
    """
    values = restored(definition, kept)
    blank = blank_cells(definition, values)
    return [
        SectionRows(
            section.heading,
            tuple(
                Row(field.key, field.label, text_of(field, values.get(field.key)))
                for field in section.fields
                if field.key not in blank
            ),
        )
        for section in definition.sections
    ]


def diff_values(definition: FormDefinition, before: Values, after: Values) -> list[Difference]:
    """Field by field, what changed between two versions (新旧対照)."""
    earlier, later = restored(definition, before), restored(definition, after)
    pairs = (
        (field, text_of(field, earlier.get(field.key)), text_of(field, later.get(field.key)))
        for field in definition.fields()
    )
    return [Difference(field.key, field.label, old, new) for field, old, new in pairs if old != new]
