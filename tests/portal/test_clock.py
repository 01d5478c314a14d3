"""The clock: Japan's time, shifted together by all processes of a demo, never in production."""

import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from portal import clock

NEW_YEAR = datetime(2027, 1, 1, 0, 0, tzinfo=clock.TOKYO)
SECOND = timedelta(seconds=1)


@pytest.fixture
def shift_file(tmp_path: Path) -> Iterator[Path]:
    file = tmp_path / "demo" / "clock"
    clock.allow_shift(file)
    yield file
    clock.allow_shift(None)


@pytest.fixture(autouse=True)
def of_no_instance() -> None:
    """An app that an earlier test made leaves the file of its own clock behind."""
    clock.allow_shift(None)


def test_now_is_japans_time() -> None:
    assert clock.now().utcoffset() == timedelta(hours=9)
    assert abs(clock.now() - datetime.now(UTC)) < SECOND


def test_a_shift_reaches_another_process_and_goes_on(shift_file: Path) -> None:
    clock.shift_to(NEW_YEAR)
    program = f"""
from pathlib import Path
from portal import clock
clock.allow_shift(Path({str(shift_file)!r}))
print(clock.today())
"""
    seen = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout

    assert seen.strip() == "2027-01-01"
    assert NEW_YEAR < clock.now() < NEW_YEAR + timedelta(minutes=1)


def test_a_new_shift_is_seen_at_once_and_taken_back(shift_file: Path) -> None:
    for year in (2030, 2031, 2032):
        clock.shift_to(NEW_YEAR.replace(year=year))
        assert clock.now().year == year
    clock.shift_to(None)
    assert abs(clock.now() - datetime.now(UTC)) < SECOND


def test_a_held_clock_stands_still_for_every_process(shift_file: Path) -> None:
    clock.hold_at(NEW_YEAR)
    program = f"""
from pathlib import Path
from portal import clock
clock.allow_shift(Path({str(shift_file)!r}))
print(clock.now().isoformat())
"""
    seen = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout

    assert seen.strip() == NEW_YEAR.isoformat()
    assert clock.now() == clock.now() == NEW_YEAR
    clock.shift_to(NEW_YEAR)
    assert clock.now() > NEW_YEAR


def test_freeze_stands_still_travel_goes_on_and_both_end(shift_file: Path) -> None:
    with clock.freeze(NEW_YEAR):
        assert clock.now() == clock.now() == NEW_YEAR
        with clock.travel(NEW_YEAR - SECOND):
            assert clock.today() == date(2026, 12, 31)
            assert clock.now() > NEW_YEAR - SECOND
        assert clock.now() == NEW_YEAR
    assert clock.now() < NEW_YEAR


def test_where_shifting_is_not_allowed_nothing_shifts() -> None:
    clock.allow_shift(None)
    with pytest.raises(RuntimeError):
        clock.shift_to(NEW_YEAR)
    with pytest.raises(RuntimeError), clock.freeze(NEW_YEAR):
        pass
