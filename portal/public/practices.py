"""Practice (練習): the forms of a city, filled in with an invented case; nothing is kept and nobody gets it. (FILE-26)

What was typed travels from page to page in the requests alone: no row, no file, no mail, no audit entry.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from threading import BoundedSemaphore
from typing import Any

from flask import Response, abort, redirect, render_template, request, url_for

from forms.build import prefilled_values
from forms.model import FormDefinition, Offer, form_in_force, forms_in_force
from forms.official.paper import render_paper
from forms.row_groups import without_row
from portal import clock
from portal.accounts.identity import client_address
from portal.acting import house
from portal.contractor.answers import Answers, as_typed
from portal.contractor.checks import answered_rows
from portal.contractor.questions import condition_words, needs_answer, rows_shown
from portal.file_answers import pdf_answer
from portal.permissions import Permission, requires
from portal.practice_facts import CASE_NUMBER, CASE_TITLE, practice_facts
from portal.public.door import blueprint
from portal.public.rates import Rate
from portal.security import csrf
from portal.workflows.usage_forms import definitions_of
from procurement.cities.kinds import ProcurementCategory
from procurement.errors import RuleViolation
from procurement.rules import CityRules

Page = Any
MARK = "練習用"
MOST_PAPERS = 30
AT_ONCE, PATIENCE_SECONDS = 1, 10
PLACE = "/practice/<slug>/<form_code>"
rate = Rate(MOST_PAPERS)
_presses = BoundedSemaphore(AT_ONCE)
BUSY = RuleViolation(
    "practice_busy",
    "ほかの練習用のPDFを作っているため、いまは作れません。",
    remedy="1分ほど待ってから、もう一度「様式のPDFを見る」を押してください。",
)


class Busy(Exception):
    """Other papers are being printed, and did not end in time."""


@dataclass(frozen=True)
class PaperOffer:
    """A form as a kind of case is asked for it."""

    form: FormDefinition
    offer: Offer

    @property
    def name(self) -> str:
        """The title behind the city's mark."""
        return f"{self.offer.mark}{self.form.title}"


@dataclass(frozen=True)
class KindOfCase:
    """Kinds of case (案件の種別) that are asked for the same papers."""

    kinds: tuple[ProcurementCategory, ...]
    papers: tuple[PaperOffer, ...]

    @property
    def label(self) -> str:
        """The kinds in words."""
        return "、".join(kind.label for kind in self.kinds)


@blueprint.get("/practice/<slug>/")
@requires(Permission.PUBLIC)
def show_practices(slug: str) -> str:
    """The forms of a city that can be practised, by kind of case."""
    rules = _rules(slug)
    return render_template("public/practices/list.html", rules=rules, city=rules, kinds=_kinds_of(rules))


@blueprint.get(PLACE)
@requires(Permission.PUBLIC)
def show_practice(slug: str, form_code: str) -> str:
    """The form as a contractor finds it for a new case."""
    return _form_page(*_begun(slug, form_code))


@blueprint.post(PLACE)
@requires(Permission.PUBLIC)
def submit_practice(slug: str, form_code: str) -> Page:
    """One step on with what was typed: a row more or less, the check, the pretended receipt."""
    rules, answers = _posted(slug, form_code)
    action = request.form.get("action", "check")
    if action.startswith(("add-row:", "clear-row:")):
        return _form_page(rules, answers.with_typed(without_row(answers.form, answers.typed, action)))
    if action == "change":
        return _form_page(rules, answers)
    if answers.web_form.errors:
        return _form_page(rules, answers, with_errors=True), 422
    return _page("receipt" if action == "submit" else "check", rules, answers)


@blueprint.get(f"{PLACE}/paper.pdf")
@requires(Permission.PUBLIC)
def show_practice_paper(slug: str, form_code: str) -> Page:
    """An address that was kept: the paper is made of what was typed, so it begins with the form."""
    return redirect(url_for(".show_practice", slug=slug, form_code=form_code))


@blueprint.post(f"{PLACE}/paper.pdf")
@requires(Permission.PUBLIC)
def submit_practice_paper(slug: str, form_code: str) -> Page:
    """The city's paper with what was typed, marked as a practice on every page; made at most so often."""
    rules, answers = _posted(slug, form_code)
    if answers.web_form.errors:
        return _form_page(rules, answers, with_errors=True), 422
    wait = rate.seconds_to_wait(client_address(), clock.now())
    if wait:
        return _page("receipt", rules, answers, refusal=_too_often(wait)), 429, {"Retry-After": str(wait)}
    try:
        with _press():
            paper = render_paper(answers.form, answers.stored_values(), clock.now(), MARK)
    except Busy:
        return _page("receipt", rules, answers, refusal=BUSY), 503, {"Retry-After": "60"}
    return _answered(paper, answers.form)


