"""Consent (同意・完了) in two steps, and the page that says what came of it. (SIGN-24, SIGN-43, SIGN-44)"""

from flask import redirect, url_for
from werkzeug.wrappers import Response

from portal.permissions import Permission, requires
from portal.signer.answers import answer_refused
from portal.signer.dead_links import dead_link
from portal.signer.door import blueprint
from portal.signer.outcomes import next_people, outcome_of
from portal.signer.reviews import missing_documents, show
from portal.signer.visits import visited, visiting
from portal.signer.wording import words_of
from portal.workflows.answer_signing_request import give_consent
from procurement.errors import RuleViolation
from signing import SigningRefused

Page = str | tuple[str, int] | Response


@blueprint.get("/sign/<token>/consent")
@requires(Permission.SIGN_BY_LINK)
def show_consent(token: str) -> Page:
    """The second step: what pressing the button will do. Leaving it changes nothing."""
    with visiting(token) as visit:
        if visit.is_suspended:
            return redirect(url_for("signer.show_outcome", token=token))
        if visit.step.signs_as_party:
            return redirect(url_for("signer.show_signature", token=token))
        return show(visit, "consents/check", missing=missing_documents(visit))


@blueprint.post("/sign/<token>/consent")
@requires(Permission.SIGN_BY_LINK)
def submit_consent(token: str) -> Page:
    """The consent itself; the seal is made afterwards by a job."""
    try:
        with visiting(token, to_write=True) as visit:
            words = words_of(visit)
            circumstances = visit.circumstances(words["final_button"], sentence=words["consequence"])
            give_consent(visit.act, visit.contract, visit.step, circumstances)
    except (RuleViolation, SigningRefused) as refusal:
        return answer_refused(token, refusal)
    return redirect(url_for("signer.show_outcome", token=token))


@blueprint.get("/sign/<token>/done")
@requires(Permission.SIGN_BY_LINK)
def show_outcome(token: str) -> Page:
    """What came of the request; open to whoever has answered."""
    with visited(token) as visit:
        outcome = outcome_of(visit)
        if outcome is None and visit.problem is not None:
            raise dead_link(token, visit.problem, visit.rules, visit.contract)
        if outcome is None:
            return redirect(url_for("signer.show_review", token=token))
        return show(visit, "consents/outcome", outcome=outcome, next_people=next_people(visit))
