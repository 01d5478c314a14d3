"""Fixtures of the contractor's door: a case in one city, and the mails it causes."""

from collections.abc import Iterator

import pytest
from flask import Flask

from portal import clock
from tests.conftest import NOON
from tests.portal.contractor.desk import Desk


@pytest.fixture(autouse=True)
def thursday_noon(app: Flask) -> Iterator[None]:
    """Every test begins on Thursday 2026-05-07 at noon; a test may travel on from there."""
    with clock.freeze(NOON):
        yield


@pytest.fixture
def tosu(app: Flask) -> Desk:
    return Desk(app, "tosu")


@pytest.fixture
def iwaki(app: Flask) -> Desk:
    return Desk(app, "iwaki")


@pytest.fixture
def ashikaga(app: Flask) -> Desk:
    return Desk(app, "ashikaga")
