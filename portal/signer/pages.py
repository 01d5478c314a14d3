"""Pictures and files of the documents to sign (書類の画像とPDF): whatever is served counts as shown."""

from io import BytesIO

from flask import Response, abort, request, send_file, url_for

from forms.file_names import safe_file_name
from portal.acting import house
from portal.file_answers import stored_answer
from portal.permissions import Permission, requires
from portal.signer.door import blueprint
from portal.signer.page_images import contents_of, height_of, is_page_of, page_picture, shown_width
from portal.signer.visits import Visit, visited
from portal.workflows.note_reading import note_reading
from signing import EnvelopeDocument, record_viewed, viewed_pages

KEPT_SECONDS = 600


@blueprint.get("/sign/<token>/documents/<int:number>/pages/<int:page>.png")
@requires(Permission.SIGN_BY_LINK)
def show_picture(token: str, number: int, page: int) -> Response:
    """One page as a picture, which counts as shown to the person."""
    with visited(token) as visit:
        document = document_number(visit, number)
        if not is_page_of(document, page) or not may_look(visit):
            abort(404)
        sha256, pages = document.head_sha256, [page]
        is_new = _is_new(visit, document, pages)
    width = shown_width(request.args.get("zoom", ""))
    picture = page_picture(house().store.path(sha256), page, width)
    if is_new:
        _remember(token, number, pages)
    answer = send_file(BytesIO(picture), "image/png", etag=f"{sha256}-{page}-{width}", max_age=KEPT_SECONDS)
    answer.cache_control.private = True
    return answer


@blueprint.get("/sign/<token>/documents/<int:number>.pdf")
@requires(Permission.SIGN_BY_LINK)
def send_document(token: str, number: int) -> Response:
    """The document as it is to be signed; having it counts as having been shown every page."""
    with visited(token) as visit:
        document = document_number(visit, number)
        if not may_look(visit):
            abort(404)
        name, sha256, last = document.name, document.head_sha256, document.page_count
    answer = stored_answer(sha256, safe_file_name(name, "pdf"), plain_name=f"document-{number}.pdf")
    _remember(token, number, list(range(1, last + 1)), read=True)  # what is damaged was not shown
    return answer


def document_number(visit: Visit, number: int) -> EnvelopeDocument:
    """The document of that number (from 1) in the envelope."""
    documents = visit.envelope.documents
    if not 1 <= number <= len(documents):
        abort(404)
    return documents[number - 1]


def may_look(visit: Visit) -> bool:
    """Whether the papers are open to the person: only while it may still answer."""
    return visit.problem is None


def picture_list(visit: Visit, number: int, zoom: str) -> list[dict[str, object]]:
    """What the viewer needs of every page of a document: address, size, words."""
    document = document_number(visit, number)
    width = shown_width(zoom)
    contents = contents_of(house().store.path(document.head_sha256))
    return [
        {
            "src": url_for("signer.show_picture", token=visit.token, number=number, page=page, zoom=zoom),
            "width": width,
            "height": height_of(content, width),
            "text": content.text,
        }
        for page, content in enumerate(contents, start=1)
    ]


def _is_new(visit: Visit, document: EnvelopeDocument, pages: list[int]) -> bool:
    seen = viewed_pages(visit.act.session, visit.step.id).get(document.id, set())
    return not seen.issuperset(pages)


def _remember(token: str, number: int, pages: list[int], *, read: bool = False) -> None:
    with visited(token, to_write=True) as visit:
        document = document_number(visit, number)
        for page in pages:
            record_viewed(visit.act.session, visit.step.id, document.id, page, visit.act.now)
        if read:
            note_reading(visit.act, visit.contract, document.name, document.head_sha256)
