"""Values from a JSON file (記入内容のJSON): each read by the rules of its field, every mistake at once."""

from collections.abc import Iterator, Mapping
from typing import Any

from forms.model import FieldType, FormDefinition, RowGroup
from forms.values import Value, read_value
from procurement.errors import RuleViolation
from procurement.words import near_hint


class ValuesUnreadable(Exception):
    """What could not be read, as (key, sentence)."""

    def __init__(self, problems: list[tuple[str, str]]) -> None:
        super().__init__("; ".join(f"{key}: {text}" for key, text in problems))
        self.problems = problems


def read_values(definition: FormDefinition, given: Mapping[str, Any]) -> dict[str, Value]:
    """Answers by key; the rows of a table as a list: {"works": [{"kind": "土工"}]}. Raises ValuesUnreadable."""
    fields = {field.key: field for field in definition.fields()}
    groups = {group.key: group for section in definition.sections for group in section.groups}
    values: dict[str, Value] = {}
    problems: list[tuple[str, str]] = []
    for key, item in _spread(given, groups, problems):
        field = fields.get(key)
        if field is None:
            problems.append((key, f"この様式にない欄です。{near_hint(key, [*fields, *groups])}"))
        elif item is None or item == "":
            continue
        elif isinstance(item, bool) and field.type is FieldType.CHECKBOX:
            values[key] = item
        elif isinstance(item, str | int) and not isinstance(item, bool):
            try:
                values[key] = read_value(field, str(item))
            except RuleViolation as refusal:
                problems.append((key, refusal.sentence()))
        else:
            problems.append((key, "文字列か数か、確認のしるしなら true が要ります。"))
    if problems:
        raise ValuesUnreadable(problems)
    return values


def _spread(
    given: Mapping[str, Any], groups: Mapping[str, RowGroup], problems: list[tuple[str, str]]
) -> Iterator[tuple[str, Any]]:
    for key, item in given.items():
        group = groups.get(key)
        if group is None:
            yield key, item
        elif not isinstance(item, list) or not all(isinstance(row, Mapping) for row in item):
            problems.append((key, "行の並び [{...}, ...] が要ります。"))
        elif len(item) > group.max_rows:
            problems.append((key, f"書けるのは{group.max_rows}行までです（いまは{len(item)}行）。"))
        else:
            for number, row in enumerate(item, start=1):
                yield from ((group.cell_key(number, column), cell) for column, cell in row.items())
