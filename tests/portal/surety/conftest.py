"""The desk of a surety company with its people."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from tests.portal.surety.desk_town import DeskTown, open_desk


@pytest.fixture
def desk(app: Flask) -> Iterator[DeskTown]:
    """A desk whose registry takes everything."""
    yield from open_desk(app)


@pytest.fixture
def sqlite_url(sqlite_template: Path, tmp_path: Path) -> str:
    """A database of its own for a test that runs on one kind only."""
    shutil.copy(sqlite_template, tmp_path / "portal.sqlite")
    return f"sqlite:///{tmp_path / 'portal.sqlite'}"
