"""Looking up: one neutral answer, waits that grow, a log of every look, and no key in any of it."""

import logging
import threading
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from functools import partial
from typing import Any

import psycopg
import pytest
from flask import Flask
from sqlalchemy import event, func, select

from guarantees.certificates import VersionKind
from guarantees.keys import AuthenticationKey
from guarantees.lookup import Answer, Found, Locked, NotFound
from guarantees.registry.orm import LookOutcome, RegistryLook, RegistryTry
from guarantees.registry.paces import ADDRESS, CERTIFICATE, ORDERER, counters
from guarantees.registry.views import look_up
from portal.registries import OwnRegistry, own_looking
from portal.unit_of_work import current_database, reading, writing
from tests.guarantees.registry.samples import (
    CONTENTS,
    HASHER,
    KEY,
    NOW,
    NUMBER,
    OTHER_ORDERER,
    add_orderers,
    contents,
    later,
    published,
)
from tests.guarantees.registry.samples import (
    ORDERER as CITY,
)

WRONG = AuthenticationKey("A28YUE4J3Bux")


@pytest.fixture
def registry(app: Flask) -> Iterator[OwnRegistry]:
    with app.app_context():
        with writing() as session:
            add_orderers(session)
            published(session)
        yield OwnRegistry(HASHER)


def ask(registry: OwnRegistry, **changes: Any) -> Answer:
    values: dict[str, Any] = {"orderer": CITY, "number": NUMBER, "key": KEY, "asked_by": "職員", "now": NOW}
    return registry.look_up(**{**values, **changes})


def ask_often(looks: Iterable[dict[str, Any]]) -> list[Answer]:
    """Looks with a wrong key from one address, one after the other in one opened database: quicker than each alone."""
    usual: dict[str, Any] = {"orderer": CITY, "key": WRONG, "asked_by": "職員", "now": NOW}
    with own_looking() as looking:
        return [
            look_up(looking, key_hasher=HASHER, **{**usual, **look, "address": "192.0.2.7"}) for look in looks
        ]


def logged() -> list[tuple[str, str | None, str | None]]:
    with reading() as session:
        looks = session.scalars(select(RegistryLook).order_by(RegistryLook.at))
        return [(look.outcome.value, look.number, look.issuer) for look in looks]


def test_number_and_key_open_the_certificate(registry: OwnRegistry) -> None:
    answer = ask(registry)
    assert isinstance(answer, Found)
    assert answer.certificate.latest == CONTENTS
    assert answer.certificate.entries[0].arrived_at == NOW
    assert logged() == [("found", NUMBER, "east")]


def test_the_same_key_opens_the_changed_certificate(registry: OwnRegistry) -> None:
    with writing() as session:
        changed = contents(guaranteed_amount=22_000_000)
        published(session, VersionKind.CHANGE, contents=changed, now=later(1))
    answer = ask(registry)
    assert isinstance(answer, Found)
    assert [entry.contents for entry in answer.certificate.entries] == [CONTENTS, changed]


@pytest.mark.parametrize(
    "changes",
    [
        {"key": WRONG},
        {"number": "31072-0002M"},
        {"number": "2070004426"},
        {"number": "99999-99999"},
        {"orderer": OTHER_ORDERER},
        {"number": "Z28YUE4J3Bux", "key": AuthenticationKey(NUMBER)},
        {"number": "", "key": AuthenticationKey("")},
        {"number": "\ud800", "key": AuthenticationKey("\ud800")},
    ],
)
def test_everything_else_is_one_neutral_answer(registry: OwnRegistry, changes: dict[str, Any]) -> None:
    assert ask(registry, **changes) == NotFound()
    [(outcome, number, _)] = logged()
    assert outcome == "refused"
    assert number in (NUMBER, "31072-0002M", "2070004426", "99999-99999", None)


