"""Decline (同意せず却下) with a reason, where the city's service knows that act. (SIGN-26, SIGN-52)"""

from flask_wtf import FlaskForm

from portal.permissions import Permission, requires
from portal.signer.answers import Answer, Page, show_answer, submit_answer
from portal.signer.door import blueprint
from portal.signer.forms import DeclineForm
from portal.signer.visits import Visit
from portal.signer.wording import words_of
from portal.workflows.answer_signing_request import decline_contract


@blueprint.get("/sign/<token>/decline")
@requires(Permission.SIGN_BY_LINK)
def show_decline(token: str) -> Page:
    return show_answer(token, DECLINE)


@blueprint.post("/sign/<token>/decline")
@requires(Permission.SIGN_BY_LINK)
def submit_decline(token: str) -> Page:
    return submit_answer(token, DECLINE)


def _decline(visit: Visit, form: FlaskForm) -> None:
    circumstances = visit.circumstances(words_of(visit)["decline_button"])
    decline_contract(visit.act, visit.contract, visit.step, form.reason.data, circumstances)


DECLINE = Answer("declines", DeclineForm, lambda policy: policy.allow_decline, _decline)
