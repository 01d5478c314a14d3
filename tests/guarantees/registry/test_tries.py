"""Who asked for a certificate: the surety sees every try, the contractor when its orderer looked."""

from collections.abc import Iterator

import pytest
from flask import Flask

from guarantees.keys import AuthenticationKey
from guarantees.registry.orm import LookOutcome
from guarantees.registry.tries import failed_tries, looks_of, own_looks, try_counts
from portal.registries import OwnRegistry
from portal.unit_of_work import reading, writing
from tests.guarantees.registry.samples import (
    CONTENTS,
    HASHER,
    KEY,
    NUMBER,
    ORDERER,
    OTHER_ORDERER,
    add_orderers,
    later,
    published,
)

OTHER = "31072-0002M"


@pytest.fixture
def looked(app: Flask) -> Iterator[None]:
    """Its orderer looked once; then somebody else tried it seven times, and its orderer another one in vain."""
    wrong = AuthenticationKey("A28YUE4J3Bux")
    with app.app_context():
        registry = OwnRegistry(HASHER)
        with writing() as session:
            add_orderers(session)
            published(session)
            published(session, number=OTHER)
        registry.look_up(ORDERER, NUMBER, KEY, asked_by="職員", now=later(1))
        for minute in range(2, 9):
            registry.look_up(OTHER_ORDERER, NUMBER, wrong, asked_by="職員", now=later(minute / 20 + 1))
        registry.look_up(ORDERER, OTHER, wrong, asked_by="職員", now=later(9))
        yield


@pytest.mark.usefixtures("looked")
def test_tries_in_vain_do_not_hide_when_the_orderer_looked() -> None:
    with reading() as session:
        [look] = looks_of(session, "east", NUMBER, [LookOutcome.FOUND], limit=1)
        everything = looks_of(session, "east")
        assert looks_of(session, "west") == []
    assert (look.at, look.orderer, look.orderer_name, look.number) == (later(1), ORDERER, "星野町長", NUMBER)
    assert [row.number for row in everything] == [OTHER] + [NUMBER] * 8
    assert everything == sorted(everything, key=lambda row: row.at, reverse=True)


@pytest.mark.usefixtures("looked")
def test_tries_are_counted_by_orderer_and_outcome() -> None:
    with reading() as session:
        counted = {(row.orderer, row.outcome): row.count for row in try_counts(session, "east", NUMBER)}
        assert failed_tries(session, "east", [NUMBER, OTHER, "31072-0003M"]) == {NUMBER: 7, OTHER: 1}
        own = [(look.number, name) for look, name in own_looks(session, ORDERER)]
    assert counted == {
        (ORDERER, LookOutcome.FOUND): 1,
        (OTHER_ORDERER, LookOutcome.REFUSED): 5,
        (OTHER_ORDERER, LookOutcome.LOCKED): 2,
    }
    assert own == [(OTHER, ""), (NUMBER, CONTENTS.work_name)]
