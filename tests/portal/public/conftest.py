"""Fixtures of the public door: a contract that was concluded, to be verified."""

import pytest
from flask import Flask

from portal.public import verifications
from tests.portal.noon import thursday_noon
from tests.portal.signer.desk import SigningDesk

__all__ = ["thursday_noon"]


@pytest.fixture(autouse=True)
def fresh_rate() -> None:
    """No test uses up the verifications of the next one."""
    verifications.rate.forget()


@pytest.fixture
def concluded(app: Flask) -> SigningDesk:
    """A city's contract that both sides have signed."""
    return SigningDesk(app, "tosu").send().sign_both()
