"""Uploads (アップロード) of the office: looked into on the disk, then kept in the store."""

from collections.abc import Collection

from flask import current_app
from werkzeug.datastructures import FileStorage

from forms.uploads import UploadLimits
from portal.intake import NO_FILE
from portal.intake import document_taken_in as taken_in

__all__ = ["NO_FILE", "chosen", "taken_in", "upload_limits"]


def chosen(uploads: Collection[FileStorage]) -> list[FileStorage]:
    """The uploads that carry a file: a browser sends an empty one when nothing was chosen."""
    return [upload for upload in uploads if upload.filename]


def upload_limits() -> UploadLimits:
    """How large a file may be here."""
    return UploadLimits(max_bytes=current_app.config["MAX_UPLOAD_BYTES"])
