"""Written answers (理由を書く回答) to a signing request: a form, a check page, and only then the act."""

from collections.abc import Callable
from dataclasses import dataclass

from flask import abort, redirect, request, url_for
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response

from portal.signer.gates import note_gate
from portal.signer.reviews import Refusal, review_page, show
from portal.signer.visits import Visit, visiting
from procurement.cities.parts import SigningPolicy
from procurement.errors import RuleViolation
from signing import SigningRefused

Page = str | tuple[str, int] | Response


@dataclass(frozen=True)
class Answer:
    """One way to answer: its templates (`stem`), its form, where the city offers it, and what it does."""

    stem: str
    form: type[FlaskForm]
    is_offered: Callable[[SigningPolicy], bool]
    give: Callable[[Visit, FlaskForm], None]


def show_answer(token: str, answer: Answer) -> Page:
    """The form of an answer."""
    with visiting(token) as visit:
        _refuse_unless_offered(visit, answer)
        return show(visit, f"{answer.stem}/form", form=answer.form(formdata=None))


def submit_answer(token: str, answer: Answer) -> Page:
    """First press: the check page, or the form with its errors. Second press: the act itself."""
    form = answer.form()
    with visiting(token) as visit:
        _refuse_unless_offered(visit, answer)
        form.asked_address = visit.step.email
        if not form.validate():
            return show(visit, f"{answer.stem}/form", form=form), 422
        if request.form.get("action") == "edit":
            return show(visit, f"{answer.stem}/form", form=form)
        if request.form.get("action") != "send":
            return show(visit, f"{answer.stem}/check", form=form)
    return _give(token, answer, form)


def answer_refused(token: str, refusal: Refusal) -> Page:
    """The review page with the refusal; whoever was second is led to what the first one did instead."""
    note_gate(token, refusal)
    with visiting(token) as visit:
        return review_page(visit, refusal)


def _give(token: str, answer: Answer, form: FlaskForm) -> Page:
    try:
        with visiting(token, to_write=True) as visit:
            answer.give(visit, form)
    except (RuleViolation, SigningRefused) as refusal:
        return answer_refused(token, refusal)
    return redirect(url_for("signer.show_outcome", token=token))


def _refuse_unless_offered(visit: Visit, answer: Answer) -> None:
    if not answer.is_offered(visit.rules.signing) or visit.is_suspended:
        abort(404)
