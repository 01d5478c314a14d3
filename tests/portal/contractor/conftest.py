"""Fixtures of the contractor's door: a case in one city, and the mails it causes."""

import pytest
from flask import Flask

from tests.portal.contractor.desk import Desk
from tests.portal.noon import thursday_noon

__all__ = ["thursday_noon"]


@pytest.fixture
def tosu(app: Flask) -> Desk:
    return Desk(app, "tosu")


@pytest.fixture
def iwaki(app: Flask) -> Desk:
    return Desk(app, "iwaki")


@pytest.fixture
def ashikaga(app: Flask) -> Desk:
    return Desk(app, "ashikaga")
