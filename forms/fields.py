"""WTForms fields (入力欄) that read what people type, and give back what was typed when they cannot."""

from collections.abc import Sequence
from typing import Any

from wtforms import BooleanField, RadioField, StringField, TextAreaField
from wtforms.fields import Field as WebField
from wtforms.fields.choices import SelectChoice

from forms.model import Field, FieldType
from forms.values import Value, read_value, text_of
from procurement.errors import RuleViolation


class TypedField(StringField):  # type: ignore[misc]
    """A line of text read by the rules of its definition; an unreadable one keeps what was typed."""

    def __init__(self, label: str, definition: Field, **kwargs: Any) -> None:
        super().__init__(label, **kwargs)
        self.definition = definition

    def process_formdata(self, valuelist: Sequence[str]) -> None:
        """Read the typed text; a refusal becomes the error of this field."""
        self.data: Value = None
        if not valuelist:
            return
        try:
            self.data = read_value(self.definition, valuelist[0])
        except RuleViolation as refusal:
            raise ValueError(refusal.sentence()) from refusal

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        return self.as_typed(self.data)

    def as_typed(self, value: Value) -> str:
        """A known value as a person would type it."""
        return "" if value is None else str(value)


class WarekiDateField(TypedField):
    """A date (日付) in one box: 2026-05-07, 令和8年5月7日, R8.5.7, full-width or not."""

    def as_typed(self, value: Value) -> str:
        """令和8年5月7日."""
        return text_of(self.definition, value)


class YenField(TypedField):
    """An amount (金額) in yen: full-width, commas and 円 are taken."""

    def as_typed(self, value: Value) -> str:
        """1,234,000 without 円, which stands behind the box."""
        return f"{value:,}" if isinstance(value, int) else ""


class IntegerField(TypedField):
    """A whole number (整数)."""


class PhoneField(TypedField):
    """A telephone number (電話番号)."""


class EmailField(TypedField):
    """One e-mail address (メールアドレス)."""


class MultilineField(TextAreaField, TypedField):  # type: ignore[misc]
    """Several lines of text (複数行)."""


class ChoiceField(RadioField):  # type: ignore[misc]
    """One answer of several (選択肢), as radio buttons; nothing is chosen beforehand."""

    def __init__(self, label: str, definition: Field, **kwargs: Any) -> None:
        choices = [SelectChoice(choice.value, choice.label) for choice in definition.choices]
        super().__init__(label, choices=choices, validate_choice=False, **kwargs)
        self.definition = definition

    def process_formdata(self, valuelist: Sequence[str]) -> None:
        """Take an answer that the form knows; anything else is refused."""
        self.data: Value = None
        try:
            self.data = read_value(self.definition, valuelist[0]) if valuelist else None
        except RuleViolation as refusal:
            raise ValueError(refusal.sentence()) from refusal


class DeclarationField(BooleanField):  # type: ignore[misc]
    """A statement to be ticked (確認)."""

    def __init__(self, label: str, definition: Field, **kwargs: Any) -> None:
        super().__init__(label, **kwargs)
        self.definition = definition


WEB_FIELDS: dict[FieldType, type[WebField]] = {
    FieldType.TEXT: TypedField,
    FieldType.MULTILINE: MultilineField,
    FieldType.NAME: TypedField,
    FieldType.DATE: WarekiDateField,
    FieldType.EMAIL: EmailField,
    FieldType.PHONE: PhoneField,
    FieldType.YEN: YenField,
    FieldType.INTEGER: IntegerField,
    FieldType.CHOICE: ChoiceField,
    FieldType.CHECKBOX: DeclarationField,
}