for view in (submit_practice, submit_practice_paper):
    csrf.exempt(view)  # nothing is changed by it, and a page that was left open for hours goes on


def _answered(paper: bytes, form: FormDefinition) -> Response:
    return pdf_answer(paper, f"（{MARK}）{form.title}", as_download=True)


def _rules(slug: str) -> CityRules:
    city = house().cities.get(slug) or abort(404)
    return city.at(clock.today())


def _kinds_of(rules: CityRules) -> list[KindOfCase]:
    """The papers of each kind of case that the city concludes electronically, equal lists told once."""
    scopes = [scope.categories for scope in rules.scopes]
    wanted = [kind for kind in ProcurementCategory if not scopes or any(kind in kinds for kinds in scopes)]
    found: dict[tuple[tuple[str, str], ...], KindOfCase] = {}
    for kind in wanted:
        papers = _papers_for(rules, kind)
        key = tuple((paper.offer.mark, paper.form.code) for paper in papers)
        same = found.get(key)
        found[key] = KindOfCase((*same.kinds, kind) if same else (kind,), papers)
    return [entry for entry in found.values() if entry.papers]


def _papers_for(rules: CityRules, kind: ProcurementCategory) -> tuple[PaperOffer, ...]:
    forms = forms_in_force(definitions_of(rules), clock.today())
    papers = [PaperOffer(form, offer) for form in forms if (offer := form.offer_for(kind))]
    return tuple(sorted(papers, key=lambda paper: paper.offer.position))


def _begun(slug: str, form_code: str) -> tuple[CityRules, Answers]:
    """The form with the facts of an invented case, before anything is typed."""
    rules = _rules(slug)
    form = form_in_force(definitions_of(rules), form_code, clock.today()) or abort(404)
    kinds = [kind for kind in ProcurementCategory if form.offer_for(kind)]
    kind = next((kind for kind in kinds if kind == request.values.get("kind")), None) or kinds[0]
    facts = practice_facts(rules, kind, clock.today())
    return rules, Answers(form, facts, None, as_typed(form, prefilled_values(form, facts)))


def _posted(slug: str, form_code: str) -> tuple[CityRules, Answers]:
    """The same with what the request brought."""
    rules, answers = _begun(slug, form_code)
    for page in answers.pages:
        answers = answers.with_typed(answers.merged(page, request.form))
    return rules, answers


def _form_page(rules: CityRules, answers: Answers, *, with_errors: bool = False) -> str:
    problems = [problem for page in answers.pages for problem in page.errors(answers.web_form)]
    return _page(
        "form",
        rules,
        answers,
        problems=problems if with_errors else [],
        has_errors=with_errors,
        marked={},
        needs_answer=needs_answer,
        condition_words=condition_words,
        rows_shown=_rows_of(answers),
    )


def _rows_of(answers: Answers) -> Callable[[Any], range]:
    """How many rows of a table are shown: those on the page before, and one more where the button asked for it."""
    action = request.form.get("action", "")

    def shown(group: Any) -> range:
        before = request.form.get(f"shown_{group.key}", 0, int)
        return rows_shown(group, answers.typed, before + (action == f"add-row:{group.key}"))

    return shown


def _page(name: str, rules: CityRules, answers: Answers, **values: Any) -> str:
    return render_template(
        f"public/practices/{name}.html",
        rules=rules,
        city=rules,
        answers=answers,
        form_definition=answers.form,
        web_form=answers.web_form,
        page_warnings=[finding.text for finding in answers.web_form.warnings],
        groups=answered_rows(answers, lambda key: ""),
        case_title=CASE_TITLE,
        case_number=CASE_NUMBER,
        **values,
    )


@contextmanager
def _press() -> Iterator[None]:
    """A place at which a paper is printed: it takes a processor for itself."""
    if not _presses.acquire(timeout=PATIENCE_SECONDS):
        raise Busy
    try:
        yield
    finally:
        _presses.release()


def _too_often(wait: int) -> RuleViolation:
    minutes = rate.within.total_seconds() / 60
    return RuleViolation(
        "too_many_practice_papers",
        f"同じ接続元から練習用のPDFを作れるのは、{minutes:.0f}分間に{rate.most}回までです。",
        remedy=f"あと{-(-wait // 60)}分ほど待ってから、もう一度「様式のPDFを見る」を押してください。",
    )
