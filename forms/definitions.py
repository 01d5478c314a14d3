"""Form files (様式定義ファイル): a TOML table becomes a `FormDefinition`, or a list of every mistake in it.

The table is described for city officers in docs/form-file.md.
"""

import re
from dataclasses import replace
from datetime import date
from typing import Any

from forms.checks import FIELD_CHECKS, FORM_CHECKS
from forms.dues import read_due
from forms.errors import FormFileErrors
from forms.layouts import read_layout
from forms.meanings import CaseFlag, Meaning, Reading
from forms.model import (
    Attachment,
    Choice,
    Condition,
    Field,
    FieldEquals,
    FieldType,
    FileType,
    FormCheck,
    FormDefinition,
    Offer,
    Section,
    SectionPlace,
)
from forms.references import reference_mistakes
from forms.row_groups import cells_of, read_row_group, spread_checks
from forms.soundness import soundness_mistakes
from forms.wanted import WANTED_RULES
from procurement.cities.kinds import ProcurementCategory
from procurement.cities.reader import Mistake, Table
from procurement.cities.values import shown
from procurement.words import near_hint

__all__ = ["FormFileErrors", "parse_form", "parse_forms"]

KEY = re.compile(r"[a-z][a-z0-9_]{0,39}")
USUAL_LENGTHS = {FieldType.EMAIL: 254, FieldType.PHONE: 20, FieldType.NAME: 60, FieldType.MULTILINE: 1000}
LONGEST_ANSWER = 40
HOMES = {
    **dict.fromkeys(("categories", "mark", "position", "due", "wanted_when"), "[[offers]]"),
    **dict.fromkeys(("blocks", "framed", "label_width", "font_size", "headings_in_table"), "[layout]"),
    "rows": "[[sections]]",
    "columns": "[[sections.rows]]",
    "fields": "[[sections]]",
}
"""Keys that are easily written at the top of a form, and the table to which they belong."""


def parse_form(raw: dict[str, Any], where: str) -> FormDefinition:
    """Read one [[forms]] table. Raises FormFileErrors with all mistakes; `where` begins each key path."""
    mistakes: list[Mistake] = []
    definition = _read_form(_without_misplaced(Table(raw, where, mistakes)))
    mistakes.extend(reference_mistakes(definition, where))
    mistakes.extend(soundness_mistakes(definition, where))
    if mistakes:
        raise FormFileErrors([Mistake(key.removeprefix("."), words) for key, words in mistakes])
    return replace(definition, checks=spread_checks(definition.checks, definition.sections))


def parse_forms(tables: tuple[dict[str, Any], ...], where: str = "forms") -> tuple[FormDefinition, ...]:
    """Read all [[forms]] tables of a city file; the mistakes of all of them are raised together."""
    mistakes: list[Mistake] = []
    definitions = []
    seen: set[tuple[str, date]] = set()
    for number, raw in enumerate(tables):
        path = f"{where}[{number}]"
        try:
            definition = parse_form(raw, path)
        except FormFileErrors as errors:
            mistakes.extend(errors.problems)
            continue
        version = (definition.code, definition.effective_from)
        if version in seen:
            text = f"様式 {version[0]} には、{version[1]}からの版がすでにあります"
            mistakes.append(Mistake(f"{path}.effective_from", text))
        seen.add(version)
        definitions.append(definition)
    if mistakes:
        raise FormFileErrors(mistakes)
    return tuple(definitions)


def _read_form(table: Table) -> FormDefinition:
    definition = FormDefinition(
        code=_key(table, "code"),
        title=table.text("title", required=True),
        number=table.text("number"),
        addressee=table.text("addressee", required=True),
        body=table.texts("body"),
        sections=tuple(
            _read_section(section)
            for section in table.tables("sections", required=not table.has("attachments"))
        ),
        notes_heading=table.text("notes_heading"),
        notes=table.texts("notes"),
        checks=tuple(_read_check(check) for check in table.tables("checks")),
        attachments=tuple(_read_attachment(item) for item in table.tables("attachments")),
        effective_from=table.day("effective_from", required=True) or date.min,
        source=table.text("source", required=True),
        layout=read_layout(table),
        offers=tuple(_read_offer(offer) for offer in table.tables("offers")) or (Offer(),),
    )
    table.done()
    return definition


