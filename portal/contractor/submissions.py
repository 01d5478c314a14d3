"""Check and submit (確認と提出): everything once more on one page, then the paper is printed and handed in."""

from dataclasses import replace
from typing import Any

from flask import Response, flash, redirect, request, url_for

from forms.official.paper import render_paper
from guarantees.keys import MASKED
from portal import clock
from portal.acting import acting, looking
from portal.contractor import blueprint
from portal.contractor.access import Page, my_case, my_filing, my_form, show
from portal.contractor.answers import Answers, answers_for
from portal.contractor.checks import check_rows, open_problems
from portal.contractor.remarks import differences, word_of_city
from portal.deadline_views import pressing_deadline
from portal.file_answers import pdf_answer
from portal.filed_notices import NoticePreview, previews_of
from portal.filters import file_size
from portal.permissions import Permission, requires
from portal.workflows.act import Act
from portal.workflows.file_application import save_draft, submit_filing, withdraw_filing
from portal.workflows.guarantees_of_filing import live_by
from portal.workflows.notice_fit import NEUTRAL_REMEDY, NEUTRAL_WARNING, seems_foreign
from portal.workflows.paper_dues import missed_due
from procurement.cases import ProcurementCase
from procurement.errors import RuleViolation
from procurement.filings import Filing, FilingStatus

CHANGED = "確認の画面を開いたあとで内容が変わりました。もう一度確認してから提出します。"


@blueprint.get("/contractor/cases/<case_id>/filings/<form_code>/check")
@requires(Permission.CONTRACTOR_CASES)
def show_check(case_id: str, form_code: str) -> Page:
    """All answers with a way to change each; what is missing or wrong; the button that submits."""
    previews = _previews(case_id, form_code)
    with looking() as act:
        case = my_case(act, case_id)
        notices = {"notice_previews": _warned(act, case, previews), "masked": MASKED}
        answers = answers_for(act, case, my_form(act, case, form_code))
        if not answers.is_writable:
            return redirect(url_for(".show_filing", case_id=case_id, form_code=form_code))
        late_due = missed_due(act, case, answers.form)
        return show("filings/check", act, case, late_due=late_due, **_check_values(case, answers), **notices)


@blueprint.get("/contractor/cases/<case_id>/filings/<form_code>/preview.pdf")
@requires(Permission.CONTRACTOR_CASES)
def show_preview(case_id: str, form_code: str) -> Response:
    """The city's paper as it would be handed in, printed from the draft."""
    with looking() as act:
        case = my_case(act, case_id)
        answers = answers_for(act, case, my_form(act, case, form_code))
    paper = render_paper(answers.form, answers.stored_values(), clock.now())
    return pdf_answer(paper, f"{answers.form.title}（提出前）")


@blueprint.post("/contractor/cases/<case_id>/filings/<form_code>/submit")
@requires(Permission.CONTRACTOR_CASES)
def submit(case_id: str, form_code: str) -> Page:
    """Hand in exactly what the check page showed; a second press leads to the same receipt."""
    place: dict[str, Any] = {"case_id": case_id, "form_code": form_code}
    with looking() as act:
        case = my_case(act, case_id)
        answers = answers_for(act, case, my_form(act, case, form_code))
        done = _receipt_of(answers)
        ready = done or (answers.is_writable and answers.is_complete)
    if done or not ready:
        return redirect(done or url_for(".show_check", **place))
    paper = render_paper(answers.form, answers.stored_values(), clock.now())
    try:
        return redirect(_hand_in(place, paper))
    except RuleViolation as refusal:
        flash(refusal.sentence(), "error")
        return redirect(url_for(".show_check", **place))


@blueprint.get("/contractor/cases/<case_id>/filings/<form_code>/withdraw")
@requires(Permission.CONTRACTOR_CASES)
def show_withdrawal(case_id: str, form_code: str) -> Page:
    """What taking the paper back means, before it is done."""
    with looking() as act:
        case = my_case(act, case_id)
        filing = my_filing(case, form_code)
        if filing.status is not FilingStatus.SUBMITTED:
            return redirect(url_for(".show_filing", case_id=case_id, form_code=form_code))
        pressing = pressing_deadline(case, act.now)
        taken_back, kept = live_by(act.session, filing)
        values = {"pressing": pressing, "taken_back": taken_back, "kept": kept}
        return show("filings/withdraw", act, case, filing=filing, **values)


