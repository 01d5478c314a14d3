"""Filings that came by mail, at the counter or by post (届いた申請): the officer writes them into the web form."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import abort, flash, redirect, request, url_for

from forms.build import build_form, prefilled_values, values_for_storage
from forms.facts import FormFacts
from forms.model import FormDefinition, RowGroup
from forms.official.paper import render_paper
from forms.receptions import PREFIX, RECEIVED_CHANNELS, ReceptionForm
from forms.row_groups import filled_rows
from portal import clock
from portal.acting import acting, house, looking
from portal.case_papers import papers_of
from portal.intake import ATTACHMENT_BYTES, attachment_taken_in
from portal.office import blueprint
from portal.office.access import REFUSED, Page, show, the_case
from portal.office.uploads import chosen, taken_in
from portal.permissions import Permission, requires
from portal.security import takes_upload
from portal.workflows.act import Act
from portal.workflows.case_facts import facts_for
from portal.workflows.file_application import StoredFile, register_received_filing
from portal.workflows.usage_forms import usage_form_of
from procurement.cases import ProcurementCase

MOST_FULL_FILES = 2
"""So many of the largest size in one request (200 MB), or more of smaller ones."""
MORE_ROWS = 5


@dataclass(frozen=True)
class Reception:
    """The two halves of the page: how the paper came, and what it says."""

    definition: FormDefinition
    facts: FormFacts
    how: ReceptionForm
    what: Any

    def is_valid(self) -> bool:
        """Whether both are; both are asked, so that every mistake is shown at once."""
        return all([self.how.validate(), self.what.validate()])


@blueprint.get("/cases/<case_id>/filings/new")
@requires(Permission.OFFICE_REVIEW_FILING)
def show_received_filing(case_id: str) -> Page:
    """The city's form with what is known of the case, and how the paper came."""
    with looking() as act:
        case = the_case(act, case_id)
        return _page(act, case, _reception(act, case))


@blueprint.post("/cases/<case_id>/filings/new")
@requires(Permission.OFFICE_REVIEW_FILING)
@takes_upload(MOST_FULL_FILES, ATTACHMENT_BYTES)
def submit_received_filing(case_id: str) -> Page:
    """Register the paper with the time at which it came; what is refused comes back as it was typed."""
    with looking() as act:
        case = the_case(act, case_id)
        reception = _reception(act, case, request.form)
        if request.form.get("action", "").startswith("add-row:"):
            return _page(act, case, reception)
        if not reception.is_valid():
            return _page(act, case, reception, has_errors=True), 422
    try:
        filing_id = _register(case_id, reception)
    except REFUSED as refusal:
        with looking() as act:
            return _page(act, the_case(act, case_id), reception, refusal=refusal), 422
    flash("届いた書類を登録しました。内容を確認して、受理するか差し戻します。", "success")
    return redirect(url_for(".show_filing", filing_id=filing_id))


def _register(case_id: str, reception: Reception) -> str:
    values = values_for_storage(reception.what)
    received_at: datetime = reception.how.received_at()
    paper = _scan() or render_paper(reception.definition, values, clock.now())
    files = _attachments(reception.definition)
    with acting() as act:
        version = register_received_filing(
            act,
            the_case(act, case_id),
            reception.definition,
            values=values,
            channel=reception.how.chosen_channel(),
            received_at=received_at,
            files=files,
            paper=paper,
        )
        return version.filing_id


def _reception(act: Act, case: ProcurementCase, typed: Any = None) -> Reception:
    definition, facts = _chosen_form(act, case), facts_for(act, case)
    what = build_form(definition, facts)(typed, data=prefilled_values(definition, facts))
    return Reception(definition, facts, ReceptionForm(typed, now=act.now), what)


def _chosen_form(act: Act, case: ProcurementCase) -> FormDefinition:
    """The paper that came: any that the city takes for this case; the usage application where none is named."""
    code = request.args.get("form")
    if code is None:
        return usage_form_of(act, case)
    papers = (paper.form for paper in papers_of(act, case))
    return next((form for form in papers if form.code == code), None) or abort(404)


def _rows_shown(group: RowGroup, typed: Mapping[str, str]) -> range:
    """Rows of a table on the page: those of the printed paper, those typed, and five more when asked for."""
    last = max(filled_rows(group, typed), default=0)
    shown = request.form.get(f"{PREFIX}rows-{group.key}", 0, int)
    more = MORE_ROWS if request.form.get("action") == f"add-row:{group.key}" else 0
    return range(1, min(group.max_rows, max(shown, last, group.min_rows, group.printed_rows, 1) + more) + 1)


def _page(act: Act, case: ProcurementCase, reception: Reception, **values: Any) -> str:
    return show(
        "filings/new",
        act,
        case=case,
        reception=reception,
        form_definition=reception.definition,
        channels=RECEIVED_CHANNELS,
        papers=[(paper.form.code, paper.name) for paper in papers_of(act, case)],
        rows_shown=lambda group: _rows_shown(group, request.form),
        **values,
    )


def _scan() -> bytes | None:
    """The scanned paper, which is then kept in place of one that we print."""
    uploads = chosen(request.files.getlist("reception-scan"))
    if not uploads:
        return None
    _, sha256 = taken_in(uploads[0])
    return house().store.read(sha256)


def _attachments(definition: FormDefinition) -> list[StoredFile]:
    stored = []
    for allowed in definition.attachments:
        for upload in chosen(request.files.getlist(f"attachment-{allowed.code}")):
            found, sha256 = attachment_taken_in(upload, allowed.types)
            stored.append(StoredFile(allowed.code, found.name, found.media_type, found.size, sha256))
    return stored
