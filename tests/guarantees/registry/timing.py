"""Judging times (所要時間の比較): do the answers of one kind take longer than those of another?

Each time counts as a multiple of its round's median, so that a machine that is busy for a while slows all kinds
alike. A sample is clear when the medians differ by more than a tenth of the spread plus what two halves of one
kind differ by, and the ranks say so too. One sample may still be wrong: ask for another one.
"""

import gc
import math
import random
import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from itertools import combinations

Sample = dict[str, list[float]]

PART_OF_SPREAD = 0.1
CLEAR_Z = 4.0
"""Of the rank test: one sample in 16,000 of equal kinds reaches it by chance."""


def sampled(tries: Mapping[str, Callable[[], object]], rounds: int, seed: int) -> Sample:
    """Seconds of each try; every round asks each kind once, in an order of its own."""
    order, kinds, times = random.Random(seed), list(tries), {kind: list[float]() for kind in tries}
    gc.collect()
    gc.disable()
    try:
        for _ in range(rounds):
            order.shuffle(kinds)
            for kind in kinds:
                started = time.perf_counter()
                tries[kind]()
                times[kind].append(time.perf_counter() - started)
    finally:
        gc.enable()
    return times


def differences(sample: Sample) -> list[str]:
    """The pairs of kinds that clearly differ, in words; empty: none does."""
    relative = _relative(sample)
    noise = max(_halves(times) for times in relative.values())
    found = []
    for (one, first), (other, second) in combinations(relative.items(), 2):
        apart = abs(statistics.median(first) - statistics.median(second))
        spread = (_spread(first) + _spread(second)) / 2
        z = rank_test(first, second)
        if apart > PART_OF_SPREAD * spread + noise and abs(z) > CLEAR_Z:
            words = f"medians {apart:.1%} apart, spread {spread:.1%}, noise {noise:.1%}"
            found.append(f"{one} and {other}: {words}, z {z:.1f}")
    return found


def rank_test(first: Sequence[float], second: Sequence[float]) -> float:
    """Mann and Whitney's U as a standard normal value: far above 0 when `first` takes longer."""
    merged = sorted([(value, 1) for value in first] + [(value, 0) for value in second])
    ranks = sum(rank for rank, (_, is_first) in enumerate(merged, start=1) if is_first)
    m, n = len(first), len(second)
    u = ranks - m * (m + 1) / 2
    return (u - m * n / 2) / math.sqrt(m * n * (m + n + 1) / 12)


def _relative(sample: Sample) -> Sample:
    rounds = [statistics.median(times) for times in zip(*sample.values(), strict=True)]
    return {
        kind: [one / median for one, median in zip(times, rounds, strict=True)]
        for kind, times in sample.items()
    }


def _halves(times: Sequence[float]) -> float:
    return abs(statistics.median(times[::2]) - statistics.median(times[1::2]))


def _spread(times: Sequence[float]) -> float:
    low, _, high = statistics.quantiles(times, n=4)
    return high - low
