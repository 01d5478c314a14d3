"""Previews of attachments (添付書類の中身): pages of a PDF and photos as pictures, without another program."""

from collections.abc import Callable
from typing import Any

from flask import Response, abort

from forms.file_kinds import MEDIA_TYPES
from forms.pictures import page_sizes, render_photo
from portal.acting import house
from portal.file_answers import WIDTHS, page_answer, picture_answer
from procurement.errors import RuleViolation
from procurement.filings import FilingAttachment

PDF = MEDIA_TYPES["pdf"]
PHOTOS = frozenset((MEDIA_TYPES["jpeg"], MEDIA_TYPES["png"]))
SHOWN_WIDTH = 640
DRAWN_WIDTH = 1200


def has_preview(file: FilingAttachment) -> bool:
    """Whether a file can be shown as pictures: Excel and Word are downloaded instead."""
    return file.media_type == PDF or file.media_type in PHOTOS


def preview_pages(file: FilingAttachment, address: Callable[[int], str]) -> list[dict[str, Any]]:
    """What the viewer needs of every page: address and size. Not found where there is no preview."""
    if not has_preview(file):
        abort(404)
    if file.media_type in PHOTOS:
        return [{"src": address(1)}]
    sizes = page_sizes(house().store.path(file.sha256))
    return [
        {"src": address(number), "width": SHOWN_WIDTH, "height": round(SHOWN_WIDTH * high / max(wide, 1))}
        for number, (wide, high) in enumerate(sizes, start=1)
    ]


def preview_picture(file: FilingAttachment, page: int, width: int) -> Response:
    """One page (from 1) of a PDF, or the photo, in one of the widths that we draw."""
    if file.media_type == PDF:
        return page_answer(file.sha256, page, width)
    if file.media_type not in PHOTOS or width not in WIDTHS or page != 1:
        abort(404)
    try:
        answer = picture_answer(render_photo(house().store.path(file.sha256), width))
    except RuleViolation:
        abort(404)
    answer.mimetype = MEDIA_TYPES["jpeg"]
    return answer
