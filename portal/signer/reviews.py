"""The review page (書類内容の確認): who asks, what, until when, every page, who confirms in which order. (SIGN-23)"""

from typing import Any

from flask import render_template, request, url_for

from portal.deadline_views import DeadlineView, deadline_view
from portal.permissions import Permission, requires
from portal.signer.door import blueprint
from portal.signer.page_images import WIDTHS
from portal.signer.pages import picture_list
from portal.signer.visits import Visit, visiting
from portal.signer.wording import words_of, zoom_words
from portal.workflows.answer_signing_request import refuse_after_deadline
from portal.workflows.guarantee_gate import refuse_without_guarantee
from procurement.errors import RuleViolation
from procurement.rules import DeadlineKind
from signing import SigningRefused, record_opened, unviewed_documents, viewed_pages

Refusal = RuleViolation | SigningRefused
Page = str | tuple[str, int]


@blueprint.get("/sign/<token>")
@requires(Permission.SIGN_BY_LINK)
def show_review(token: str) -> Page:
    """The documents, and the ways to answer."""
    if request.method == "GET":
        remember_opening(token)
    with visiting(token) as visit:
        return review_page(visit)


def remember_opening(token: str) -> None:
    """Note the first time that the request was opened (開封)."""
    with visiting(token) as visit:
        is_first = visit.step.opened_at is None
    if is_first:
        with visiting(token, to_write=True) as visit:
            record_opened(visit.act.session, visit.step.id, visit.act.now)


def review_page(visit: Visit, refusal: Refusal | None = None) -> Page:
    """The review page of a visit; with a refusal when an answer could not be taken."""
    number = _chosen_document(visit)
    zoom = request.args.get("zoom", "fit") if request.args.get("zoom") in WIDTHS else "fit"
    page = show(
        visit,
        "reviews/show",
        documents=_document_list(visit, number, zoom),
        pages=picture_list(visit, number, zoom),
        current=number - 1,
        zoom=zoom,
        zooms=_zoom_list(visit, number, zoom),
        missing=missing_documents(visit, number),
        refusal=refusal,
    )
    return (page, 422) if refusal else page


def show(visit: Visit, template: str, **values: Any) -> str:
    """A page of a visit, in its city's context, with the words of its city's way of signing."""
    return render_template(
        f"signer/{template}.html",
        visit=visit,
        token=visit.token,
        step=visit.step,
        envelope=visit.envelope,
        contract=visit.contract,
        rules=visit.rules,
        city=visit.rules,
        words=words_of(visit),
        deadline=conclusion_deadline(visit),
        too_late=signing_refusal(visit),
        **values,
    )


def conclusion_deadline(visit: Visit) -> DeadlineView | None:
    """By when both sides must have signed, where the city's rules say so. (CITY-63)"""
    if visit.contract.is_amendment:
        return None
    found = [d for d in visit.contract.case.deadlines if d.kind == DeadlineKind.CONTRACT_CONCLUSION]
    return next((deadline_view(d, visit.act.now) for d in found if d.lifted_at is None), None)


def signing_refusal(visit: Visit) -> RuleViolation | None:
    """Why this person may not sign now, so that it is said before a button is pressed. (AMB-05, CITY-30)"""
    try:
        refuse_after_deadline(visit.act, visit.contract)
        refuse_without_guarantee(visit.act, visit.contract, visit.step)
    except RuleViolation as refusal:
        return refusal
    return None


def missing_documents(visit: Visit, shown_now: int = 0) -> list[tuple[int, str]]:
    """Documents that were not displayed yet, besides the one on the page: (number, name). (SIGN-04)"""
    unviewed = {document.id for document in unviewed_documents(visit.act.session, visit.step)}
    return [
        (number, document.name)
        for number, document in enumerate(visit.envelope.documents, start=1)
        if document.id in unviewed and number != shown_now
    ]


def _chosen_document(visit: Visit) -> int:
    number = request.args.get("document", 1, type=int)
    return number if 1 <= number <= len(visit.envelope.documents) else 1


def _document_list(visit: Visit, current: int, zoom: str) -> list[dict[str, object]]:
    seen = viewed_pages(visit.act.session, visit.step.id)
    return [
        {
            "title": document.name,
            "href": url_for(
                "signer.show_review", token=visit.token, document=number, zoom=zoom, _anchor="documents"
            ),
            "pdf_href": url_for("signer.send_document", token=visit.token, number=number),
            "seen": number == current or bool(seen.get(document.id)),
        }
        for number, document in enumerate(visit.envelope.documents, start=1)
    ]


def _zoom_list(visit: Visit, number: int, zoom: str) -> list[dict[str, object]]:
    words = zoom_words()
    return [
        {
            "word": words[width],
            "href": url_for(
                "signer.show_review", token=visit.token, document=number, zoom=width, _anchor="documents"
            ),
            "width": width,
            "current": width == zoom,
        }
        for width in WIDTHS
    ]
