"""Taking files in (ファイルの受入れ): from the request to the disk, looked into there, then kept in the store.

A file is never held in memory as a whole: the parser of the request writes it to the disk, and so do we.
"""

import tempfile
from collections.abc import Collection
from pathlib import Path

from flask import current_app
from werkzeug.datastructures import FileStorage

from forms.uploads import UploadedFile, UploadLimits, inspect_upload
from portal.acting import house
from procurement.errors import RuleViolation

ATTACHMENT_BYTES = "MAX_ATTACHMENT_BYTES"
NO_FILE = RuleViolation(
    "upload.missing", "ファイルが選ばれていません。", remedy="ファイルを選んでから、もう一度押します。"
)


def document_taken_in(upload: FileStorage, kinds: Collection[str] = ("pdf",)) -> tuple[UploadedFile, str]:
    """What a document that is to be signed here is, and its hash in the store. Raises RuleViolation."""
    limits = UploadLimits(max_bytes=current_app.config["MAX_UPLOAD_BYTES"])
    return _taken_in(upload, kinds, limits, is_to_be_signed=True)


def attachment_taken_in(upload: FileStorage | None, kinds: Collection[str]) -> tuple[UploadedFile, str]:
    """What an attachment is, and its hash in the store. Raises RuleViolation with reason and remedy."""
    if upload is None or not upload.filename:
        raise NO_FILE
    limits = UploadLimits(max_bytes=current_app.config[ATTACHMENT_BYTES])
    return _taken_in(upload, kinds, limits, is_to_be_signed=False)


def _taken_in(
    upload: FileStorage, kinds: Collection[str], limits: UploadLimits, *, is_to_be_signed: bool
) -> tuple[UploadedFile, str]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "upload"
        upload.save(path)
        name = upload.filename or ""
        found = inspect_upload(path, name, kinds, limits, is_to_be_signed=is_to_be_signed)
        return found, house().store.put(path)
