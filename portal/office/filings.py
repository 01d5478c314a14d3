"""Filings (申請の審査): look at what was handed in, accept it, send it back, reject it, write to the contractor."""

from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple

from flask import request, url_for

from forms.build import data_for_form
from forms.model import FormDefinition
from portal.acting import looking
from portal.filing_views import compared, shown_sections, thread_remarks
from portal.office import blueprint
from portal.office.access import Page, show, the_filing
from portal.office.decisions import pressed
from portal.office.filing_files import handed_in_version
from portal.office.standings import FILING_WORDS, filing_standing
from portal.permissions import Permission, requires
from portal.workflows.act import Act
from portal.workflows.assign_filing import assign_filing, release_filing
from portal.workflows.case_facts import facts_for
from portal.workflows.mail_address_again import address_awaited, mail_address_again
from portal.workflows.review_filing import (
    accept_filing,
    answer_in_thread,
    attachment_key,
    reject_filing,
    send_back_filing,
)
from portal.workflows.take_filed_notices import notices_wait, readings_of
from portal.workflows.usage_forms import form_of_version, prefilled_form
from procurement.filings import Filing, FilingAttachment, FilingStatus, FilingVersion

Work = Callable[[Act, Filing], None]
REMARK = "remark-"
"""Begins the name of the control in which an officer writes what is wrong with a field."""


class FileGroup(NamedTuple):
    """The files of one kind of attachment."""

    key: str
    label: str
    files: list[FilingAttachment]


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
        remarks = {key: _text(f"{REMARK}{key}") for key in marked}
        send_back_filing(
            act,
            filing,
            version_number=_seen(),
            reason=_text("return_reason"),
            marked_fields=marked,
            remarks=remarks,
        )

    return _done(filing_id, work, "差し戻しました。事業者にメールでお知らせします。")


@blueprint.post("/filings/<filing_id>/reject")
@requires(Permission.OFFICE_REVIEW_FILING)
def submit_rejection(filing_id: str) -> Page:
    """Reject the version for good."""

    def work(act: Act, filing: Filing) -> None:
        reject_filing(act, filing, version_number=_seen(), reason=_text("reject_reason"))

    return _done(filing_id, work, "却下しました。事業者にメールでお知らせします。")


@blueprint.post("/filings/<filing_id>/assign")
@requires(Permission.OFFICE_REVIEW_FILING)
def submit_assignment(filing_id: str) -> Page:
    """Take the filing; with "take_over" also from a colleague."""

    def work(act: Act, filing: Filing) -> None:
        assign_filing(act, filing, take_over=bool(_text("take_over")))

    return _done(filing_id, work, "担当になりました。")


@blueprint.post("/filings/<filing_id>/release")
@requires(Permission.OFFICE_REVIEW_FILING)
def submit_release(filing_id: str) -> Page:
    """Give the filing up, so that anybody may take it."""
    return _done(filing_id, release_filing, "担当を外しました。")


@blueprint.post("/filings/<filing_id>/messages")
@requires(Permission.OFFICE_REVIEW_FILING)
def submit_message(filing_id: str) -> Page:
    """Write to the contractor without deciding anything."""

    def work(act: Act, filing: Filing) -> None:
        answer_in_thread(act, filing, _text("message"))

    return _done(filing_id, work, "メッセージを送りました。")


@blueprint.post("/filings/<filing_id>/address-mail")
@requires(Permission.OFFICE_REVIEW_FILING)
def submit_address_mail(filing_id: str) -> Page:
    """Send the contractor's signatory the confirmation of the address once more."""

    def work(act: Act, filing: Filing) -> None:
        mail_address_again(act, filing)

    return _done(filing_id, work, "確認のメールを送り直しました。前のメールのリンクは使えなくなりました。")


def _done(filing_id: str, work: Work, message: str) -> Page:
    """Do the act; a refused one comes back with what was typed and the refusal in words."""

    def pressing(act: Act) -> str:
        work(act, the_filing(act, filing_id))
        return url_for(".show_filing", filing_id=filing_id)

    return pressed(pressing, partial(_page, filing_id), message)


def _page(filing_id: str, **values: Any) -> str:
    with looking() as act:
        filing = the_filing(act, filing_id)
        handed_in = filing.handed_in
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
            is_usage=filing.form_code == act.rules(filing.city).usage_application.form,
            awaits_address=address_awaited(filing) is version,
            typed=request.form,
            remark=REMARK,
            **_contents(act, filing, version, handed_in),
            **values,
        )


def _contents(
    act: Act, filing: Filing, version: FilingVersion, handed_in: list[FilingVersion]
) -> dict[str, Any]:
    """What a version says, what differs from another one, and what is worth a second look."""
    form = form_of_version(act, version)
    checked = prefilled_form(form, facts_for(act, filing.case), data_for_form(form, version.values))
    checked.validate()
    readings = readings_of(act.session, version.id)
    return {
        "readings": readings,
        "notices_wait": notices_wait(form, version, readings),
        "form_definition": form,
        "sections": shown_sections(form, version.values),
        "files": _files(form, version),
        "comparison": compared(form, version, handed_in, request.args.get("compare", type=int)),
        "others": [other for other in handed_in if other is not version],
        "warnings": [finding.text for finding in checked.warnings],
        "remarks": thread_remarks(filing, form),
    }


def _files(form: FormDefinition, version: FilingVersion) -> list[FileGroup]:
    """The attachments by their kind, each kind as it can be marked; kinds without a file too."""
    return [
        FileGroup(
            attachment_key(wanted.code),
            wanted.label,
            [file for file in version.attachments if file.code == wanted.code],
        )
        for wanted in form.attachments
    ]


def _seen() -> int:
    return request.form.get("version", 0, type=int)


def _text(name: str) -> str:
    return request.form.get(name, "")
