"""Forward (転送): another person takes the place of the one who was asked. (SIGN-25)"""

from flask_wtf import FlaskForm

from portal.permissions import Permission, requires
from portal.signer.answers import Answer, Page, show_answer, submit_answer
from portal.signer.door import blueprint
from portal.signer.forms import ForwardForm
from portal.signer.visits import Visit
from portal.workflows.answer_signing_request import forward_request


@blueprint.get("/sign/<token>/forward")
@requires(Permission.SIGN_BY_LINK)
def show_forward(token: str) -> Page:
    return show_answer(token, FORWARD)


@blueprint.post("/sign/<token>/forward")
@requires(Permission.SIGN_BY_LINK)
def submit_forward(token: str) -> Page:
    return submit_answer(token, FORWARD)


def _forward(visit: Visit, form: FlaskForm) -> None:
    forward_request(
        visit.act,
        visit.contract,
        visit.step,
        name=form.name.data,
        title=form.title.data,
        email=form.email.data,
    )


FORWARD = Answer("forwards", ForwardForm, lambda policy: policy.allow_forward, _forward)
