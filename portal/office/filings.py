"""Filings (申請の審査): look at what was handed in, accept it, send it back, reject it, write to the contractor."""

from collections.abc import Callable
from typing import Any

from flask import flash, redirect, request, url_for

from forms.build import data_for_form
from forms.values import diff_values, display_values
from portal.acting import acting, looking
from portal.office import blueprint
from portal.office.access import REFUSED, Page, show, the_filing
from portal.office.filing_files import handed_in_version
from portal.office.standings import FILING_WORDS, filing_standing
from portal.permissions import Permission, requires
from portal.workflows.act import Act
from portal.workflows.case_facts import facts_for
from portal.workflows.review_filing import (
    accept_filing,
    answer_in_thread,
    reject_filing,
    send_back_filing,
)
from portal.workflows.usage_forms import form_of_version, prefilled_form
from procurement.filings import Filing, FilingStatus, FilingVersion

Work = Callable[[Act, Filing], None]


@blueprint.get("/filings/<filing_id>")
@requires(Permission.OFFICE_READ)
def show_filing(filing_id: str) -> Page:
    """What was handed in, beside what changed, with the actions of the review."""
    return _page(filing_id)


@blueprint.post("/filings/<filing_id>/accept")
@requires(Permission.OFFICE_REVIEW_FILING)
def submit_acceptance(filing_id: str) -> Page:
    """Accept the version that was looked at; a late one needs a reason."""

    def work(act: Act, filing: Filing) -> None:
        form = form_of_version(act, filing.current)
        accept_filing(act, filing, form, version_number=_seen(), reason=_text("accept_reason"))

    return _done(filing_id, work, "受理しました。事業者にメールでお知らせします。")


@blueprint.post("/filings/<filing_id>/send-back")
@requires(Permission.OFFICE_REVIEW_FILING)
def submit_return(filing_id: str) -> Page:
    """Send the version back, with the fields that are to be put right."""

    def work(act: Act, filing: Filing) -> None:
        marked = request.form.getlist("marked")
        send_back_filing(
            act, filing, version_number=_seen(), reason=_text("return_reason"), marked_fields=marked
        )

    return _done(filing_id, work, "差し戻しました。事業者にメールでお知らせします。")


@blueprint.post("/filings/<filing_id>/reject")
@requires(Permission.OFFICE_REVIEW_FILING)
def submit_rejection(filing_id: str) -> Page:
    """Reject the version for good."""

    def work(act: Act, filing: Filing) -> None:
        reject_filing(act, filing, version_number=_seen(), reason=_text("reject_reason"))

    return _done(filing_id, work, "却下しました。事業者にメールでお知らせします。")


@blueprint.post("/filings/<filing_id>/messages")
@requires(Permission.OFFICE_REVIEW_FILING)
def submit_message(filing_id: str) -> Page:
    """Write to the contractor without deciding anything."""

    def work(act: Act, filing: Filing) -> None:
        answer_in_thread(act, filing, _text("message"))

    return _done(filing_id, work, "メッセージを送りました。")


def _done(filing_id: str, work: Work, message: str) -> Page:
    """Do the act; a refused one comes back with what was typed and the refusal in words."""
    try:
        with acting() as act:
            work(act, the_filing(act, filing_id))
    except REFUSED as refusal:
        return _page(filing_id, refusal=refusal), 422
    flash(message, "success")
    return redirect(url_for(".show_filing", filing_id=filing_id))


def _page(filing_id: str, **values: Any) -> str:
    with looking() as act:
        filing = the_filing(act, filing_id)
        handed_in = [version for version in filing.versions if version.submitted_at]
        number = request.args.get("version", handed_in[-1].number, type=int)
        version = handed_in_version(filing, number)
        return show(
            "filings/show",
            act,
            filing=filing,
            case=filing.case,
            standing=filing_standing(filing),
            versions=[(v, FILING_WORDS[v.status]) for v in reversed(handed_in)],
            version=version,
            is_open=version is filing.current and version.status is FilingStatus.SUBMITTED,
            typed=request.form,
            **_contents(act, filing, version, handed_in),
            **values,
        )


def _contents(
    act: Act, filing: Filing, version: FilingVersion, handed_in: list[FilingVersion]
) -> dict[str, Any]:
    """What a version says, what changed since the one before, and what is worth a second look."""
    form = form_of_version(act, version)
    before = [v for v in handed_in if v.number < version.number]
    checked = prefilled_form(form, facts_for(act, filing.case), data_for_form(form, version.values))
    checked.validate()
    return {
        "form_definition": form,
        "sections": display_values(form, version.values),
        "before": before[-1] if before else None,
        "differences": diff_values(form, before[-1].values, version.values) if before else [],
        "warnings": [finding.text for finding in checked.warnings],
        "labels": {field.key: field.label for field in form.fields()},
    }


def _seen() -> int:
    return request.form.get("version", 0, type=int)


def _text(name: str) -> str:
    return request.form.get(name, "")
