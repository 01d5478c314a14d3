"""Leftovers of killed work are swept away; what documents need, and what is still at work, stays."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from signing.leftovers import Swept, sweep
from signing.stores import FileStore

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)
OLD, YOUNG = NOW - timedelta(hours=25), NOW - timedelta(hours=23)


@pytest.fixture
def store(tmp_path: Path) -> FileStore:
    return FileStore(tmp_path / "documents")


@pytest.fixture
def temporary(tmp_path: Path) -> Path:
    folder = tmp_path / "temporary"
    folder.mkdir()
    return folder


def touched(path: Path, at: datetime) -> Path:
    os.utime(path, (at.timestamp(), at.timestamp()), follow_symlinks=False)
    return path


def folder_of(temporary: Path, name: str, at: datetime) -> Path:
    folder = temporary / name
    folder.mkdir()
    (folder / "tbs.pdf").write_bytes(b"%PDF")
    touched(folder / "tbs.pdf", at)
    return touched(folder, at)


def test_a_killed_write_leaves_a_part_that_is_swept_after_a_day(store, temporary):
    """The real thing: a process that is killed in the middle of its write."""
    code = (
        "import os, signal, sys; from pathlib import Path; from signing.stores import FileStore\n"
        "def chunks():\n    yield b'half'\n    os.kill(os.getpid(), signal.SIGKILL)\n"
        "FileStore(Path(sys.argv[1]))._write(chunks())\n"
    )
    killed = subprocess.run([sys.executable, "-c", code, str(store.root)], check=False)
    assert killed.returncode == -9
    [part] = store.root.iterdir()
    assert part.suffix == ".part"
    now = datetime.now(UTC)
    assert sweep(store.root, temporary, now) == Swept()
    assert part.exists()
    assert sweep(store.root, temporary, now + timedelta(hours=25)) == Swept(files=1)
    assert list(store.root.iterdir()) == []


def test_no_document_is_ever_swept(store, temporary):
    sha256 = store.put(b"content")
    touched(store.path(sha256), NOW - timedelta(days=9000))
    lookalikes = [store.root / name for name in ("notes.part", ".abc.part", sha256, ".keep")]
    for path in lookalikes:
        path.write_bytes(b"x")
        touched(path, OLD)
    assert sweep(store.root, temporary, NOW) == Swept()
    assert store.verify(sha256)
    assert all(path.exists() for path in lookalikes)


def test_working_folders_go_after_a_day_without_a_write(store, temporary):
    gone = folder_of(temporary, "warifu-seal-ab3d_f9h", OLD)
    kept = [
        folder_of(temporary, "warifu-party-ab3d_f9h", YOUNG),
        folder_of(temporary, "warifu-instance", OLD),  # somebody's own folder
        folder_of(temporary, "warifu-seal-of-our-city", OLD),
        folder_of(temporary, "other-ab3d_f9h", OLD),
    ]
    busy = folder_of(temporary, "warifu-preserve-ab3d_f9h", OLD)
    touched(busy / "tbs.pdf", YOUNG)
    touched(busy, OLD)
    assert sweep(store.root, temporary, NOW) == Swept(folders=1)
    assert not gone.exists()
    assert all(folder.exists() for folder in (*kept, busy))
    assert sweep(store.root, temporary, NOW) == Swept()


def test_a_link_is_not_followed(store, temporary, tmp_path):
    """Whoever may write to the temporary folder must not lead us to other files."""
    target = folder_of(tmp_path, "precious", OLD)
    link = temporary / "warifu-seal-ab3d_f9h"
    link.symlink_to(target)
    touched(link, OLD)
    inside = folder_of(temporary, "warifu-paper-ab3d_f9h", OLD)
    (inside / "link").symlink_to(target)
    touched(inside / "link", OLD)
    touched(inside, OLD)
    assert sweep(store.root, temporary, NOW) == Swept(folders=1)
    assert (target / "tbs.pdf").read_bytes() == b"%PDF"
    assert link.is_symlink()


def test_every_working_folder_of_ours_is_known():
    """A new prefix must be added to the sweep; the names are looked up where they are used."""
    from signing import leftovers

    house = Path(__file__).parents[2]
    lines = [
        line
        for package in ("signing", "portal")
        for path in (house / package).rglob("*.py")
        for line in path.read_text().splitlines()
        if 'prefix="' in line and "TemporaryDirectory" in line
    ]
    prefixes = {line.split('prefix="')[1].split('"')[0] for line in lines}
    assert "warifu-seal-" in prefixes
    for prefix in prefixes:
        assert leftovers._FOLDER.fullmatch(f"{prefix}ab3d_f9h"), prefix
