"""Measuring: medians of CPU time, both sides in turns, and one line for each figure."""

from __future__ import annotations

import gc
import statistics
import time
from collections.abc import Callable, Sequence

Work = Callable[[], object]


def cpu_seconds(work: Work, rounds: int = 15) -> float:
    """Median CPU time of one call, after a call that warms up."""
    return in_turns([work], rounds)[0]


def in_turns(works: Sequence[Work], rounds: int = 15) -> list[float]:
    """Median CPU time of each, measured in turns, so that what else the machine does hits all alike."""
    for work in works:
        work()
    spent: list[list[float]] = [[] for _ in works]
    for _ in range(rounds):
        for times, work in zip(spent, works, strict=True):
            gc.collect()
            started = time.process_time()
            work()
            times.append(time.process_time() - started)
    return [statistics.median(times) for times in spent]


def faster(name: str, ours: float, stock: float, limit: float, **others: float) -> dict[str, object]:
    """How many times faster than the reference; at least `limit` is wanted. Seconds of CPU time."""
    ratio = stock / ours
    return line(name, ratio, limit, ratio >= limit, times(ours=ours, stock=stock, **others))


def at_most(name: str, ours: float, reference: float, limit: float) -> dict[str, object]:
    """A multiple of the reference; at most `limit` is wanted. Seconds of CPU time."""
    ratio = ours / reference
    return line(name, ratio, limit, ratio <= limit, times(ours=ours, reference=reference))


def line(name: str, ratio: float, limit: float, ok: bool, detail: str) -> dict[str, object]:
    return {"name": name, "ratio": round(ratio, 2), "limit": limit, "ok": ok, "detail": detail}


def times(**seconds: float) -> str:
    return ", ".join(f"{key} {1000 * value:.2f} ms CPU" for key, value in seconds.items())
