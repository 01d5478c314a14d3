"""Messages (やり取り) between contractor and city about a filing. (FILE-22)"""

from flask import flash, redirect, request, url_for

from portal.acting import acting, looking
from portal.contractor import blueprint
from portal.contractor.access import Page, my_case, my_filing, my_form, show
from portal.filing_views import thread_remarks
from portal.permissions import Permission, requires
from portal.workflows.review_filing import answer_in_thread
from procurement.errors import RuleViolation


@blueprint.get("/contractor/cases/<case_id>/filings/<form_code>/messages")
@requires(Permission.CONTRACTOR_CASES)
def show_messages(case_id: str, form_code: str) -> Page:
    """The whole thread, oldest first, and a box for an answer."""
    return _page(case_id, form_code)


@blueprint.post("/contractor/cases/<case_id>/filings/<form_code>/messages")
@requires(Permission.CONTRACTOR_CASES)
def submit_message(case_id: str, form_code: str) -> Page:
    """Write to the officer in charge; what was typed stays in the box when it cannot be sent."""
    text = request.form.get("text", "")
    try:
        with acting() as act:
            answer_in_thread(act, my_filing(my_case(act, case_id, to_write=True), form_code), text)
    except RuleViolation as refusal:
        return _page(case_id, form_code, text, refusal), 422
    flash("市の担当課へメッセージを送りました。", "success")
    return redirect(url_for(".show_messages", case_id=case_id, form_code=form_code))


def _page(case_id: str, form_code: str, text: str = "", refusal: RuleViolation | None = None) -> str:
    with looking() as act:
        case = my_case(act, case_id)
        filing = my_filing(case, form_code)
        has_errors = refusal is not None
        return show(
            "filings/messages",
            act,
            case,
            filing=filing,
            remarks=thread_remarks(filing, my_form(act, case, form_code)),
            text=text,
            refusal=refusal,
            has_errors=has_errors,
        )
