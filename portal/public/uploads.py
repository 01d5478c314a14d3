"""Files to verify (検証するファイル): on the disk only while they are being judged, never kept."""

import hashlib
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import BoundedSemaphore

from flask import current_app
from werkzeug.datastructures import FileStorage

from portal import clock
from portal.acting import house
from portal.public.comparisons import Comparison, compare
from procurement.errors import RuleViolation
from signing import Verdict, verify_in_child

AT_ONCE = 2
PATIENCE_SECONDS = 20
UPLOADS_IN_SIZE = 2
"""A signed file is larger than the upload it was made of: twice the limit of an upload always holds it."""
MEBIBYTE = 1024 * 1024
_places = BoundedSemaphore(AT_ONCE)


class Busy(Exception):
    """Too many files are being verified at this moment."""


@dataclass(frozen=True)
class Judged:
    """A file and what was found out about it."""

    name: str
    size: int
    sha256: str
    verdict: Verdict
    comparison: Comparison | None = None


def largest_megabytes() -> int:
    """The largest file that is taken, in MB (MiB)."""
    return UPLOADS_IN_SIZE * int(current_app.config["MAX_UPLOAD_BYTES"]) // MEBIBYTE


def judge(upload: FileStorage | None, *, with_pictures: bool = True) -> Judged:
    """Verify an uploaded file in a process with limits, compare its pages where it was changed, and delete it."""
    if upload is None or not upload.filename:
        raise RuleViolation("no_file", "検証するPDFファイルを選んでください。")
    with _on_disk(upload) as path:
        size = path.stat().st_size
        _refuse_size(size)
        with path.open("rb") as file:
            sha256 = hashlib.file_digest(file, "sha256").hexdigest()
        with _place():
            verdict = verify_in_child(path, house().trust, clock.now())
            comparison = compare(path, verdict) if with_pictures else None
    return Judged(upload.filename, size, sha256, verdict, comparison)


def too_large() -> RuleViolation:
    """The refusal of a file above the limit."""
    return RuleViolation(
        "file_too_large",
        f"選ばれたファイルは{largest_megabytes()} MBを超えています。",
        remedy=f"この画面で検証できるのは{largest_megabytes()} MBまでです。大きなファイルはAdobe Acrobat Readerで確かめられます。",
    )


def _refuse_size(size: int) -> None:
    if size == 0:
        raise RuleViolation(
            "empty_file",
            "選ばれたファイルは空（0バイト）です。",
            remedy="ダウンロードが途中で終わっていないか確かめ、もう一度ダウンロードしたファイルを選んでください。",
        )
    if size > largest_megabytes() * MEBIBYTE:
        raise too_large()


@contextmanager
def _on_disk(upload: FileStorage) -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="warifu-verify-") as folder:
        path = Path(folder) / "upload.pdf"
        upload.save(path)
        yield path


@contextmanager
def _place() -> Iterator[None]:
    if not _places.acquire(timeout=PATIENCE_SECONDS):
        raise Busy
    try:
        yield
    finally:
        _places.release()
