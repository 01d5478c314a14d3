"""Uploads (アップロード) of the office: looked into on the disk, then kept in the store."""

import tempfile
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path

from flask import current_app
from werkzeug.datastructures import FileStorage

from forms.uploads import UploadedFile, UploadLimits, inspect_upload
from portal.acting import house
from procurement.errors import RuleViolation

NO_FILE = RuleViolation(
    "upload.missing", "ファイルが選ばれていません。", remedy="ファイルを選んでから、もう一度押します。"
)


def chosen(uploads: Collection[FileStorage]) -> list[FileStorage]:
    """The uploads that carry a file: a browser sends an empty one when nothing was chosen."""
    return [upload for upload in uploads if upload.filename]


def taken_in(upload: FileStorage, kinds: Collection[str] = ("pdf",)) -> tuple[UploadedFile, str]:
    """What an upload is, and its hash in the store. Raises RuleViolation with reason and remedy."""
    with _on_disk(upload) as path:
        found = inspect_upload(path, upload.filename or "", kinds, upload_limits())
        return found, house().store.put(path)


def upload_limits() -> UploadLimits:
    """How large a file may be here."""
    return UploadLimits(max_bytes=current_app.config["MAX_UPLOAD_BYTES"])


@contextmanager
def _on_disk(upload: FileStorage) -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "upload"
        upload.save(path)
        yield path
