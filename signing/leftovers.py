"""Leftovers (残骸): files and folders of work that was killed. Nothing points to them, and nobody tidies them up.

A file of the store gets its name only when it is complete, so what is still called `.part` can belong to no
document; a working folder holds copies alone. What is younger than a day may still be at work.
"""

import logging
import os
import re
import shutil
import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

KEEP = timedelta(days=1)
_PART = re.compile(r"\.[0-9a-f]{16}\.part")
_FOLDER = re.compile(r"warifu-(?:seal|party|prepare|paper|preserve|verify|simulation)-[a-z0-9_]{8}")

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Swept:
    """What was removed (掃除の結果): unfinished files of the store, and working folders."""

    files: int = 0
    folders: int = 0


def sweep(store: Path, temporary: Path, now: datetime) -> Swept:
    """Removes what is older than a day from the store's folder and from the folder for temporary files.

    `now` is the clock that the file system writes its times by. Running it twice, or twice at once, does no harm.
    """
    before = now - KEEP
    files = [path for path in _ours(store, _PART, stat.S_ISREG) if _touched_at(path) < before]
    folders = [path for path in _ours(temporary, _FOLDER, stat.S_ISDIR) if _last_touched_in(path) < before]
    for path in files:
        path.unlink(missing_ok=True)
    for path in folders:
        shutil.rmtree(path, ignore_errors=True)
    for path in (*files, *folders):
        log.warning("removed what killed work left behind: %s", path)
    return Swept(len(files), len(folders))


def _ours(folder: Path, name: re.Pattern[str], is_kind: Callable[[int], bool]) -> Iterator[Path]:
    """Entries of such a name and kind that belong to this user: others may write to a temporary folder too."""
    if not folder.is_dir():
        return
    for path in sorted(folder.iterdir()):
        if not name.fullmatch(path.name):
            continue
        try:
            status = path.lstat()
        except FileNotFoundError:
            continue
        if is_kind(status.st_mode) and status.st_uid == os.getuid():
            yield path


def _last_touched_in(folder: Path) -> datetime:
    """When something in the folder was written last."""
    return max(_touched_at(path) for path in (folder, *folder.rglob("*")))


def _touched_at(path: Path) -> datetime:
    try:
        return datetime.fromtimestamp(path.lstat().st_mtime, UTC)
    except FileNotFoundError:  # finished meanwhile: as if it had just been written
        return datetime.max.replace(tzinfo=UTC)
