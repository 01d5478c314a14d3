"""Files (ファイル) sent to a browser: papers just printed, stored documents under their names, pictures of pages."""

import io
from collections.abc import Iterator
from urllib.parse import quote

from flask import Response, abort, make_response, send_file

from forms.pictures import render_page
from portal.acting import house
from procurement.errors import RuleViolation
from signing.errors import DamagedDocument

PDF = "application/pdf"
SHOWN_IN_PLACE = frozenset({PDF, "image/png", "image/jpeg"})
WIDTHS = (160, 640, 1200)
"""The widths in which pages are drawn, so that nobody can ask for every one between."""


def pdf_answer(content: bytes, name: str, *, as_download: bool = False) -> Response:
    """A PDF that was just printed."""
    return send_file(
        io.BytesIO(content), mimetype=PDF, download_name=f"{name}.pdf", as_attachment=as_download
    )


def stored_answer(
    sha256: str, name: str, media_type: str = PDF, *, as_download: bool = False, plain_name: str = ""
) -> Response:
    """A document of the store, checked against its hash, sent from the disk; what no browser shows is saved.

    `plain_name` is for programs that know only ASCII; without it one is made of `name`.
    """
    store = house().store
    path = store.path(sha256)
    if not store.verify(sha256):
        raise DamagedDocument(sha256=sha256)
    saved = as_download or media_type not in SHOWN_IN_PLACE
    answer = send_file(path, mimetype=media_type, download_name=name, as_attachment=saved, etag=sha256)
    if plain_name:
        _name(answer, "attachment" if saved else "inline", name, plain_name)
    return answer


def zip_answer(pieces: Iterator[bytes], name: str) -> Response:
    """A zip that is made while it is sent; its length is not known beforehand."""
    answer = Response(pieces, mimetype="application/zip")
    _name(answer, "attachment", name, "case.zip")
    answer.headers["Cache-Control"] = "private, no-store"
    return answer


def page_answer(sha256: str, page: int, width: int) -> Response:
    """A page (from 1) of a stored PDF as a picture; kept by the browser, as its address names the file."""
    if width not in WIDTHS:
        abort(404)
    try:
        return picture_answer(render_page(house().store.path(sha256), page - 1, width))
    except RuleViolation:
        abort(404)


def picture_answer(png: bytes) -> Response:
    """A picture for this browser alone."""
    answer = make_response(png)
    answer.mimetype = "image/png"
    answer.headers["Cache-Control"] = "private, max-age=3600"
    return answer


def _name(answer: Response, kind: str, name: str, plain_name: str) -> None:
    """Both names as RFC 6266 wants them: headers are ASCII."""
    answer.headers["Content-Disposition"] = (
        f"{kind}; filename=\"{plain_name}\"; filename*=UTF-8''{quote(name, safe='')}"
    )
