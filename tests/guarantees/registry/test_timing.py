"""How long a refusal takes says nothing about why: wrong key, wrong number, unknown, somebody else's. (GUAR-71)"""

import random
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import partial
from itertools import count

import pytest
from flask import Flask

from guarantees.keys import AuthenticationKey
from guarantees.lookup import NotFound
from guarantees.registry.paces import CERTIFICATE
from guarantees.registry.views import Looking, look_up
from portal.registries import own_looking
from portal.unit_of_work import writing
from tests.guarantees.registry.samples import (
    HASHER,
    KEY,
    NOW,
    NUMBER,
    ORDERER,
    OTHER_ORDERER,
    add_orderers,
    published,
)
from tests.guarantees.registry.timing import Sample, differences, sampled

WRONG = AuthenticationKey("A28YUE4J3Bux")
TRIES = 2_000
ATTEMPTS = 5
KINDS: dict[str, tuple[str, str, AuthenticationKey]] = {
    "wrong key": (ORDERER, NUMBER, WRONG),
    "wrong number": (ORDERER, "31072-0001N", KEY),
    "unknown": (ORDERER, "20411-7430X", WRONG),
    "somebody else's": (OTHER_ORDERER, NUMBER, KEY),
}
Tries = dict[str, Callable[[], None]]


@pytest.fixture
def looking(app: Flask) -> Iterator[Looking]:
    with app.app_context():
        with writing() as session:
            add_orderers(session)
            for place in range(40):
                published(session, number=f"{31052 + place}-0001M")
        with own_looking() as opened:
            yield opened


def tries(looking: Looking) -> Tries:
    """A refused look of each kind, so long after the one before that failures are forgotten: no wait comes in."""
    turns = count(1)

    def refused(orderer: str, number: str, key: AuthenticationKey) -> None:
        now = NOW + next(turns) * (CERTIFICATE.forget_after + timedelta(days=1)) / len(KINDS)
        answer = look_up(
            looking, orderer=orderer, number=number, key=key, asked_by="職員", now=now, key_hasher=HASHER
        )
        assert answer == NotFound()

    return {kind: partial(refused, *asked) for kind, asked in KINDS.items()}


def samples(asked: Tries) -> Iterator[Sample]:
    for attempt in range(ATTEMPTS):
        sampled(asked, 25, seed=attempt)
        yield sampled(asked, TRIES // len(KINDS), seed=attempt)


@pytest.mark.slow
def test_a_refusal_takes_as_long_whatever_was_wrong(looking: Looking) -> None:
    found = []
    for sample in samples(tries(looking)):
        found.append(differences(sample))
        if not found[-1]:
            return
    pytest.fail("; ".join(found[-1]))


@pytest.mark.slow
def test_a_fifth_more_for_one_kind_is_noticed(looking: Looking) -> None:
    """The judge on the same looks, one of which really takes longer: it must see that."""
    asked = tries(looking)
    slow = delayed(asked["wrong key"])
    for sample in samples({**asked, "wrong key": slow}):
        if any("wrong key" in words for words in differences(sample)):
            return
    pytest.fail("a delay of 20 % was not noticed")


def delayed(work: Callable[[], None]) -> Callable[[], None]:
    """The same work and then a fifth of its own time again."""

    def longer() -> None:
        started = time.perf_counter()
        work()
        end = started + 1.2 * (time.perf_counter() - started)
        while time.perf_counter() < end:
            pass

    return longer


@pytest.mark.parametrize(("factor", "is_seen"), [(1.0, False), (1.2, True), (0.8, True)])
def test_the_judge_on_times_made_up(factor: float, is_seen: bool) -> None:
    """Skewed times with far outliers, as a busy machine gives: equal kinds pass, a fifth is seen, both ways."""
    noise = random.Random(7)

    def times(scale: float) -> list[float]:
        return [
            scale * 3e-4 * noise.lognormvariate(0, 0.25) + (noise.random() < 0.03) * 0.01 for _ in range(500)
        ]

    assert bool(differences({"one": times(1.0), "other": times(factor)})) is is_seen