def _without_misplaced(table: Table) -> Table:
    for name in HOMES.keys() & table.values.keys():
        table.wrong(name, f"{HOMES[name]} の中に書きます")
    kept = {name: value for name, value in table.values.items() if name not in HOMES}
    return Table(kept, table.path, table.mistakes)


def _read_offer(table: Table) -> Offer:
    offer = Offer(
        categories=table.choices("categories", ProcurementCategory, ()),
        mark=table.text("mark"),
        position=table.count("position", 100, most=999),
        required=table.flag("required", False),
        wanted_when=_read_wanted_rule(table),
        due=read_due(table),
    )
    table.done()
    return offer


def _read_wanted_rule(table: Table) -> str:
    name = table.text("wanted_when")
    if name and name not in WANTED_RULES:
        table.wrong("wanted_when", _unknown_rule(name, list(WANTED_RULES)))
    return name


def _read_section(table: Table) -> Section:
    groups = tuple(read_row_group(rows, _read_field, _key) for rows in table.tables("rows"))
    written = table.tables("fields", required=not groups)
    plain = tuple(_read_field(field) for field in written)
    for field in written:
        if field.has("width"):
            field.wrong("width", "書けるのは、繰り返しの行の列だけです。紙の欄の幅は label_width で変えます")
    section = Section(
        heading=table.text("heading", required=True),
        fields=(*plain, *cells_of(groups)),
        groups=groups,
        place=table.choice("place", SectionPlace, SectionPlace.TABLE),
        printed_heading=_optional_text(table, "printed_heading"),
        notes=table.texts("notes"),
    )
    table.done()
    return section


def _read_field(table: Table) -> Field:
    kind = table.choice("type", FieldType)
    field = Field(
        key=_key(table, "key"),
        label=table.text("label", required=True),
        type=kind,
        required=table.flag("required", False),
        required_when=_read_condition(table),
        means=table.optional_choice("means", Meaning),
        fixed=table.flag("fixed", False),
        max_length=table.count("max_length", USUAL_LENGTHS.get(kind, 200), most=4000),
        min_value=table.number("min_value", most=10**12),
        max_value=table.number("max_value", most=10**12),
        choices=tuple(
            _read_choice(table, place, item) for place, item in enumerate(table.raw_list("choices"))
        ),
        note=table.text("note"),
        printed_note=table.text("printed_note"),
        checks=_read_check_names(table),
        printed_label=_optional_text(table, "printed_label"),
        beside=table.flag("beside", False),
        height=table.decimal("height", 0, least=5, most=120) or None,
        width=table.decimal("width", 1.0, least=0.1, most=20),
        inline=table.flag("inline", False),
    )
    _check_field(table, field)
    table.done()
    return field


def _check_field(table: Table, field: Field) -> None:
    if field.type is FieldType.CHOICE and len(field.choices) < 2:
        table.wrong("choices", "type が choice の欄には、二つ以上の選択肢が要ります")
    if field.inline and field.type is not FieldType.CHOICE:
        table.wrong("inline", "書けるのは、type が choice の欄だけです")
    if field.type is not FieldType.CHOICE and field.choices:
        table.wrong("choices", "選択肢を書けるのは、type が choice の欄だけです")
    values = [choice.value for choice in field.choices]
    if len(set(values)) != len(values):
        table.wrong("choices", "選択肢の value が重なっています")
    if field.required and field.required_when is not None:
        table.wrong("required_when", "required と required_when は一緒に書けません")
    if field.fixed and field.means is None:
        table.wrong("fixed", "fixed の欄には、内容の出所を示す means が要ります")
    bounded = field.min_value is not None or field.max_value is not None
    if bounded and field.type not in (FieldType.YEN, FieldType.INTEGER):
        table.wrong("min_value", "下限と上限を書けるのは、type が yen か integer の欄だけです")


