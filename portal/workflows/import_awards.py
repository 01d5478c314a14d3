"""Import awards (落札結果の取り込み): preview with each row's mistake, then import what was confirmed."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from portal.audit import Tag
from portal.workflows.act import Act
from portal.workflows.decide_award import NewAward, NewCompany, check_award, decide_award
from portal.workflows.find_company import same_name
from procurement.award_imports import HEADING_WORDS, AwardRow, CellProblem, awarded_at, read_awards
from procurement.cases import ProcurementCase
from procurement.contract_dates import check_contract_date
from procurement.errors import RuleViolation

Bearers = dict[tuple[str, str], AwardRow]
"""The first row that carries a company's number, by the number's column and the number."""


@dataclass(frozen=True)
class ImportLine:
    """One row of the preview: `verdict` is "new", "known" (already registered, left alone) or "broken"."""

    row: AwardRow
    verdict: str
    problems: tuple[CellProblem, ...]
    award: NewAward | None


def preview_import(act: Act, city: str, data: bytes) -> list[ImportLine]:
    """What an import of this file would do, row by row; nothing is written."""
    rows = read_awards(data)
    numbers = [row.values["number"] for row in rows if "number" in row.values]
    known = set(
        act.session.scalars(
            select(ProcurementCase.number).where(
                ProcurementCase.city == city, ProcurementCase.number.in_(numbers)
            )
        )
    )
    bearers: Bearers = {}
    return [_preview_line(act, city, row, known, bearers) for row in rows]


def confirm_import(act: Act, city: str, data: bytes) -> tuple[list[ProcurementCase], list[ImportLine]]:
    """Import every new row of the file; refused as a whole while one row is broken. Run twice, it adds nothing."""
    lines = preview_import(act, city, data)
    broken = [line for line in lines if line.verdict == "broken"]
    if broken:
        raise RuleViolation(
            "import_has_broken_rows",
            f"誤りのある行が{len(broken)}行あるため、取り込んでいません。",
            remedy="誤りを直したファイルで、もう一度取り込みます。",
        )
    cases = [decide_award(act, line.award) for line in lines if line.verdict == "new" and line.award]
    act.audit(Tag.AWARDS_IMPORTED, city=city, subject=("city", city), rows=len(lines), imported=len(cases))
    return cases, lines


def _preview_line(act: Act, city: str, row: AwardRow, known: set[str], bearers: Bearers) -> ImportLine:
    if not row.is_good:
        return ImportLine(row, "broken", row.problems, None)
    if row.values["number"] in known:
        return ImportLine(row, "known", (), None)
    award = _award_of(city, row)
    problems = _refusals(act, city, row, award) + _numbers_of_another(row, bearers)
    return ImportLine(row, "broken" if problems else "new", problems, None if problems else award)


def _refusals(act: Act, city: str, row: AwardRow, award: NewAward) -> tuple[CellProblem, ...]:
    """What the rules refuse. A contract date in the file would be a date before the real last signature. (CITY-08)"""
    problems = []
    claimed: date | None = row.values.get("contracted_on")
    if claimed is not None:
        try:
            check_contract_date(claimed, None, act.rules(city))
        except RuleViolation as refusal:
            problems.append(CellProblem("契約日", claimed.isoformat(), refusal.sentence()))
    try:
        check_award(act, award)
    except RuleViolation as refusal:
        problems.append(CellProblem("案件", award.number, refusal.sentence()))
    return tuple(problems)


def _numbers_of_another(row: AwardRow, bearers: Bearers) -> tuple[CellProblem, ...]:
    """Numbers that an earlier row of the file gives to another company: one would be written to as the other."""
    problems = []
    for column in ("registration_number", "corporate_number"):
        number = row.values.get(column, "")
        first = bearers.setdefault((column, number), row) if number else row
        name = first.values["company_name"]
        if not same_name(name, row.values["company_name"]):
            text = f"{first.line}行目では「{name}」の番号です。どちらかの番号か名称を直します。"
            problems.append(CellProblem(HEADING_WORDS[column], number, text))
    return tuple(problems)


def _award_of(city: str, row: AwardRow) -> NewAward:
    values = row.values
    company = NewCompany(
        name=values["company_name"],
        mail_address=values.get("mail_address", ""),
        address=values.get("company_address", ""),
        representative_title=values.get("representative_title", ""),
        representative_name=values.get("representative_name", ""),
        phone=values.get("phone", ""),
        registration_number=values.get("registration_number", ""),
        corporate_number=values.get("corporate_number", ""),
    )
    return NewAward(
        city=city,
        number=values["number"],
        title=values["title"],
        place=values.get("place", ""),
        category=values["category"],
        method=values["method"],
        section=values.get("section", ""),
        noticed_on=values.get("noticed_on"),
        awarded_at=awarded_at(values),
        contract_price=values["contract_price"],
        consumption_tax=values.get("consumption_tax", 0),
        starts_on=values.get("starts_on"),
        ends_on=values.get("ends_on"),
        requires_contract_guarantee=values.get("requires_contract_guarantee", False),
        allows_electronic_guarantee=values.get("allows_electronic_guarantee", False),
        company=company,
    )
