"""A town to play in: an app on each database, the demo's keys, and a clock that stands still."""

import shutil
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from flask import Flask

from portal import clock
from signing.pades.demo_pki import open_demo_pki
from tests.workflows.town import START, Town

CITIES = ("ashikaga", "iwaki", "tosu")


@pytest.fixture(scope="session")
def demo_keys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A demo PKI, made once: its RSA key takes its time."""
    folder = tmp_path_factory.mktemp("demo-keys") / "keys"
    open_demo_pki(folder)
    return folder


@pytest.fixture
def town(app: Flask, demo_keys: Path, tmp_path: Path) -> Iterator[Town]:
    """Tosu with its officers, on each database in turn, at START."""
    shutil.copytree(demo_keys, tmp_path / "keys", dirs_exist_ok=True)
    with app.app_context(), ExitStack() as stack:
        stack.enter_context(clock.freeze(START))
        town = Town(app, stack)
        town.open_office()
        yield town


@pytest.fixture(params=CITIES)
def each_town(request: pytest.FixtureRequest, town: Town) -> Town:
    """The same in each of the three cities."""
    if request.param != town.city:
        town.city = request.param
        town.open_office()
    return town
