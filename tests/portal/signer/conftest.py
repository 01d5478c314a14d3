"""Fixtures of the signer's door: contracts sent for signing in the two styles, and a browser."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from portal import clock
from tests.conftest import NOON
from tests.portal.keys import demo_keys, lay_keys
from tests.portal.signer.desk import SigningDesk

__all__ = ["demo_keys"]


@pytest.fixture
def settings(settings: dict[str, Any], demo_keys: Path, tmp_path: Path) -> dict[str, Any]:
    lay_keys(demo_keys, tmp_path)
    return settings


@pytest.fixture(autouse=True)
def thursday_noon(app: Flask) -> Iterator[None]:
    """Every test begins on Thursday 2026-05-07 at noon; a test may travel on from there."""
    with clock.freeze(NOON):
        yield


@pytest.fixture
def consent_desk(app: Flask) -> SigningDesk:
    """A city whose service speaks of 同意."""
    return SigningDesk(app, "ashikaga")


@pytest.fixture
def complete_desk(app: Flask) -> SigningDesk:
    """A city whose service speaks of 完了."""
    return SigningDesk(app, "tosu")
