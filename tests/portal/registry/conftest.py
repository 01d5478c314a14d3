"""A registry with people of both sides, and a certificate that was changed, with one change taken back."""

from collections.abc import Iterator

import pytest
from flask import Flask

from guarantees.registry.publishing import publish_change, withdraw_change
from portal import clock
from portal.accounts.models import Door
from portal.accounts.registration import create_account
from portal.permissions import Role
from portal.registries import registry_here
from portal.unit_of_work import writing
from tests.guarantees.registry.samples import (
    NOW,
    NUMBER,
    ORDERER,
    OTHER_ORDERER,
    add_orderers,
    contents,
    later,
    published,
)

PASSWORD = "Warifu-test1!"


@pytest.fixture
def portal(app: Flask) -> Iterator[Flask]:
    """People of two orderers and two sureties, and a certificate with a withdrawn change."""
    orderers, sureties = (ORDERER, OTHER_ORDERER), ("east", "west")
    people = [(code, Role.REGISTRY_ORDERER) for code in orderers]
    people += [(code, Role.REGISTRY_SURETY) for code in sureties]
    with clock.freeze(NOW):
        with app.app_context(), writing() as session:
            add_orderers(session)
            published(session, key_hasher=registry_here().key_hasher)
            by = {"issuer": "east", "number": NUMBER, "published_by": "支店"}
            publish_change(session, contents=contents(guaranteed_amount=22_000_000), now=later(1), **by)
            publish_change(session, contents=contents(guaranteed_amount=23_000_000), now=later(2), **by)
            withdraw_change(session, now=later(3), reason="取り下げ", **by)
            for organisation, role in people:
                create_account(
                    session,
                    login_name=organisation,
                    name="職員",
                    mail_address="a@example.jp",
                    door=Door.REGISTRY,
                    roles=[role],
                    actor=("operator", "test", ""),
                    now=NOW,
                    password=PASSWORD,
                    organisation=organisation,
                )
        yield app
