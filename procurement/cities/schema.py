"""The whole city file (市ファイルの全体): one table becomes `CityRules`, with every mistake on the way."""

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from procurement.cities.kinds import DeadlineKind
from procurement.cities.marks import Mark
from procurement.cities.parts import AmendmentRule
from procurement.cities.read_guarantees import read_guarantee_reminders
from procurement.cities.read_parts import (
    read_amendments,
    read_backdating,
    read_guarantees,
    read_help,
    read_late_handling,
    read_notices,
    read_participation,
    read_usage_application,
)
from procurement.cities.read_rules import (
    check_bases,
    check_shadowed,
    read_calendar,
    read_deadline,
    read_exclusion,
    read_reminder,
    read_scope,
    read_section,
)
from procurement.cities.read_signing import read_completion, read_mails, read_signing
from procurement.cities.reader import Mistake, Table
from procurement.cities.reminders import ReminderRule
from procurement.deadlines import DeadlineRule
from procurement.rules import CityRules

_SLUG = re.compile(r"[a-z][a-z0-9-]{0,39}")
_UNCHANGEABLE = ("slug", "name", "forms", "changes")


def read_city(raw: Mapping[str, Any], mistakes: list[Mistake]) -> CityRules:
    """Read a whole file; the rules are only to be used when no mistake was noted."""
    rules = _read_version(Table(raw, "", mistakes))
    changes = Table(raw, "", mistakes).tables("changes")
    return replace(rules, changes=_read_changes(raw, changes, mistakes))


def _read_version(table: Table) -> CityRules:
    name = table.text("name", required=True)
    service = table.text("service", f"{name}電子契約")
    source = table.text("source", f"{name}の市ファイル")
    mayor = table.text("mayor", f"{name}長")
    slug = table.text("slug", required=True)
    if slug and not _SLUG.fullmatch(slug):
        table.wrong("slug", f'小文字の英字で始まる英数字とハイフン、40字までが要ります（いまは "{slug}"）')
    calendar, calendar_mark = read_calendar(table.table("calendar"), source)
    sections = [(item, read_section(item, source)) for item in table.tables("sections")]
    exclusions = [
        (item, read_exclusion(item, source, place)) for place, item in enumerate(table.tables("exclusions"))
    ]
    _check_unique([(item, "name", section.name) for item, section in sections])
    _check_unique([(item, "code", rule.code) for item, rule in exclusions])
    reminders = table.table("reminders")
    rules = CityRules(
        slug=slug,
        name=name,
        mayor=mayor,
        service=service,
        source=source,
        participation=read_participation(table.table("participation"), source),
        calendar=calendar,
        calendar_mark=calendar_mark,
        sections=tuple(section for _, section in sections),
        scopes=tuple(read_scope(item, source) for item in table.tables("scope")),
        exclusions=tuple(rule for _, rule in exclusions),
        deadline_rules=_read_deadlines(table, source),
        guarantee_reminders=read_guarantee_reminders(reminders.table("guarantees"), source),
        reminders=_read_reminders(reminders, source),
        late_handling=read_late_handling(table.table("late_handling"), source),
        backdating=read_backdating(table.table("contract_date"), source),
        amendments=_read_amendments(table, source),
        usage_application=read_usage_application(table.table("usage_application"), source),
        signing=read_signing(table.table("signing"), source),
        completion=read_completion(table.table("completion"), source),
        mails=read_mails(table.table("mails"), source, name, service),
        guarantees=read_guarantees(table.table("guarantees"), source),
        help=read_help(table.table("help"), source),
        notices=read_notices(table.table("notices"), source),
        forms=_read_forms(table, source, mayor),
        mark=table.mark(source, dated=True),
    )
    _check_form_code(table, rules)
    _check_misplaced(table)
    table.raw_list("changes")
    table.done()
    return rules


def _read_deadlines(table: Table, source: str) -> tuple[DeadlineRule, ...]:
    read = [(item, read_deadline(item, source)) for item in table.tables("deadlines")]
    check_shadowed(read)
    check_bases(read)
    return tuple(rule for _, rule in read)


