"""Place of the contract date (契約締結日の記入位置) in an uploaded PDF: by a click on the page, or in millimetres."""

from dataclasses import dataclass
from typing import Any

from flask import Response, abort, flash, redirect, request, url_for
from werkzeug.datastructures import MultiDict

from forms.pictures import page_size
from forms.places import MM, PlaceForm
from portal.acting import acting, house, looking
from portal.file_answers import picture_answer
from portal.office import blueprint
from portal.office.access import REFUSED, Page, show, the_contract, the_document
from portal.office.page_marks import marked_page
from portal.permissions import Permission, requires
from portal.workflows.act import Act
from portal.workflows.draft_contract import place_date_field
from procurement.contracts import ContractDocument

WIDTH = 540
BOX_WIDTH, BOX_HEIGHT = 48 * MM, 7 * MM


@dataclass(frozen=True)
class Place:
    """Upper left corner of the date in millimetres from the upper left corner of a page."""

    page: int
    x_mm: float
    y_mm: float


@blueprint.get("/contracts/<contract_id>/documents/<document_id>/date-field")
@requires(Permission.OFFICE_DRAFT_CONTRACT)
def show_date_field(contract_id: str, document_id: str) -> Page:
    """A page of the document, with the place of the date if it is on it."""
    with looking() as act:
        document = the_document(the_contract(act, contract_id), document_id)
        return _page(act, document, _page_number(document))


@blueprint.post("/contracts/<contract_id>/documents/<document_id>/date-field")
@requires(Permission.OFFICE_DRAFT_CONTRACT)
def submit_date_field(contract_id: str, document_id: str) -> Page:
    """Put the date where the page was clicked, or where the numbers say."""
    with looking() as act:
        document = the_document(the_contract(act, contract_id), document_id)
        page, size = _page_number(document), _size_of(document, _page_number(document))
        form = PlaceForm(_typed(page, size))
        if not form.validate():
            return _page(act, document, page, form=form), 422
    field = date_field(Place(page, *form.lengths()), size)
    try:
        with acting() as act:
            place_date_field(act, the_contract(act, contract_id), document_id, field)
    except REFUSED as refusal:
        with looking() as act:
            return _page(
                act, the_document(the_contract(act, contract_id), document_id), page, refusal=refusal
            ), 422
    flash(f"契約締結日の記入位置を、{page}ページ目に決めました。", "success")
    return redirect(url_for(".show_date_field", contract_id=contract_id, document_id=document_id, page=page))


@blueprint.get("/contracts/<contract_id>/documents/<document_id>/date-field/<int:page>.png")
@requires(Permission.OFFICE_DRAFT_CONTRACT)
def show_marked_page(contract_id: str, document_id: str, page: int) -> Response:
    """A page of the draft with the place of the date drawn on it."""
    with looking() as act:
        document = the_document(the_contract(act, contract_id), document_id)
        if not 1 <= page <= document.page_count:
            abort(404)
        sha256, field = document.draft_sha256, document.date_field
    rect = field["rect"] if field and field["page"] == page else None
    return picture_answer(marked_page(house().store.path(sha256), page, WIDTH, rect))


def date_field(place: Place, size: tuple[float, float]) -> dict[str, Any]:
    """The field in PDF points from the lower left corner, kept inside of the page."""
    width, height = size
    left = min(max(0.0, place.x_mm * MM), max(0.0, width - BOX_WIDTH))
    top = min(max(BOX_HEIGHT, height - place.y_mm * MM), height)
    rect = [left, top - BOX_HEIGHT, left + BOX_WIDTH, top]
    return {"page": place.page, "rect": [round(value, 2) for value in rect]}


def _typed(page: int, size: tuple[float, float]) -> Any:
    """The form as it was sent; a click on the picture (at.x, at.y in pixels) is the same in millimetres."""
    typed = request.form.to_dict()
    if "at.x" in typed and "at.y" in typed:
        scale = size[0] / WIDTH / MM
        typed["x_mm"] = f"{request.form.get('at.x', 0, type=int) * scale:.1f}"
        typed["y_mm"] = f"{request.form.get('at.y', 0, type=int) * scale:.1f}"
    return MultiDict(typed)


def _page(act: Act, document: ContractDocument, page: int, **values: Any) -> str:
    size = _size_of(document, page)
    values.setdefault("form", PlaceForm(data=_present(document, page, size)))
    return show(
        "contract_documents/date_field",
        act,
        contract=document.contract,
        case=document.contract.case,
        document=document,
        page=page,
        mark="-".join(str(edge) for edge in (document.date_field or {}).get("rect", ())),
        width=WIDTH,
        height=round(WIDTH * size[1] / size[0]),
        page_mm=(round(size[0] / MM), round(size[1] / MM)),
        **values,
    )


def _present(document: ContractDocument, page: int, size: tuple[float, float]) -> dict[str, float]:
    field = document.date_field
    if field is None or field["page"] != page:
        return {}
    left, _, _, top = field["rect"]
    return {"x_mm": round(left / MM, 1), "y_mm": round((size[1] - top) / MM, 1)}


def _page_number(document: ContractDocument) -> int:
    """The page that the address or the form asks for; else where the date is, else the first."""
    usual = document.date_field["page"] if document.date_field else 1
    page = request.values.get("page", usual, type=int)
    return min(max(1, page), document.page_count)


def _size_of(document: ContractDocument, page: int) -> tuple[float, float]:
    return page_size(house().store.path(document.draft_sha256), page - 1)
