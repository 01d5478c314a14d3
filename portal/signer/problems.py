"""Report a problem (問題の報告) instead of signing: the request is suspended, the officer is told. (CITY-47)"""

from flask_wtf import FlaskForm

from portal.permissions import Permission, requires
from portal.signer.answers import Answer, Page, show_answer, submit_answer
from portal.signer.door import blueprint
from portal.signer.forms import ProblemForm
from portal.signer.visits import Visit
from portal.workflows.answer_signing_request import report_contract_problem


@blueprint.get("/sign/<token>/problem")
@requires(Permission.SIGN_BY_LINK)
def show_problem(token: str) -> Page:
    return show_answer(token, PROBLEM)


@blueprint.post("/sign/<token>/problem")
@requires(Permission.SIGN_BY_LINK)
def submit_problem(token: str) -> Page:
    return submit_answer(token, PROBLEM)


def _report(visit: Visit, form: FlaskForm) -> None:
    report_contract_problem(visit.act, visit.contract, visit.step, form.problem.data)


PROBLEM = Answer("problems", ProblemForm, lambda policy: policy.allow_problem_report, _report)
