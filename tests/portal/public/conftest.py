"""Fixtures of the public door: a contract that was concluded, to be verified."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from portal import clock
from portal.public import verifications
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


@pytest.fixture(autouse=True)
def fresh_rate() -> None:
    """No test uses up the verifications of the next one."""
    verifications.rate.forget()


@pytest.fixture
def concluded(app: Flask) -> SigningDesk:
    """A city's contract that both sides have signed."""
    return SigningDesk(app, "tosu").send().sign_both()
