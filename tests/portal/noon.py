"""The hour at which tests of the contractor's, the signer's and the public door begin."""

from collections.abc import Iterator

import pytest
from flask import Flask

from portal import clock
from tests.conftest import NOON


@pytest.fixture(autouse=True)
def thursday_noon(app: Flask) -> Iterator[None]:
    """Every test begins on Thursday 2026-05-07 at noon; a test may travel on from there."""
    with clock.freeze(NOON):
        yield
