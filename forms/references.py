"""References inside a form (欄の参照): keys are unique, and every field that is referred to exists."""

from collections.abc import Iterator, Sequence

from forms.model import Condition, Field, FieldEquals, FieldType, FormDefinition
from procurement.cities.reader import Mistake


def reference_mistakes(definition: FormDefinition, where: str) -> Iterator[Mistake]:
    """Every key, meaning or code that stands twice, and every name of a field that is none."""
    fields = list(_with_paths(definition, where))
    keys = {field.key for _, field in fields}
    yield from _repeated([(f"{path}.key", field.key) for path, field in fields], "二つの欄のキーが同じです")
    meanings = [(f"{path}.means", field.means) for path, field in fields if field.means]
    yield from _repeated(meanings, "二つの欄の意味（means）が同じです")
    files = [(f"{where}.attachments[{n}].code", a.code) for n, a in enumerate(definition.attachments)]
    yield from _repeated(files, "二つの添付書類の code が同じです")
    for number, check in enumerate(definition.checks):
        for key in check.fields:
            if key not in keys:
                yield Mistake(f"{where}.checks[{number}].fields", f"{key} という欄はありません")
    conditions = [(path, field.required_when) for path, field in fields]
    conditions += [
        (f"{where}.attachments[{n}]", a.required_when) for n, a in enumerate(definition.attachments)
    ]
    for path, condition in conditions:
        yield from _condition_mistakes(definition, condition, keys, f"{path}.required_when")


def _with_paths(definition: FormDefinition, where: str) -> Iterator[tuple[str, Field]]:
    for number, section in enumerate(definition.sections):
        for place, field in enumerate(section.fields):
            yield f"{where}.sections[{number}].fields[{place}]", field


def _repeated(named: Sequence[tuple[str, str]], words: str) -> Iterator[Mistake]:
    seen: set[str] = set()
    for path, name in named:
        if name in seen:
            yield Mistake(path, f"{words}: {name}")
        seen.add(name)


def _condition_mistakes(
    definition: FormDefinition, condition: Condition | None, keys: set[str], path: str
) -> Iterator[Mistake]:
    if not isinstance(condition, FieldEquals):
        return
    if condition.field not in keys:
        yield Mistake(path, f"{condition.field} という欄はありません")
        return
    other = definition.field(condition.field)
    answers = [choice.value for choice in other.choices]
    if other.type is FieldType.CHOICE and condition.equals not in answers:
        text = f"{condition.field} に {condition.equals} という選択肢はありません（選択肢: {'、'.join(answers)}）"
        yield Mistake(path, text)
