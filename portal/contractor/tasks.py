"""Tasks (提出する書類): the papers that the city takes for a case, and how far each of them is."""

from dataclasses import dataclass

from flask import url_for

from forms.facts import FormFacts
from forms.wanted import WANTED_RULES
from portal.case_papers import PAPER_WORDS, Paper, papers_of
from portal.deadline_views import deadline_view, paper_due_words
from portal.workflows.act import Act
from portal.workflows.case_facts import facts_for
from procurement.cases import ProcurementCase
from procurement.contracts import ContractStage
from procurement.filings import Filing, FilingStatus

UNFINISHED = (None, FilingStatus.DRAFT, FilingStatus.SENT_BACK, FilingStatus.WITHDRAWN)


@dataclass(frozen=True)
class Task:
    """One paper: its name, where it is written, its state in a word, and a line about it."""

    name: str
    status: str
    href: str
    hint: str = ""
    kind: str | None = None


def tasks_of(act: Act, case: ProcurementCase) -> list[Task]:
    """The papers of a case, in the city's order; one that was begun stays, whatever the city offers now."""
    facts = facts_for(act, case) if case.award is not None else None
    return [_task(act, case, paper, facts) for paper in papers_of(act, case)]


def _task(act: Act, case: ProcurementCase, paper: Paper, facts: FormFacts | None) -> Task:
    filing = paper.filing
    status = filing.status if filing and filing.versions else None
    closed = paper.is_usage and filing is None and case.contracts[0].stage is ContractStage.PAPER
    href = "" if closed else url_for("contractor.show_filing", case_id=case.id, form_code=paper.form.code)
    word = "提出不要" if closed else PAPER_WORDS[status]
    hints = [_receipt(filing)]
    if not closed and status in UNFINISHED:
        hints += [_wanted(paper, facts) or _when(paper), *_deadlines(act, case, paper)]
    return Task(paper.name, word, href, "　".join(filter(None, hints)), "neutral" if closed else None)


def _receipt(filing: Filing | None) -> str:
    if filing is None or not filing.versions or not filing.current.receipt_number:
        return ""
    late = "（期限後）" if filing.current.is_late else ""
    return f"受付番号 {filing.current.receipt_number}{late}"


def _when(paper: Paper) -> str:
    """Whether every case needs it; whether the usage application is wanted is said by the city's own words."""
    if paper.is_usage:
        return ""
    return "必ず提出します" if paper.offer.required else "該当するときに提出します"


def _deadlines(act: Act, case: ProcurementCase, paper: Paper) -> list[str]:
    """By when, or in words that nothing says so."""
    if paper.is_usage:
        views = [deadline_view(deadline, act.now) for deadline in paper.deadlines(case)]
        return [f"期限 {view.due}（{view.remaining}）" for view in views]
    return [paper_due_words(paper.due, act.now, in_list=True)]


def _wanted(paper: Paper, facts: FormFacts | None) -> str:
    if facts is None or not paper.offer.wanted_when:
        return ""
    return WANTED_RULES[paper.offer.wanted_when](facts)
