"""Fields of the registry's API (項目): one table, from which bodies are read and the OpenAPI document is made."""

import json
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, NoReturn

from guarantees.certificates import CertificateContents
from guarantees.products import Product
from guarantees.registry.publication_rules import LABELS, LARGEST_AMOUNT, LONGEST_TEXT

DAY = r"^\d{4}-\d{2}-\d{2}$"


class BadInput(Exception):
    """What came in cannot be read. `field` names where, for example contents.work_name."""

    def __init__(self, field: str, text: str) -> None:
        super().__init__(text)
        self.field = field
        self.text = text


@dataclass(frozen=True)
class Field:
    """One field: `kind` is text, amount, day or object; an optional one may be missing or null."""

    name: str
    text: str
    kind: str = "text"
    is_required: bool = True
    longest: int = LONGEST_TEXT
    choices: tuple[str, ...] = ()
    fields: tuple["Field", ...] = ()

    def schema(self) -> dict[str, Any]:
        """The field as JSON Schema."""
        found: dict[str, Any] = {"description": self.text}
        if self.kind == "object":
            return {**found, **object_schema(self.fields)}
        if self.kind == "amount":
            found |= {"type": "integer", "minimum": 1, "maximum": LARGEST_AMOUNT}
        elif self.kind == "day":
            found |= {"type": "string", "format": "date", "pattern": DAY}
        elif self.choices:
            found |= {"type": "string", "enum": list(self.choices)}
        else:
            least = {"minLength": 1} if self.is_required else {}
            found |= {"type": "string", "maxLength": self.longest, **least}
        if not self.is_required:
            found["type"] = [found["type"], "null"]
        return found

    def read(self, value: Any, where: str) -> Any:
        """The value as Python has it; BadInput when it is something else."""
        if self.kind == "object":
            return read_object(value, self.fields, where)
        if value is None and not self.is_required:
            return None
        if self.kind == "amount":
            return self._amount(value, where)
        if not isinstance(value, str):
            raise BadInput(where, "文字列ではありません。")
        return self._day(value, where) if self.kind == "day" else self._text(value, where)

    def _amount(self, value: Any, where: str) -> int:
        if type(value) is not int or not 1 <= value <= LARGEST_AMOUNT:
            raise BadInput(where, f"1から{LARGEST_AMOUNT}までの整数（円）ではありません。")
        return value

    def _day(self, value: str, where: str) -> str:
        try:
            return date.fromisoformat(value).isoformat()
        except ValueError:
            raise BadInput(where, "日付（2026-05-07）ではありません。") from None

    def _text(self, value: str, where: str) -> str:
        if self.choices and value not in self.choices:
            raise BadInput(where, f"{'、'.join(self.choices)} のいずれかではありません。")
        if len(value) > self.longest or (self.is_required and not value.strip()):
            raise BadInput(where, f"1字以上{self.longest}字以内ではありません。")
        if any(unicodedata.category(character) in ("Cc", "Cs") for character in value):
            raise BadInput(where, "制御文字は使えません。")
        return value


NUMBER = Field("number", "保証契約番号", longest=40)
KEY = Field("key", "認証キー。応答にも記録にも現れない", longest=100)
PUBLISHED_BY = Field("published_by", "登録した担当者", longest=100)
REASON = Field("reason", "変更・訂正・取消・解約の理由", is_required=False)
REFERENCE = Field(
    "reference",
    "登録ごとの番号（保証会社が付ける）。同じ番号の登録は、二度届いても一度と数える",
    is_required=False,
    longest=60,
)
_KINDS = {"contract_price": "amount", "guaranteed_amount": "amount"}
_OPTIONAL = ("joint_venture", "work_place", "deposit_institution", "branch")


def _content(name: str) -> Field:
    kind = "day" if name.endswith("_on") else _KINDS.get(name, "text")
    is_required = kind != "day" and name not in _OPTIONAL
    choices = tuple(Product) if name == "product" else ()
    return Field(name, LABELS[name], kind, is_required, choices=choices)


CONTENTS = Field("contents", "証書の記載事項", "object", fields=tuple(map(_content, LABELS)))


def object_schema(fields: Sequence[Field]) -> dict[str, Any]:
    """An object of these fields and no others, as JSON Schema."""
    return {
        "type": "object",
        "properties": {field.name: field.schema() for field in fields},
        "required": [field.name for field in fields if field.is_required],
        "additionalProperties": False,
    }


def read_object(value: Any, fields: Sequence[Field], where: str = "") -> dict[str, Any]:
    """The fields of an object; BadInput names the first one that is wrong, missing or unknown."""
    if not isinstance(value, dict):
        raise BadInput(where or "body", "JSONのオブジェクトではありません。")
    names = {field.name for field in fields}
    for name in value:
        if name not in names:
            raise BadInput(_path(where, name[:40]), "この項目はありません。")
    for field in fields:
        if field.is_required and field.name not in value:
            raise BadInput(_path(where, field.name), "必須の項目がありません。")
    return {field.name: field.read(value.get(field.name), _path(where, field.name)) for field in fields}


def read_body(data: bytes, fields: Sequence[Field]) -> dict[str, Any]:
    """The fields of a body of JSON, read strictly: UTF-8, no name twice, no NaN."""
    try:
        value = json.loads(data.decode(), object_pairs_hook=_once, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        raise BadInput("body", "JSON（UTF-8）として読めません。") from None
    return read_object(value, fields)


def contents_of(values: Mapping[str, Any]) -> CertificateContents:
    """The contents of a certificate from the fields that were read; what is null is as good as missing."""
    return CertificateContents.from_json({name: value for name, value in values.items() if value is not None})


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise BadInput("body", "同じ名前の項目が二つあります。")
    return found


def _no_constant(_name: str) -> NoReturn:
    raise ValueError("not JSON")


def _path(where: str, name: str) -> str:
    return f"{where}.{name}" if where else name
