"""Fixtures of the signer's door: contracts sent for signing in the two styles, and a browser."""

import pytest
from flask import Flask

from tests.portal.noon import thursday_noon
from tests.portal.signer.desk import SigningDesk

__all__ = ["thursday_noon"]


@pytest.fixture
def consent_desk(app: Flask) -> SigningDesk:
    """A city whose service speaks of 同意."""
    return SigningDesk(app, "ashikaga")


@pytest.fixture
def complete_desk(app: Flask) -> SigningDesk:
    """A city whose service speaks of 完了."""
    return SigningDesk(app, "tosu")
