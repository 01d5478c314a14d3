"""The clock (時計): the one place that reads it. In demo and test it can be shifted; in production never."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

TOKYO = ZoneInfo("Asia/Tokyo")
HELD = "held "
"""Begins the file of a clock that stands still."""


class _Shift:
    """How far the shown time is from the real one, kept in a file so that web and job processes agree."""

    def __init__(self) -> None:
        self.file: Path | None = None
        self.override: Callable[[], datetime] | None = None
        self._seen: tuple[int, int] | None = None
        self._kept: timedelta | datetime = timedelta(0)

    def shown(self, real: datetime) -> datetime:
        """What the clock shows at a real instant: moved on with it, or held."""
        kept = self._read()
        return kept if isinstance(kept, datetime) else real + kept

    def _read(self) -> timedelta | datetime:
        if self.file is None:
            return timedelta(0)
        try:
            status = self.file.stat()
        except FileNotFoundError:
            return timedelta(0)
        stamp = (status.st_mtime_ns, status.st_ino)
        if stamp != self._seen:
            text = self.file.read_text(encoding="ascii")
            held = text.startswith(HELD)
            self._kept = (
                datetime.fromisoformat(text.removeprefix(HELD)).astimezone(TOKYO)
                if held
                else timedelta(seconds=float(text))
            )
            self._seen = stamp
        return self._kept


_shift = _Shift()


def now() -> datetime:
    """This instant, aware, in Asia/Tokyo."""
    if _shift.override is not None:
        return _shift.override()
    return _shift.shown(real_now())


def today() -> date:
    """Today's date in Japan."""
    return now().date()


def allow_shift(file: Path | None) -> None:
    """Name the file that holds the shift in seconds, or where the clock is held (demo and test); None forbids it."""
    _shift.file = file
    _shift.override = None


def shift_to(moment: datetime | None) -> None:
    """Let the clock of every process of this instance go on from `moment`; None brings the real time back."""
    file = _shiftable()
    if moment is None:
        file.unlink(missing_ok=True)
        return
    _keep(file, str((moment - real_now()).total_seconds()))


def hold_at(moment: datetime) -> None:
    """Let the clock of every process of this instance stand still at `moment`, to the second, until it is shifted."""
    _keep(_shiftable(), f"{HELD}{moment.isoformat()}")


def _keep(file: Path, text: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    draft = file.with_name(f"{file.name}.{os.getpid()}")
    draft.write_text(text, encoding="ascii")
    draft.replace(file)


@contextmanager
def travel(to: datetime) -> Iterator[None]:
    """In this process only: the clock goes on from `to` (loading the demo, tests)."""
    started = real_now()
    with _overridden(lambda: to.astimezone(TOKYO) + (real_now() - started)):
        yield


@contextmanager
def freeze(at: datetime) -> Iterator[None]:
    """In this process only: the clock stands still at `at` (tests)."""
    with _overridden(lambda: at.astimezone(TOKYO)):
        yield


@contextmanager
def _overridden(reader: Callable[[], datetime]) -> Iterator[None]:
    _shiftable()
    before = _shift.override
    _shift.override = reader
    try:
        yield
    finally:
        _shift.override = before


def _shiftable() -> Path:
    if _shift.file is None:
        raise RuntimeError("the clock is shifted in demo and test only")
    return _shift.file


def real_now() -> datetime:
    """The real instant, unshifted: for schedulers, whose waiting nobody shifts."""
    return datetime.now(TOKYO)
