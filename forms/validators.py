"""Rules over values (記入内容の検査): the same for the web form, an e-mailed form and a file.

`findings_for` is pure: it takes what was read and gives every finding, errors and warnings.
"""

from collections.abc import Container, Iterator

from forms.checks import FIELD_CHECKS, FORM_CHECKS
from forms.facts import FormFacts
from forms.findings import Finding
from forms.glyphs import glyph_sentence
from forms.meanings import CaseFlag
from forms.model import Attachment, Condition, Field, FieldEquals, FieldType, FormDefinition, RowStarted
from forms.values import Values, text_of
from procurement.numbers import format_yen


def holds(condition: Condition, values: Values, facts: FormFacts) -> bool:
    """Whether a condition of a form file holds for these answers and this case."""
    if isinstance(condition, CaseFlag):
        return condition in facts.flags
    if isinstance(condition, RowStarted):
        return any(values.get(key) not in (None, "", False) for key in condition.cells)
    return condition.holds(values)


def is_required(part: Field | Attachment, values: Values, facts: FormFacts) -> bool:
    """Whether a field or a paper must be there (必須), given the other answers and the case."""
    if part.required_when is not None:
        return holds(part.required_when, values, facts)
    return part.required


def missing_attachments(
    definition: FormDefinition, values: Values, facts: FormFacts, present: Container[str]
) -> list[Attachment]:
    """The papers that must go with these answers and are not there (添付漏れ). (CITY-41)"""
    needed = [paper for paper in definition.attachments if is_required(paper, values, facts)]
    return [paper for paper in needed if paper.code not in present]


def findings_for(definition: FormDefinition, values: Values, facts: FormFacts) -> list[Finding]:
    """Every error and warning about these values, in the order of the form, one per field and kind."""
    found = [f for field in definition.fields() for f in field_findings(definition, field, values, facts)]
    return found + list(form_findings(definition, values, facts))


def field_findings(
    definition: FormDefinition, field: Field, values: Values, facts: FormFacts
) -> Iterator[Finding]:
    """Findings about one field; nothing more is said about a field that is empty."""
    value = values.get(field.key)
    if value is None or value == "" or value is False:
        if is_required(field, values, facts):
            yield Finding(field.key, missing_sentence(field))
        return
    leftover = _leftover(definition, field, values)
    if leftover is not None:
        yield leftover
    yield from _size_findings(field, value)
    sentence = glyph_sentence(text_of(field, value))
    if sentence is not None:
        yield Finding(field.key, sentence)
    for name in field.checks:
        finding = FIELD_CHECKS[name](field, value, facts)
        if finding is not None:
            yield finding


def form_findings(definition: FormDefinition, values: Values, facts: FormFacts) -> Iterator[Finding]:
    """Findings of the rules across fields."""
    for check in definition.checks:
        fields = tuple(definition.field(key) for key in check.fields)
        finding = FORM_CHECKS[check.rule](fields, values, facts)
        if finding is not None:
            yield finding


def missing_sentence(field: Field) -> str:
    """What to do about an empty field, by its kind."""
    match field.type:
        case FieldType.CHECKBOX:
            return f"「{field.label}」を確認し、しるしを付けてください。確認がないと提出できません。"
        case FieldType.CHOICE:
            return f"{field.label}が選ばれていません。1つ選んでください。"
        case FieldType.DATE:
            return f"{field.label}が空欄です。「令和8年5月7日」のように書いてください。"
        case _:
            return f"{field.label}が空欄です。{field.label}を書いてください。"


def _leftover(definition: FormDefinition, field: Field, values: Values) -> Finding | None:
    condition = field.required_when
    if not isinstance(condition, FieldEquals) or condition.holds(values):
        return None
    other = definition.field(condition.field)
    answers = "か".join(f"「{text_of(other, answer)}」" for answer in condition.answers)
    return Finding(
        field.key,
        f"{field.label}は、{other.label}が{answers}のときだけ書きます。"
        f"空欄にするか、{answers}を選んでください。",
    )


def _size_findings(field: Field, value: object) -> Iterator[Finding]:
    if isinstance(value, str) and len(value) > field.max_length:
        yield Finding(
            field.key,
            f"{field.label}が長すぎます（{len(value)}文字）。{field.max_length}文字までで書いてください。",
        )
    if isinstance(value, int) and not isinstance(value, bool):
        shown = format_yen if field.type is FieldType.YEN else str
        if field.min_value is not None and value < field.min_value:
            yield Finding(field.key, f"{field.label}は{shown(field.min_value)}以上で書いてください。")
        if field.max_value is not None and value > field.max_value:
            yield Finding(field.key, f"{field.label}は{shown(field.max_value)}以下で書いてください。")
