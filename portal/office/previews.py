"""Previews (中身の確認) of what came with a filing, for the officer who reviews it."""

from typing import Any

from flask import abort, url_for

from portal.acting import acting, looking
from portal.office import blueprint
from portal.office.access import Page, show, the_filing
from portal.office.filing_files import handed_in_version, note_key_shown, refuse_closed_notice
from portal.permissions import Permission, requires
from portal.previews import DRAWN_WIDTH, preview_pages, preview_picture
from portal.workflows.note_reading import note_reading
from procurement.filings import Filing, FilingAttachment

PLACE = "/filings/<filing_id>/versions/<int:number>/attachments/<attachment_id>"


@blueprint.get(f"{PLACE}/preview")
@requires(Permission.OFFICE_READ)
def show_attachment_preview(filing_id: str, number: int, attachment_id: str) -> Page:
    """The pages of a PDF, or a photo; written down as a reading, like a download."""
    place: dict[str, Any] = {"filing_id": filing_id, "number": number, "attachment_id": attachment_id}

    def address(page: int) -> str:
        return url_for(".show_attachment_page", page=page, width=DRAWN_WIDTH, **place)

    with looking() as act:  # the file is opened here, where no other writer waits for it
        filing = the_filing(act, filing_id)
        file = _file(filing, number, attachment_id)
        shows_key = refuse_closed_notice(act, file)
        pages = preview_pages(file, address)
        values = {"case": filing.case, "filing": filing, "file": file, "pages": pages, "place": place}
        shown = show("filings/preview", act, **values)
    with acting() as act:
        filing = the_filing(act, filing_id)
        if shows_key:
            note_key_shown(act, filing)
        note_reading(act, filing, file.name, file.sha256)
    return shown


@blueprint.get(f"{PLACE}/pages/<int:page>-<int:width>")
@requires(Permission.OFFICE_READ)
def show_attachment_page(filing_id: str, number: int, attachment_id: str, page: int, width: int) -> Page:
    """One of those pictures."""
    with looking() as act:
        file = _file(the_filing(act, filing_id), number, attachment_id)
        refuse_closed_notice(act, file)
    return preview_picture(file, page, width)


def _file(filing: Filing, number: int, attachment_id: str) -> FilingAttachment:
    files = handed_in_version(filing, number).attachments
    return next((file for file in files if file.id == attachment_id), None) or abort(404)