def _read_choice(field: Table, place: int, item: Any) -> Choice:
    """{value, label}, or the words alone, which are then kept as the answer."""
    path = f"choices[{place}]"
    if isinstance(item, str) and item.strip():
        return Choice(value=item, label=item)
    if not isinstance(item, dict):
        field.wrong(path, f'{{ value = "符号", label = "文言" }} か文言が要ります（いまは {shown(item)}）')
        return Choice(value="", label="")
    table = Table(item, field.key(path), field.mistakes)
    label = table.text("label", required=True)
    choice = Choice(value=table.text("value", label), label=label, note=table.text("note"))
    if len(choice.value) > LONGEST_ANSWER and table.has("value"):
        table.wrong("value", f"{LONGEST_ANSWER}文字以内の符号が要ります")
    table.done()
    return choice


def _read_condition(table: Table) -> Condition | None:
    value = table.raw("required_when")
    if value is None:
        return None
    flag = CaseFlag.read(value)
    if flag is not None:
        return flag
    if isinstance(value, dict) and set(value) == {"field", "equals"}:
        field, equals = value["field"], value["equals"]
        answers = equals if isinstance(equals, list) else [equals]
        if isinstance(field, str) and answers and all(isinstance(answer, str | bool) for answer in answers):
            return FieldEquals(field, tuple(answers))
    expected = (
        f"案件の事実（{CaseFlag.allowed()}）か、"
        '{ field = "欄の key", equals = "答え" } が要ります。答えは ["答え1", "答え2"] と並べられます'
    )
    table.wrong("required_when", f"{expected}（いまは {shown(value)}）")
    return None


def _read_check_names(table: Table) -> tuple[str, ...]:
    names = table.texts("checks")
    for name in names:
        if name not in FIELD_CHECKS:
            table.wrong("checks", _unknown_rule(name, list(FIELD_CHECKS)))
    return names


def _read_check(table: Table) -> FormCheck:
    rule = table.text("rule", required=True)
    if rule and rule not in FORM_CHECKS:
        table.wrong("rule", _unknown_rule(rule, list(FORM_CHECKS)))
    fields = table.texts("fields")
    if not fields:
        table.wrong("fields", "欄の key の並びが要ります")
    table.done()
    return FormCheck(rule, fields)


def _unknown_rule(name: str, rules: list[str]) -> str:
    return f"{name} という規則はありません。{near_hint(name, rules)}書ける規則: {', '.join(rules)}"


def _read_attachment(table: Table) -> Attachment:
    attachment = Attachment(
        code=_key(table, "code"),
        label=table.text("label", required=True),
        required=table.flag("required", False),
        required_when=_read_condition(table),
        types=table.choices("types", FileType, (FileType.PDF,)),
        max_files=table.count("max_files", 1, most=50),
        note=table.text("note"),
        reads=table.choice("reads", Reading, Reading.KEY_NOTICE) if table.has("reads") else None,
    )
    if attachment.reads is not None and attachment.types != (FileType.PDF,):
        table.wrong("reads", '読み取れるのはPDFだけです。types を書かないか、["pdf"] にします')
    if attachment.required and attachment.required_when is not None:
        table.wrong("required_when", "required と required_when は一緒に書けません")
    table.done()
    return attachment


def _key(table: Table, key: str) -> str:
    value = table.text(key, required=True)
    if value and not KEY.fullmatch(value):
        expected = "英小文字で始まる、英小文字・数字・_ の40文字以内の符号が要ります"
        table.wrong(key, f"{expected}（いまは {shown(value)}）")
    return value


def _optional_text(table: Table, key: str) -> str | None:
    text = table.text(key)
    return text if table.has(key) else None