@blueprint.post("/contractor/cases/<case_id>/filings/<form_code>/withdraw")
@requires(Permission.CONTRACTOR_CASES)
def submit_withdrawal(case_id: str, form_code: str) -> Page:
    """Take the paper back before the city has decided. (FORM-C04)"""
    with acting() as act:
        case = my_case(act, case_id, to_write=True)
        filing = my_filing(case, form_code)
        withdraw_filing(act, filing)
        is_usage = form_code == act.rules(case.city).usage_application.form
        name = "申請" if is_usage else f"「{filing.title}」の提出"
    flash(f"{name}を取り下げました。内容は残っています。直して提出し直せます。", "success")
    return redirect(url_for(".show_filing", case_id=case_id, form_code=form_code))


@blueprint.get("/contractor/cases/<case_id>/filings/<form_code>/change")
@requires(Permission.CONTRACTOR_CASES)
def show_change(case_id: str, form_code: str) -> Page:
    """What changing an accepted paper means: the same form again, until then the old addresses hold."""
    with looking() as act:
        case = my_case(act, case_id)
        filing = my_filing(case, form_code)
        if filing.status is not FilingStatus.ACCEPTED:
            return redirect(url_for(".show_filing", case_id=case_id, form_code=form_code))
        return show("filings/change", act, case, filing=filing, contract=case.contracts[-1])


@blueprint.post("/contractor/cases/<case_id>/filings/<form_code>/change")
@requires(Permission.CONTRACTOR_CASES)
def submit_change(case_id: str, form_code: str) -> Page:
    """Begin a new version of an accepted paper with the old values. (CITY-27)"""
    with acting() as act:
        case = my_case(act, case_id, to_write=True)
        filing = my_filing(case, form_code)
        if filing.status is FilingStatus.ACCEPTED:
            save_draft(act, case, my_form(act, case, form_code), dict(filing.current.values))
    return redirect(url_for(".show_filing", case_id=case_id, form_code=form_code))


def _previews(case_id: str, form_code: str) -> list[NoticePreview]:
    """What the key notices among the files say; they are read outside of any transaction. (GUAR-67)"""
    with looking() as act:
        case = my_case(act, case_id)
        answers = answers_for(act, case, my_form(act, case, form_code))
        form, attachments = answers.form, list(answers.attachments)
    return previews_of(form, attachments)


def _warned(act: Act, case: ProcurementCase, previews: list[NoticePreview]) -> list[NoticePreview]:
    """With a neutral word beside a notice that seems to be of another case."""
    return [
        replace(preview, problem=f"{NEUTRAL_WARNING}{NEUTRAL_REMEDY}")
        if preview.notice is not None and seems_foreign(act, case, preview.notice)
        else preview
        for preview in previews
    ]


def _hand_in(place: dict[str, Any], paper: bytes) -> str:
    """Submit under lock, if nothing has changed since the check page; gives the address of the receipt."""
    with acting() as act:
        case = my_case(act, place["case_id"], to_write=True)
        answers = answers_for(act, case, my_form(act, case, place["form_code"]))
        done = _receipt_of(answers)
        if done:
            return done
        if request.form.get("seen") != answers.fingerprint():
            raise RuleViolation("filing_changed_meanwhile", CHANGED)
        version = save_draft(act, case, answers.form, answers.stored_values())
        submitted = submit_filing(act, version.filing, answers.form, paper=paper)
        return url_for(".show_version", number=submitted.number, **place)


def _receipt_of(answers: Answers) -> str:
    """The receipt of what was just submitted; empty while the paper is still being written."""
    filing, version = answers.filing, answers.version
    if filing is None or version is None or filing.status is not FilingStatus.SUBMITTED:
        return ""
    return url_for(".show_version", case_id=filing.case_id, form_code=filing.form_code, number=version.number)


def _check_values(case: ProcurementCase, answers: Answers) -> dict[str, Any]:
    filing: Filing | None = answers.filing
    problems = open_problems(case, answers)
    return {
        "answers": answers,
        "form_definition": answers.form,
        "groups": check_rows(case, answers),
        "files": [{"name": a.name, "size": file_size(a.size)} for a in answers.attachments],
        "problems": problems,
        "has_errors": bool(problems),
        "page_warnings": [finding.text for finding in answers.web_form.warnings],
        "differences": differences(answers),
        "word_of_city": word_of_city(filing),
        "pressing": pressing_deadline(case, clock.now()),
        "seen": "" if problems else answers.fingerprint(),
    }