def test_two_companies_may_use_the_same_number(registry: OwnRegistry) -> None:
    hokkaido = AuthenticationKey("HokkaidoKey2")
    with writing() as session:
        published(session, issuer="hokkaido", key=hokkaido, contents=contents(work_name="北の工事"))
    for key, name in ((KEY, CONTENTS.work_name), (hokkaido, "北の工事")):
        answer = ask(registry, key=key)
        assert isinstance(answer, Found)
        assert answer.certificate.latest.work_name == name
    assert sorted(logged()) == [("found", NUMBER, "east"), ("found", NUMBER, "hokkaido")]


def test_waits_grow_and_nothing_is_compared_meanwhile(registry: OwnRegistry) -> None:
    for _ in range(CERTIFICATE.free):
        assert ask(registry, key=WRONG) == NotFound()
    assert ask(registry) == Locked(NOW + CERTIFICATE.first)
    after = NOW + CERTIFICATE.first
    assert ask(registry, key=WRONG, now=after) == NotFound()
    assert ask(registry, now=after + CERTIFICATE.first) == Locked(after + 2 * CERTIFICATE.first)
    free = after + 2 * CERTIFICATE.first
    assert isinstance(ask(registry, now=free), Found)
    for _ in range(CERTIFICATE.free):
        assert ask(registry, key=WRONG, now=free) == NotFound()
    assert isinstance(ask(registry, now=free), Locked)


def test_failures_are_forgotten(registry: OwnRegistry) -> None:
    for day in range(0, 80, 8):
        assert ask(registry, key=WRONG, now=NOW + timedelta(days=day)) == NotFound()
    assert isinstance(ask(registry, now=NOW + timedelta(days=80)), Found)


def test_a_locked_certificate_stops_neither_others_nor_other_orderers(registry: OwnRegistry) -> None:
    other = AuthenticationKey("another1key2")
    with writing() as session:
        published(session, number="31072-0002M", key=other)
        published(session, number="31072-0003M", key=other, orderer=OTHER_ORDERER)
    for _ in range(CERTIFICATE.free + 3):
        ask(registry, key=WRONG)
    assert isinstance(ask(registry), Locked)
    assert isinstance(ask(registry, number="31072-0002M", key=other), Found)
    assert isinstance(ask(registry, number="31072-0003M", key=other, orderer=OTHER_ORDERER), Found)


def test_an_orderer_that_fails_with_many_numbers_waits_for_seconds(registry: OwnRegistry) -> None:
    answers = ask_often({"number": f"31072-{number:04}X"} for number in range(ORDERER.free))
    assert answers == [NotFound()] * ORDERER.free
    assert ask(registry) == Locked(NOW + ORDERER.first)
    assert isinstance(ask(registry, now=NOW + ORDERER.first), Found)
    assert ORDERER.longest < timedelta(minutes=1)


def test_an_address_is_counted_whatever_the_orderer(registry: OwnRegistry) -> None:
    cities = [f"{city}{place}" for city in (CITY, OTHER_ORDERER) for place in range(5)]
    ask_often(
        {"orderer": cities[number % 10], "number": f"31072-{number:04}X"} for number in range(ADDRESS.free)
    )
    assert isinstance(ask(registry, address="192.0.2.7"), Locked)
    assert isinstance(ask(registry, address="192.0.2.8"), Found)