def _read_reminders(table: Table, source: str) -> tuple[ReminderRule, ...]:
    rules = tuple(
        read_reminder(table.table(kind.value), kind, source) for kind in DeadlineKind if table.has(kind.value)
    )
    for kind in DeadlineKind:
        table.table(kind.value)
    table.done()
    return rules


def _read_amendments(table: Table, source: str) -> AmendmentRule:
    """A file that is silent gets the usual rule, marked as assumed. (AMB-04)"""
    rule = read_amendments(table.table("amendments"), source)
    return rule if table.has("amendments") else replace(rule, mark=Mark(assumed=("*",)))


def _read_forms(table: Table, source: str, mayor: str) -> tuple[dict[str, Any], ...]:
    """[[forms]] are handed on as they stand, with the file's source and addressee where they name none.

    The package that lays out forms reads them.
    """
    forms = [dict(form.values) for form in table.tables("forms")]
    return tuple({"source": source, "addressee": f"{mayor}　様", **form} for form in forms)


def _check_form_code(table: Table, rules: CityRules) -> None:
    codes = [form.get("code") for form in rules.forms]
    form = rules.usage_application.form
    if None not in codes and codes and form not in codes:
        shown = ", ".join(str(code) for code in codes)
        expected = f'[[forms]] にある様式の code が要ります（いまは "{form}"、[[forms]] にあるのは {shown}）'
        table.table("usage_application").wrong("form", expected)


def _check_misplaced(table: Table) -> None:
    """A key of the city that stands below a table's header belongs to that table: say where to move it."""
    for name in ("slug", "name"):
        for place, below in table.values.items():
            if not table.has(name) and isinstance(below, Mapping) and name in below:
                table.wrong(name, f"[{place}] の中に書かれています。最初の […] より前に移します")


def _check_unique(entries: list[tuple[Table, str, str]]) -> None:
    counts = Counter(value for _, _, value in entries)
    seen: set[str] = set()
    for table, key, value in entries:
        if value and counts[value] > 1 and value in seen:
            table.wrong(key, f"「{value}」が重なっています")
        seen.add(value)


def _read_changes(
    raw: Mapping[str, Any], changes: list[Table], mistakes: list[Mistake]
) -> tuple[tuple[date, CityRules], ...]:
    """[[changes]]: the whole rules again from each day on, with the written sections laid over the file's."""
    versions: dict[date, CityRules] = {}
    merged = {name: value for name, value in raw.items() if name != "changes"}
    first_seen = list(mistakes)
    for change in sorted(changes, key=lambda table: str(table.values.get("effective_from"))):
        starts_on = change.day("effective_from", required=True)
        change.text("note")
        for name in _UNCHANGEABLE:
            if change.has(name):
                change.wrong(name, "このキーは [[changes]] では変えられません")
        overlay = {
            k: v for k, v in change.values.items() if k not in ("effective_from", "note", *_UNCHANGEABLE)
        }
        merged = _laid_over(merged, overlay)
        found: list[Mistake] = []
        rules = _read_version(Table(merged, "", found))
        mistakes.extend(
            Mistake(change.key(mistake.key), mistake.expected)
            for mistake in found
            if mistake not in first_seen
        )
        if starts_on in versions:
            change.wrong("effective_from", "同じ日の [[changes]] が重なっています")
        if starts_on is not None:
            versions[starts_on] = rules
    return tuple(sorted(versions.items(), key=lambda version: version[0]))


def _laid_over(raw: dict[str, Any], overlay: Mapping[str, Any]) -> dict[str, Any]:
    """Keys of a table replace keys; a list of tables replaces the whole list."""
    result = dict(raw)
    for name, value in overlay.items():
        old = result.get(name)
        both = isinstance(old, Mapping) and isinstance(value, Mapping)
        result[name] = {**old, **value} if both else value  # type: ignore[dict-item]
    return result
