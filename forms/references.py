"""References inside a form (欄の参照): keys are unique, and every field that is referred to exists."""

from collections.abc import Iterator, Sequence

from forms.model import Condition, Field, FieldEquals, FieldType, FormCheck, FormDefinition, RowGroup
from forms.places_of_fields import placed_fields
from procurement.cities.reader import Mistake
from procurement.words import near_hint

# How many fields a rule takes at least and at most, and of which kind they are.
LEAST_FIELDS = {"concurrent_limits": 1, "full_time_required": 3}
MOST_FIELDS = {
    "drawn_or_uploaded": 2,
    "full_time_required": 3,
    "advance_within_share": 2,
    "guarantee_number_missing": 2,
}
FIELDS_OF_RULE = {
    "in_order": FieldType.DATE,
    "advance_within_share": FieldType.YEN,
    "concurrent_limits": FieldType.YEN,
}
COMPARABLE = (FieldType.CHOICE, FieldType.CHECKBOX, FieldType.TEXT, FieldType.NAME, FieldType.MULTILINE)


def reference_mistakes(definition: FormDefinition, where: str) -> Iterator[Mistake]:
    """Every key, meaning or code that stands twice, and every name of a field that is none.

    The checks are those of the file, before they are spread over the rows of a table.
    """
    keys = {field.key for field in definition.fields()}
    plain = [(path, field) for path, field in placed_fields(definition, where) if ".rows[" not in path]
    tables = [
        (f"{where}.sections[{number}].rows[{place}].key", group)
        for number, section in enumerate(definition.sections)
        for place, group in enumerate(section.groups)
    ]
    named = [(f"{path}.key", field.key) for path, field in plain]
    named += [(path, group.key) for path, group in tables]
    named += [(path, key) for path, group in tables for key in _cell_keys(group)]
    yield from _repeated(named, "二つの欄のキーが同じです")
    meanings = [(f"{path}.means", str(field.means)) for path, field in plain if field.means]
    yield from _repeated(meanings, "二つの欄の意味（means）が同じです")
    files = [(f"{where}.attachments[{n}].code", a.code) for n, a in enumerate(definition.attachments)]
    yield from _repeated(files, "二つの添付書類の code が同じです")
    groups = {group.key: group for _, group in tables}
    for number, check in enumerate(definition.checks):
        for text in _check_mistakes(definition, check, keys, groups):
            yield Mistake(f"{where}.checks[{number}].fields", text)
    conditions = [(path, field.required_when) for path, field in plain]
    conditions += [
        (f"{where}.attachments[{n}]", a.required_when) for n, a in enumerate(definition.attachments)
    ]
    for path, condition in conditions:
        for text in _condition_mistakes(definition, condition, keys):
            yield Mistake(f"{path}.required_when", text)
    for path, field in plain:
        if _is_circular(definition, field):
            text = f"{field.key} の条件をたどると、{field.key} に戻ります"
            yield Mistake(f"{path}.required_when", text)


def column_condition_mistakes(group: RowGroup) -> Iterator[str]:
    """Conditions of columns on other columns of the same table."""
    columns = {column.key: column for column in group.columns}
    for column in group.columns:
        condition = column.required_when
        if isinstance(condition, FieldEquals) and condition.field in columns:
            yield from _answer_mistakes(columns[condition.field], condition)
        if isinstance(condition, FieldEquals) and condition.field == column.key:
            yield f"{column.key} の条件をたどると、{column.key} に戻ります"


def _cell_keys(group: RowGroup) -> list[str]:
    keys = (
        group.cell_key(row, column.key) for row in range(1, group.max_rows + 1) for column in group.columns
    )
    return list(dict.fromkeys(keys))  # a column that stands twice is told of by its table


def _repeated(named: Sequence[tuple[str, str]], words: str) -> Iterator[Mistake]:
    seen: set[str] = set()
    for path, name in named:
        if name and name in seen:
            yield Mistake(path, f"{words}: {name}")
        seen.add(name)


def _check_mistakes(
    definition: FormDefinition, check: FormCheck, keys: set[str], groups: dict[str, RowGroup]
) -> Iterator[str]:
    found: list[Field] = []
    for name in check.fields:
        table, dot, column = name.partition(".")
        known = {c.key: c for c in groups[table].columns} if dot and table in groups else {}
        if column in known:
            found.append(known[column])
        elif name in keys:
            found.append(definition.field(name))
        else:
            every = [*keys, *(f"{g.key}.{c.key}" for g in groups.values() for c in g.columns)]
            yield f"{name} という欄はありません。{near_hint(name, every)}".rstrip("。")
    if len({name.partition(".")[0] for name in check.fields if "." in name}) > 1:
        yield "1つの規則に書ける表は1つです"
    least, most = LEAST_FIELDS.get(check.rule, 2), MOST_FIELDS.get(check.rule, len(check.fields))
    if check.fields and not least <= len(check.fields) <= most:
        yield f"{check.rule} には、欄を{least}つ{'' if least == most else '以上'}書きます"
    kind = FIELDS_OF_RULE.get(check.rule)
    for field in found:
        if kind is not None and field.type is not kind:
            yield f"{check.rule} に書けるのは、type が {kind}（{kind.label}）の欄だけです（{field.key} は {field.type}）"


def _condition_mistakes(
    definition: FormDefinition, condition: Condition | None, keys: set[str]
) -> Iterator[str]:
    if not isinstance(condition, FieldEquals):
        return
    if condition.field not in keys:
        yield f"{condition.field} という欄はありません。{near_hint(condition.field, keys)}".rstrip("。")
        return
    yield from _answer_mistakes(definition.field(condition.field), condition)


def _answer_mistakes(other: Field, condition: FieldEquals) -> Iterator[str]:
    """An answer that the other field can never have."""
    if other.type not in COMPARABLE:
        yield f"{other.key}（{other.type.label}）の答えは、条件に使えません"
        return
    known = [choice.value for choice in other.choices]
    for answer in condition.answers:
        if other.type is FieldType.CHOICE and answer not in known:
            meant = next((f"「{c.value}」ではありませんか。" for c in other.choices if c.label == answer), "")
            yield (
                f"{other.key} に {answer} という選択肢はありません。"
                f"{meant}equals には value を書きます（選択肢: {'、'.join(known)}）"
            )
        elif (other.type is FieldType.CHECKBOX) != isinstance(answer, bool):
            wanted = "true か false" if other.type is FieldType.CHECKBOX else "文字列"
            yield f"{other.key} の答えは{wanted}です"


def _is_circular(definition: FormDefinition, field: Field) -> bool:
    """Whether its condition leads back to itself; such a field could be asked for ever."""
    fields = {other.key: other for other in definition.fields()}
    condition, seen = field.required_when, set[str]()
    while isinstance(condition, FieldEquals) and condition.field in fields and condition.field not in seen:
        if condition.field == field.key:
            return True
        seen.add(condition.field)
        condition = fields[condition.field].required_when
    return False
