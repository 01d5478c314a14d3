"""Previews (中身の確認) of what goes with a filing, for the contractor: handed in or still to be."""

from typing import Any

from flask import abort, url_for

from portal.acting import looking
from portal.contractor import blueprint
from portal.contractor.access import Page, my_case, my_filing, show
from portal.permissions import Permission, requires
from portal.previews import DRAWN_WIDTH, preview_pages, preview_picture
from procurement.filings import Filing, FilingAttachment

PLACE = "/contractor/cases/<case_id>/filings/<form_code>/versions/<int:number>/attachments/<attachment_id>"


@blueprint.get(f"{PLACE}/preview")
@requires(Permission.CONTRACTOR_CASES)
def show_attachment_preview(case_id: str, form_code: str, number: int, attachment_id: str) -> Page:
    """The pages of a PDF, or a photo."""
    place: dict[str, Any] = {
        "case_id": case_id,
        "form_code": form_code,
        "number": number,
        "attachment_id": attachment_id,
    }

    def address(page: int) -> str:
        return url_for(".show_attachment_page", page=page, width=DRAWN_WIDTH, **place)

    with looking() as act:
        case = my_case(act, case_id)
        filing = my_filing(case, form_code)
        file = _file(filing, number, attachment_id)
        values = {"filing": filing, "file": file, "pages": preview_pages(file, address), "place": place}
        return show("attachments/preview", act, case, **values)


@blueprint.get(f"{PLACE}/pages/<int:page>-<int:width>")
@requires(Permission.CONTRACTOR_CASES)
def show_attachment_page(
    case_id: str, form_code: str, number: int, attachment_id: str, page: int, width: int
) -> Page:
    """One of those pictures."""
    with looking() as act:
        file = _file(my_filing(my_case(act, case_id), form_code), number, attachment_id)
    return preview_picture(file, page, width)


def _file(filing: Filing, number: int, attachment_id: str) -> FilingAttachment:
    version = next((v for v in filing.versions if v.number == number), None) or abort(404)
    return next((a for a in version.attachments if a.id == attachment_id), None) or abort(404)
