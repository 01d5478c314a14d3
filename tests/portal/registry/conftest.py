"""A registry with people of both sides, and a certificate that was changed, with one change taken back."""

from collections.abc import Iterator

import pytest
from flask import Flask

from guarantees.certificates import VersionKind
from portal import clock
from portal.accounts.models import Door
from portal.accounts.registration import create_account
from portal.permissions import Role
from portal.registries import registry_here
from portal.unit_of_work import writing
from tests.guarantees.registry.samples import (
    NOW,
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
            for minute, amount in enumerate((22_000_000, 23_000_000), start=1):
                changed = contents(guaranteed_amount=amount)
                published(session, VersionKind.CHANGE, contents=changed, now=later(minute))
            published(session, VersionKind.CHANGE_WITHDRAWN, reason="取り下げ", now=later(3))
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
