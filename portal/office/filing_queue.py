"""Queue of filings (申請・届出の審査): what waits, whose it is, and several accepted at once."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import flash, redirect, request, url_for

from portal.acting import acting, looking
from portal.office import blueprint
from portal.office.access import Page, show
from portal.office.filing_lists import (
    ALL,
    COLUMNS,
    DEFAULT_SORT,
    HOLDERS,
    LATE,
    WAITING,
    WORDS,
    FilingFilter,
    filings_query,
    forms_of,
    word_of,
)
from portal.office.listings import list_page, sort_columns
from portal.office.standings import Standing
from portal.permissions import Permission, requires
from portal.workflows.accept_filings import (
    Acceptance,
    SeenVersion,
    accept_seen_version,
    plan_acceptance,
)
from procurement.cases import CaseDeadline
from procurement.errors import RuleViolation
from procurement.filings import Filing, FilingVersion

MOST_AT_ONCE = 50


@dataclass(frozen=True)
class FilingRow:
    """One filing in the list: `seen` names the version that can be accepted, empty when there is none."""

    filing: Filing
    newest: FilingVersion | None
    standing: Standing
    due: CaseDeadline | None
    is_missed: bool
    seen: str


@dataclass(frozen=True)
class Outcome:
    """What happened to one filing, in words that outlive its transaction."""

    title: str
    case_title: str
    href: str
    receipt_number: str
    left_out: str = ""


@blueprint.get("/filings")
@requires(Permission.OFFICE_READ)
def show_filings() -> Page:
    """The filings that the address asks for, by deadline, 25 a page."""
    wanted, sort = FilingFilter.of_request(), request.args.get("sort", DEFAULT_SORT)
    with looking() as act:
        listing = list_page(act.session, filings_query(wanted, sort))
        statuses = [(WAITING, "審査を待つもの"), (ALL, "すべて"), *((w.key, w.standing.word) for w in WORDS)]
        return show(
            "filings/index",
            act,
            listing=listing,
            rows=[_row(filing, act.now) for filing in listing.rows],
            columns=sort_columns(COLUMNS, DEFAULT_SORT),
            wanted=wanted,
            status_choices=statuses,
            form_choices=[("", "すべて"), *forms_of(act)],
            holder_choices=HOLDERS,
            late_choices=LATE,
            most=MOST_AT_ONCE,
        )


@blueprint.post("/filings/acceptance")
@requires(Permission.OFFICE_REVIEW_FILING)
def submit_acceptance_preview() -> Page:
    """What accepting the chosen ones would do to each of them; nothing is done yet."""
    chosen = _chosen()
    if not chosen:
        flash("受理する書類が選ばれていません。一覧で印を付けてから進みます。", "error")
        return redirect(url_for(".show_filings"))
    with looking() as act:
        plans = [plan_acceptance(act, seen) for seen in chosen]
        return show(
            "filings/acceptance",
            act,
            will=[plan for plan in plans if plan.left_out is None],
            left_out=[_outcome(plan) for plan in plans if plan.left_out is not None],
        )


@blueprint.post("/filings/acceptances")
@requires(Permission.OFFICE_REVIEW_FILING)
def submit_acceptances() -> Page:
    """Accept each of them by itself, and tell what happened to each; sent twice it accepts nothing twice."""
    outcomes = [_accept(seen) for seen in _chosen()]
    with looking() as act:
        return show(
            "filings/accepted",
            act,
            accepted=[outcome for outcome in outcomes if not outcome.left_out],
            left_out=[outcome for outcome in outcomes if outcome.left_out],
        )


def _accept(seen: SeenVersion) -> Outcome:
    """One in a transaction of its own: what is wrong with another does not undo it."""
    try:
        with acting() as act:
            return _outcome(accept_seen_version(act, seen))
    except RuleViolation as refusal:
        with looking() as act:
            return _outcome(plan_acceptance(act, seen), refusal.sentence())


def _outcome(acceptance: Acceptance, left_out: str = "") -> Outcome:
    filing = acceptance.filing
    words = left_out or (acceptance.left_out.sentence() if acceptance.left_out else "")
    if filing is None:
        return Outcome("見つからない書類", "", "", "", words)
    newest = filing.handed_in
    number = (newest[-1].receipt_number or "") if newest else ""
    href = url_for("office.show_filing", filing_id=filing.id) if newest else ""
    return Outcome(filing.title, filing.case.title, href, number, words)


def _chosen() -> Sequence[SeenVersion]:
    found = [SeenVersion.of_text(text) for text in request.form.getlist("chosen")[:MOST_AT_ONCE]]
    return list(dict.fromkeys(seen for seen in found if seen is not None))


def _row(filing: Filing, now: Any) -> FilingRow:
    handed_in = filing.handed_in
    word = word_of(filing)
    due = next((deadline for deadline in filing.case.deadlines if deadline.is_open()), None)
    waits = word.key in ("filed", "taken", "filed_again") and filing.current is handed_in[-1]
    return FilingRow(
        filing,
        handed_in[-1] if handed_in else None,
        word.standing,
        due,
        due is not None and due.is_missed(now),
        str(SeenVersion(filing.id, filing.current.number)) if waits else "",
    )
