"""Fields of the surety desk's application (保証申込の入力欄): what is typed, and how the page groups it. (GUAR-20 to GUAR-44)"""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from wtforms import BooleanField, RadioField, SelectField, ValidationError
from wtforms.fields.choices import SelectChoice

from forms.fields import EmailField, IntegerField, TypedField, WarekiDateField, YenField
from forms.model import Field, FieldType
from forms.texts import half_width
from forms.values import Value
from procurement.wareki import format_seireki, format_wareki

FORM_CHOICES = (("paper", "証書（紙）"), ("electronic", "電子保証（認証キーを含む）"))
ORDER_KINDS = (
    ("open", "一般競争入札"),
    ("designated", "指名競争入札"),
    ("negotiated", "随意契約"),
    ("other", "その他（見積もりあわせ等）"),
)
DAY_HINT = "例：令和8年5月7日、2026-05-07"
_FULL_WIDTH = str.maketrans({chr(code): chr(code + 0xFEE0) for code in range(0x21, 0x7F)} | {" ": "\u3000"})


@dataclass(frozen=True)
class Block:
    """A block of the page (見出しのまとまり): a heading and the names of its fields."""

    heading: str
    fields: tuple[str, ...]


@dataclass(frozen=True)
class DeskSection:
    """A tab of the page (タブ) that can be cleared by itself (クリア). (GUAR-20)"""

    key: str
    label: str
    blocks: tuple[Block, ...]

    def fields(self) -> tuple[str, ...]:
        """Every field of the tab."""
        return tuple(name for block in self.blocks for name in block.fields)


class CompactDateField(WarekiDateField):
    """A day as eight digits (20191001); other ways of writing it are read too. (GUAR-35)"""

    def process_formdata(self, valuelist: Sequence[str]) -> None:
        """Read YYYYMMDD, or whatever the rules of dates read."""
        typed = half_width(valuelist[0]) if valuelist else ""
        if re.fullmatch(r"\d{8}", typed):
            try:
                self.data: Value = date(int(typed[:4]), int(typed[4:6]), int(typed[6:]))
            except ValueError:
                self.data = None
                raise ValueError(f"「{typed}」という日はありません。") from None
            return
        super().process_formdata(valuelist)

    def as_typed(self, value: Value) -> str:
        """20260507."""
        return value.strftime("%Y%m%d") if isinstance(value, date) else ""

    @property
    def in_words(self) -> str:
        """2026年5月7日（木）・令和8年5月7日; empty while there is no day."""
        day = self.data
        return f"{format_seireki(day)}・{format_wareki(day)}" if isinstance(day, date) else ""


class FullWidthField(TypedField):
    """A line of text in full-width characters (全角): half-width ones are turned into them. (GUAR-24)"""

    def process_formdata(self, valuelist: Sequence[str]) -> None:
        """Read the line and widen it."""
        super().process_formdata(valuelist)
        if isinstance(self.data, str):
            self.data = unicodedata.normalize("NFKC", self.data).translate(_FULL_WIDTH)
            self.raw_data = [self.data]


def line(key: str, label: str, limit: int = 100, hint: str = "", **render: Any) -> Any:
    """One line of text."""
    return _typed(TypedField, key, label, FieldType.TEXT, hint, render, limit)


def wide_line(key: str, label: str, hint: str = "") -> Any:
    """One line in full-width characters."""
    return _typed(FullWidthField, key, label, FieldType.TEXT, hint, {}, 100)


def yen(key: str, label: str, hint: str = "", suffix: str = "円") -> Any:
    """An amount."""
    return _typed(YenField, key, label, FieldType.YEN, hint, {"suffix": suffix, "inputmode": "numeric"}, 30)


def day(key: str, label: str, hint: str = DAY_HINT) -> Any:
    """A day."""
    return _typed(WarekiDateField, key, label, FieldType.DATE, hint, {}, 40)


def compact_day(key: str, label: str, hint: str) -> Any:
    """A day of eight digits."""
    return _typed(CompactDateField, key, label, FieldType.DATE, hint, {"inputmode": "numeric"}, 40)


def number(key: str, label: str, suffix: str, hint: str = "") -> Any:
    """A whole number with its unit."""
    return _typed(
        IntegerField, key, label, FieldType.INTEGER, hint, {"suffix": suffix, "inputmode": "numeric"}, 10
    )


def mail(key: str, label: str, hint: str = "") -> Any:
    """One mail address."""
    return _typed(EmailField, key, label, FieldType.EMAIL, hint, {"autocomplete": "email"}, 254)


def tick(label: str, hint: str = "") -> Any:
    """A box to tick."""
    return BooleanField(label, description=hint, false_values=(False, "false", "", "0"))


def one_of(label: str, choices: Sequence[tuple[str, str]], default: str = "", hint: str = "") -> Any:
    """One answer of several; an unknown one is refused in words."""
    return RadioField(
        label, choices=choices_of(choices), default=default, description=hint, validate_choice=False
    )


def chosen_from(label: str, choices: Sequence[tuple[str, str]] = (), hint: str = "") -> Any:
    """One entry of a list."""
    return SelectField(label, choices=choices_of(choices), description=hint, validate_choice=False)


def choices_of(pairs: Iterable[tuple[str, str]]) -> list[SelectChoice]:
    """Answers that a field offers, from values and their words."""
    return [SelectChoice(value, label) for value, label in pairs]


def labels_of(field: Any) -> dict[str, str]:
    """Words of the answers that a field offers, by value."""
    return {choice.value: choice.label for choice in field.choices}


def _typed(
    kind: type[TypedField], key: str, label: str, field_type: FieldType, hint: str,
    render: dict[str, Any], limit: int,
) -> Any:  # fmt: skip
    definition = Field(key, label, field_type, max_length=limit)
    return kind(
        label, definition, description=hint, render_kw=render or None, validators=[_no_longer(limit, label)]
    )


def _no_longer(limit: int, label: str) -> Any:
    def check(_form: Any, field: Any) -> None:
        if field.raw_data and len(str(field.raw_data[0])) > limit:
            raise ValidationError(f"{label}が長すぎます。{limit}文字までで入力してください。")

    return check
