"""Files to verify (検証するファイル): on the disk only while they are being judged, never kept."""

import hashlib
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import BoundedSemaphore

from werkzeug.datastructures import FileStorage

from portal import clock
from portal.acting import house
from procurement.errors import RuleViolation
from signing import Verdict, verify_in_child

AT_ONCE = 2
PATIENCE_SECONDS = 20
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


def judge(upload: FileStorage | None) -> Judged:
    """Verify an uploaded file in a process with limits, and delete it."""
    if upload is None or not upload.filename:
        raise RuleViolation("no_file", "検証するPDFファイルを選んでください。")
    with _on_disk(upload) as path:
        size = path.stat().st_size
        if size == 0:
            raise RuleViolation(
                "empty_file",
                "選ばれたファイルは空（0バイト）です。",
                remedy="ダウンロードが途中で終わっていないか確かめ、もう一度ダウンロードしたファイルを選んでください。",
            )
        with path.open("rb") as file:
            sha256 = hashlib.file_digest(file, "sha256").hexdigest()
        with _place():
            verdict = verify_in_child(path, house().trust, clock.now())
    return Judged(upload.filename, size, sha256, verdict)


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
