"""Typed reading of a TOML table (表の読み取り) that collects every mistake instead of stopping at the first.

Each method takes one key, always gives a value of its type back, and notes what was expected where the
file says something else; `done` notes the keys that nobody asked for.
"""

from collections.abc import Iterable, Mapping
from datetime import date, time
from typing import Any, NamedTuple, TypeVar

from procurement.business_days import DayPattern
from procurement.cities.marks import Mark
from procurement.cities.values import (
    read_clock,
    read_day,
    read_number,
    read_pattern,
    read_percent,
    shown,
)
from procurement.words import Worded, near_hint

W = TypeVar("W", bound=Worded)
_MARK_DATES = ("effective_from", "effective_until")


class Mistake(NamedTuple):
    """One mistake: the path of its key, and what was expected there, in Japanese."""

    key: str
    expected: str

    def __str__(self) -> str:
        return f"{self.key}: {self.expected}"


class Table:
    """One table of the file: its values, its path, and the common list of mistakes."""

    def __init__(self, raw: Mapping[str, Any], path: str, mistakes: list[Mistake]) -> None:
        self.values = raw
        self.path = path
        self.mistakes = mistakes
        self._known: set[str] = set()
        self._named: list[tuple[str, str]] = []

    def key(self, name: str) -> str:
        """Path of a key of this table in the file."""
        return f"{self.path}.{name}" if self.path else name

    def wrong(self, name: str, expected: str) -> None:
        """Note a mistake at a key."""
        self.mistakes.append(Mistake(self.key(name) if name else self.path, expected))

    def has(self, name: str) -> bool:
        """Whether the file writes this key."""
        return name in self.values

    def _take(self, name: str, required: bool = False) -> Any:
        self._known.add(name)
        value = self.values.get(name)
        if value is None and required:
            self.wrong(name, "必須のキーがありません")
        return value

    def text(self, name: str, default: str = "", required: bool = False) -> str:
        """A text (文字列); an empty one does not count where it is required."""
        value = self._take(name, required)
        if value is None:
            return default
        if not isinstance(value, str) or (required and not value.strip()):
            self.wrong(name, f"空でない文字列が要ります（いまは {shown(value)}）")
            return default
        return value

    def flag(self, name: str, default: bool) -> bool:
        """true or false."""
        value = self._take(name)
        if value is None:
            return default
        if not isinstance(value, bool):
            self.wrong(name, f"引用符のない true か false が要ります（いまは {shown(value)}）")
            return default
        return value

    def number(
        self,
        name: str,
        default: int | None = None,
        least: int = 0,
        most: int = 10**15,
        required: bool = False,
    ) -> int | None:
        """A whole number within bounds: 1300000, or a text such as "130万円"."""
        value = self._take(name, required)
        if value is None:
            return default
        number = read_number(value)
        if number is None or not least <= number <= most:
            self.wrong(name, f"{least}以上{most}以下の整数が要ります（いまは {shown(value)}）")
            return default
        return number

    def percent(self, name: str) -> int | None:
        """A share in whole percent, 0 to 100: 40, or a text such as "10分の4"."""
        value = self._take(name)
        percent = read_percent(value)
        if value is not None and (percent is None or not 0 <= percent <= 100):
            expected = '40 か "10分の4" のような、0から100までの割合（整数の％）が要ります'
            self.wrong(name, f"{expected}（いまは {shown(value)}）")
            return None
        return percent

    def decimal(self, name: str, default: float, least: float, most: float) -> float:
        """A number within bounds, whole or not."""
        value = self._take(name)
        if value is None:
            return default
        if isinstance(value, bool) or not isinstance(value, int | float) or not least <= value <= most:
            self.wrong(name, f"{least:g}以上{most:g}以下の数が要ります（いまは {shown(value)}）")
            return default
        return float(value)

    def count(self, name: str, default: int, least: int = 1, most: int = 3650) -> int:
        """A whole number that has a default."""
        value = self.number(name, default, least, most)
        return default if value is None else value

    def day(self, name: str, required: bool = False) -> date | None:
        """A date: a TOML date, or a text such as "2026-03-01" or "令和8年3月1日"."""
        value = self._take(name, required)
        day = read_day(value)
        if value is not None and day is None:
            self.wrong(name, f"2026-03-01 のような日付が要ります（いまは {shown(value)}）")
        return day

    def clock(self, name: str) -> time | None:
        """A time of day: "12:00", "正午", "17時"."""
        value = self._take(name)
        clock = read_clock(value)
        if value is not None and clock is None:
            self.wrong(name, f'"12:00" や "17時15分" のような時刻が要ります（いまは {shown(value)}）')
        return clock

    def pattern(self, name: str, required: bool = False) -> DayPattern | None:
        """A day of one year (a date) or of every year ("12-29")."""
        return self.pattern_of(name, self._take(name, required))

    def pattern_of(self, name: str, value: Any) -> DayPattern | None:
        """The day that a value of the file stands for."""
        pattern = read_pattern(value)
        if value is not None and pattern is None:
            expected = '毎年の日は "12-29"、一度だけの日は 2026-12-29 のように書きます'
            self.wrong(name, f"{expected}（いまは {shown(value)}）")
        return pattern

    def choice(self, name: str, kind: type[W], default: W | None = None) -> W:
        """One word of an enumeration; without a default it is required."""
        value = self._take(name, required=default is None)
        fallback = default if default is not None else next(iter(kind))
        if value is None:
            return fallback
        return self._word(name, kind, value) or fallback

    def optional_choice(self, name: str, kind: type[W]) -> W | None:
        """One word of an enumeration, or none where the file says nothing."""
        value = self._take(name)
        return None if value is None else self._word(name, kind, value)

    def choices(self, name: str, kind: type[W], default: Iterable[W]) -> tuple[W, ...]:
        """Several words of an enumeration, in the order written; a single word may stand without brackets."""
        value = self._take(name)
        if value is None:
            return tuple(default)
        items = [value] if isinstance(value, str) else value
        if not isinstance(items, list) or not items:
            self.wrong(name, f"一つ以上の語のリストが要ります: {kind.allowed()}（いまは {shown(value)}）")
            return tuple(default)
        found: list[W] = []
        for place, item in enumerate(items):
            member = self._word(f"{name}[{place}]", kind, item)
            if member in found:
                self.wrong(f"{name}[{place}]", f"{shown(item)} が重なっています")
            elif member is not None:
                found.append(member)
        return tuple(found)

    def _word(self, name: str, kind: type[W], value: Any) -> W | None:
        """The word that a value stands for; noted when it is none."""
        member = kind.read(value)
        if member is None:
            expected = f"次のいずれかが要ります: {kind.allowed()}"
            self.wrong(name, f"{kind.hint(value)}{expected}（いまは {shown(value)}）")
        return member

    def texts(self, name: str, default: tuple[str, ...] = ()) -> tuple[str, ...]:
        """A list of texts; a single text may stand without brackets."""
        value = self._take(name)
        if value is None:
            return default
        items = [value] if isinstance(value, str) else value
        if not isinstance(items, list) or not all(isinstance(item, str) and item.strip() for item in items):
            self.wrong(name, f"空でない文字列のリストが要ります（いまは {shown(value)}）")
            return default
        return tuple(items)

    def raw_list(self, name: str) -> list[Any]:
        """A list of anything; its items are read by the caller. A single one may stand without brackets."""
        value = self._take(name)
        return value if isinstance(value, list) else [] if value is None else [value]

    def raw(self, name: str) -> Any:
        """The value as TOML gave it; the caller reads it."""
        return self._take(name)

    def table(self, name: str) -> "Table":
        """A table below this one; an empty one when the file has none."""
        value = self._take(name)
        if value is not None and not isinstance(value, Mapping):
            self.wrong(name, f"表 [{self.key(name)}] が要ります（いまは {shown(value)}）")
            return Table({}, self.key(name), [])  # what it lacks is said once
        return Table(value or {}, self.key(name), self.mistakes)

    def tables(self, name: str, required: bool = False, word: str = "") -> list["Table"]:
        """A list of tables; a single table may stand for a list of one, a text for a table of the key `word`."""
        items = [{word: item} if word and isinstance(item, str) else item for item in self.raw_list(name)]
        if required and not items:
            self.wrong(name, f"一つ以上の表 [[{self.key(name)}]] が要ります")
        for place, item in enumerate(items):
            if not isinstance(item, Mapping):
                expected = f"表 [[{self.key(name)}]] が要ります"
                self.wrong(f"{name}[{place}]", f"{expected}（いまは {shown(item)}）")
        return [
            Table(item, f"{self.key(name)}[{place}]", self.mistakes)
            for place, item in enumerate(items)
            if isinstance(item, Mapping)
        ]

    def mark(self, source: str, dated: bool = False) -> Mark:
        """Source, catalogue ids, and what is assumed or unset; `dated` rules may also begin and end."""
        assumed = self.values.get("assumed")
        names = ("*",) if assumed is True else () if assumed is False else self.texts("assumed")
        self._known.update({"assumed", *(_MARK_DATES if dated else ())})
        mark = Mark(
            source=self.text("source", source),
            sources=self._sources(),
            ids=self.texts("ids"),
            assumed=names,
            unset=self.texts("unset"),
            effective_from=self.day("effective_from") if dated else None,
            effective_until=self.day("effective_until") if dated else None,
            note=self.text("note"),
        )
        if mark.effective_from and mark.effective_until and mark.effective_until < mark.effective_from:
            self.wrong("effective_until", "effective_from より後の日付が要ります")
        self._named += [("assumed", name) for name in mark.assumed if name != "*"]
        self._named += [(where, name) for where in ("unset",) for name in mark.unset]
        self._named += [("sources", name) for name in mark.sources]
        return mark

    def _sources(self) -> dict[str, str]:
        table = self.table("sources")
        return {name: table.text(name) for name in table.values}

    def done(self) -> None:
        """Note every key that is not known, and every name in `assumed`, `unset`, `sources` that is none."""
        for name in self.values:
            if name not in self._known:
                self.wrong(name, self._unknown(name))
        for where, name in self._named:
            if name not in self._known:
                self.wrong(where, f"「{name}」というキーはこの表にありません")

    def _unknown(self, name: str) -> str:
        if name in _MARK_DATES:
            return "この表には適用日を書けません。日付で変わる規則は [[changes]] に書きます"
        known = sorted(self._known)
        return f"知らないキーです。{near_hint(name, known)}書けるキー: {', '.join(known)}"
