"""Waiting for a coroutine, also where the caller's thread runs an event loop (a browser under test, a notebook)."""

import asyncio
from contextvars import ContextVar

import pytest

from signing.pades.waiting import wait_for

mark: ContextVar[str] = ContextVar("mark", default="")


async def answer() -> str:
    await asyncio.sleep(0)
    return f"done {mark.get()}"


async def refuse() -> str:
    raise ValueError("no")


def test_a_coroutine_is_waited_for() -> None:
    assert wait_for(answer()) == "done "


def test_it_is_waited_for_inside_a_running_loop_too_with_the_callers_context() -> None:
    async def caller() -> str:
        mark.set("here")
        return wait_for(answer())

    assert asyncio.run(caller()) == "done here"


def test_its_error_reaches_the_caller_inside_a_running_loop() -> None:
    async def caller() -> str:
        return wait_for(refuse())

    with pytest.raises(ValueError, match="no"):
        asyncio.run(caller())