def test_parallel_tries_are_all_counted(registry: OwnRegistry, app: Flask) -> None:
    answers: list[Answer] = []

    def guess(number: int) -> None:
        with app.app_context():
            answers.append(ask(registry, key=AuthenticationKey(f"guess{number:07}")))

    threads = [threading.Thread(target=guess, args=(number,)) for number in range(24)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    kinds = Counter(type(answer) for answer in answers)
    assert kinds == {NotFound: CERTIFICATE.free, Locked: 24 - CERTIFICATE.free}
    assert isinstance(ask(registry), Locked)


def test_the_very_first_failures_are_counted_each_when_they_come_together(
    registry: OwnRegistry, app: Flask
) -> None:
    """No counter has a row yet: as many tries as are free, then as many numbers, all at once."""
    numbers = [NUMBER] * (CERTIFICATE.free - 1) + [f"31072-{place:04}X" for place in range(12)]
    barrier = threading.Barrier(len(numbers))

    def guess(number: str) -> None:
        with app.app_context():
            barrier.wait(timeout=60)
            answers.append(ask(registry, number=number, key=WRONG, address="192.0.2.7"))

    answers: list[Answer] = []
    threads = [threading.Thread(target=guess, args=(number,)) for number in numbers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == [NotFound()] * len(numbers)
    with reading() as session:
        kept = {row.key: row.failures for row in session.scalars(select(RegistryTry))}
    stood_under = counters(CITY, NUMBER, "192.0.2.7")
    assert kept[stood_under.certificate.key] == CERTIFICATE.free - 1
    assert [kept[counter.key] for counter in stood_under.others] == [len(numbers)] * 2
    assert len(kept) == 1 + 12 + 2


def test_tries_at_one_certificate_cost_the_others_no_statement(registry: OwnRegistry) -> None:
    """However often one was tried, a look at another is the same statements as before: nothing grows, nothing waits."""
    other = AuthenticationKey("another1key2")
    with writing() as session:
        published(session, number="31072-0002M", key=other)
    looks = []
    for guesses in (0, 40):
        for _ in range(guesses):
            ask(registry, key=WRONG)
        with statements() as said:
            assert isinstance(ask(registry, number="31072-0002M", key=other), Found)
        looks.append(list(said))
    assert looks[0] == looks[1]
    assert 1 <= len(looks[0]) <= 4
    with reading() as session:
        assert (session.scalar(select(func.count()).select_from(RegistryTry)) or 0) <= 2


@contextmanager
def statements() -> Iterator[list[str]]:
    """The statements that a look sends to the database, on either kind."""
    said: list[str] = []

    def on_sqlite(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        said.append(statement)

    execute = psycopg.RawCursor.execute

    def on_postgresql(cursor: Any, query: Any, *values: Any, **options: Any) -> Any:
        said.append(query.decode())
        return execute(cursor, query, *values, **options)

    engine = current_database().write_engine
    event.listen(engine, "before_cursor_execute", on_sqlite)
    try:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(psycopg.RawCursor, "execute", on_postgresql)
            yield said
    finally:
        event.remove(engine, "before_cursor_execute", on_sqlite)


@pytest.mark.slow
def test_ten_thousand_guesses_never_succeed(registry: OwnRegistry) -> None:
    """Guesses without a pause, every third with the right key: it only meets a wait. (On SQLite a tenth of them.)"""
    guesses = 1_000 if current_database().is_sqlite else 10_000
    other = AuthenticationKey("another1key2")
    with writing() as session:
        published(session, number="31072-0002M", key=other)
    tally: Counter[type] = Counter()
    until = NOW
    with own_looking() as looking:
        asked = partial(look_up, looking, orderer=CITY, asked_by="職員", key_hasher=HASHER)
        for number in range(guesses):
            now = NOW + number * timedelta(seconds=52)
            guess = KEY if number % 3 == 0 and now < until else AuthenticationKey(f"guess{number:07}")
            answer = asked(number=NUMBER, key=guess, now=now)
            until = answer.until if isinstance(answer, Locked) else until
            tally[type(answer)] += 1
            if number % 1000 == 0:
                assert isinstance(asked(number="31072-0002M", key=other, now=now), Found)
    assert set(tally) == {NotFound, Locked}
    assert CERTIFICATE.free < tally[NotFound] < 30
    with reading() as session:
        assert session.scalar(select(func.count()).select_from(RegistryLook)) == guesses + guesses // 1000


def test_no_key_is_logged_or_kept(registry: OwnRegistry, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    typed = AuthenticationKey("SecretKey234")
    for changes in ({"key": typed}, {"number": typed.reveal()}, {}):
        ask(registry, **changes)
    with reading() as session:
        rows = [
            [getattr(row, column.name) for column in row.__table__.columns]
            for table in (RegistryLook, RegistryTry)
            for row in session.scalars(select(table))
        ]
    said = repr(rows) + caplog.text + repr(HASHER)
    assert len(rows) >= 5
    assert typed.reveal() not in said
    assert KEY.reveal() not in said
    assert LookOutcome.FOUND in [row[-1] for row in rows if len(row) == 8]
