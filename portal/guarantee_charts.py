"""Chart of guarantees (保証の図): which one covers which amount over which time, against price and period.

One lane for each obligation: the frame is what the contract needs, what fills it is in force, hatched and named
is what nothing covers. Amounts in yen. The table beside it says the same in words.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from markupsafe import Markup

from portal.filters import short_date, yen
from portal.pictures.svg import element, shown

WIDTH, SIDE = 360, 6
HEAD, FOOT = 22, 24
LANE, BAR, CONTRACT_BAR = 62, 26, 12
HATCH = 6
MOST_PENDING = 2
ONE_DAY = timedelta(days=1)
PERIOD_OPEN = "工期が登録されていないため、図はありません。"


@dataclass(frozen=True)
class Cover:
    """One lodged guarantee as a bar; without days it lasts as long as it is needed. Pending ones only show a rim."""

    name: str
    amount: int
    status: str
    is_in_force: bool
    starts_on: date | None = None
    ends_on: date | None = None


@dataclass(frozen=True)
class Lane:
    """One obligation (被担保債務): the amount that must be secured, from when to when, and what secures it."""

    title: str
    needed: int
    covers: tuple[Cover, ...] = ()
    starts_on: date | None = None
    ends_on: date | None = None


@dataclass(frozen=True)
class Segment:
    """Days (both ends included) over which the same amount is covered."""

    starts_on: date
    ends_on: date
    covered: int
    missing: int


@dataclass(frozen=True)
class GuaranteeChart:
    """Everything that chart and table say of one contract."""

    price: int
    starts_on: date
    ends_on: date
    today: date
    lanes: tuple[Lane, ...]

    def period_of(self, lane: Lane) -> tuple[date, date]:
        """From when to when a lane is needed: its own days, else those of the contract."""
        starts_on = lane.starts_on or self.starts_on
        return starts_on, max(starts_on, lane.ends_on or self.ends_on)

    def segments_of(self, lane: Lane) -> list[Segment]:
        """The needed time, cut where the covered amount changes."""
        starts_on, ends_on = self.period_of(lane)
        found: list[Segment] = []
        for first, last in _cut(starts_on, ends_on, lane.covers):
            covered = sum(c.amount for c in lane.covers if c.is_in_force and _covers(c, first))
            missing = max(0, lane.needed - covered)
            if found and found[-1].covered == covered:
                first = found.pop().starts_on
            found.append(Segment(first, last, covered, missing))
        return found

    def gaps_of(self, lane: Lane) -> list[Segment]:
        """The parts of the needed time over which something is missing."""
        return [segment for segment in self.segments_of(lane) if segment.missing]


COLUMNS = (
    {"label": "保証"},
    {"label": "金額", "kind": "number"},
    {"label": "請負代金額に対して", "kind": "number"},
    {"label": "期間"},
    {"label": "状況"},
)


def chart_rows(chart: GuaranteeChart) -> list[tuple[str, str, str, str, str]]:
    """The same facts as a table: the contract, what is needed, what covers it, what is missing."""
    period = _days(chart.starts_on, chart.ends_on)
    rows = [("契約（請負代金額と工期）", yen(chart.price), "100%", period, "—")]
    for lane in chart.lanes:
        needed = _days(*chart.period_of(lane))
        share = _share(lane.needed, chart.price)
        rows.append((f"{lane.title}：必要な額", yen(lane.needed), share, needed, "—"))
        rows += [
            (
                cover.name,
                yen(cover.amount),
                _share(cover.amount, chart.price),
                _days(cover.starts_on, cover.ends_on),
                cover.status,
            )
            for cover in lane.covers
        ]
        rows += [
            (
                f"{lane.title}：不足",
                yen(gap.missing),
                _share(gap.missing, chart.price),
                _days(gap.starts_on, gap.ends_on),
                "保証がありません",
            )
            for gap in chart.gaps_of(lane)
        ]
    return rows


def guarantee_chart(chart: GuaranteeChart, name: str = "guarantee-chart") -> Markup:
    """The picture; `name` makes its ids, one for each chart of a page."""
    scale = _Scale.of(chart)
    height = HEAD + LANE - BAR + CONTRACT_BAR + LANE * len(chart.lanes) + FOOT
    tops = [HEAD + LANE - BAR + CONTRACT_BAR + number * LANE for number in range(len(chart.lanes))]
    parts = [_contract(chart, scale)]
    for lane, top in zip(chart.lanes, tops, strict=True):
        parts += _lane(chart, lane, scale, top + 22)
    parts += _axis(chart, scale, height)
    parts.append(_words(f"契約　{yen(chart.price)}", HEAD + 16))
    for lane, top in zip(chart.lanes, tops, strict=True):
        parts += _names(chart, lane, top + 16)
    title = element("title", "chart__name", "保証の金額と期間", id=f"{name}-title")
    words = element("desc", "chart__words", chart_words(chart), id=f"{name}-words")
    return Markup(
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {} {}" role="img"'
        ' aria-labelledby="{}-title" aria-describedby="{}-words" focusable="false">{}</svg>'
    ).format(WIDTH, Markup(shown(height)), name, name, Markup("").join([title, words, *parts]))


def chart_words(chart: GuaranteeChart) -> str:
    """The picture in sentences."""
    words = [f"請負代金額{yen(chart.price)}、工期は{_days(chart.starts_on, chart.ends_on)}。"]
    for lane in chart.lanes:
        gaps = chart.gaps_of(lane)
        missing = "、".join(f"{_days(g.starts_on, g.ends_on)}は{yen(g.missing)}" for g in gaps)
        state = f"不足は{missing}。" if gaps else "必要な期間のすべてで足りています。"
        words.append(f"{lane.title}は{yen(lane.needed)}が必要で、{state}")
    return "".join(words)


@dataclass(frozen=True)
class _Scale:
    """From days to places across the picture."""

    first: date
    last: date

    @classmethod
    def of(cls, chart: GuaranteeChart) -> _Scale:
        days = [chart.starts_on, chart.ends_on]
        for lane in chart.lanes:
            days += chart.period_of(lane)
            days += [day for cover in lane.covers for day in (cover.starts_on, cover.ends_on) if day]
        first, last = min(days), max(days)
        room = max((last - first) // 3, timedelta(days=30))
        if first - room <= chart.today <= last + room:
            first, last = min(first, chart.today), max(last, chart.today)
        return cls(first, last + ONE_DAY)

    def at(self, day: date) -> float:
        """Where a day begins."""
        share = (day - self.first) / (self.last - self.first)
        return SIDE + (WIDTH - 2 * SIDE) * min(1.0, max(0.0, share))

    def holds(self, day: date) -> bool:
        return self.first <= day <= self.last


def _contract(chart: GuaranteeChart, scale: _Scale) -> Markup:
    left = scale.at(chart.starts_on)
    wide = max(2, scale.at(chart.ends_on + ONE_DAY) - left)
    return element("rect", "chart__contract", x=left, y=HEAD + 22, width=wide, height=CONTRACT_BAR)


def _lane(chart: GuaranteeChart, lane: Lane, scale: _Scale, bar: float) -> list[Markup]:
    parts = [part for segment in chart.segments_of(lane) for part in _segment(lane, segment, scale, bar)]
    pending = [cover for cover in lane.covers if not cover.is_in_force]
    for number, cover in enumerate(pending[:MOST_PENDING]):
        parts.append(_pending(chart, lane, cover, scale, bar + BAR + 4 + number * 5))
    left, right = (scale.at(day) for day in _outer(*chart.period_of(lane)))
    parts.append(element("rect", "chart__needed", x=left, y=bar, width=max(2, right - left), height=BAR))
    return parts


def _names(chart: GuaranteeChart, lane: Lane, line: float) -> Iterator[Markup]:
    """What a lane is called and needs at the left, how it stands at the right."""
    gaps = chart.gaps_of(lane)
    yield _words(f"{lane.title}　必要 {yen(lane.needed)}", line)
    state = f"不足 {yen(max(gap.missing for gap in gaps))}" if gaps else "充足"
    css = "chart__state chart__state--missing" if gaps else "chart__state"
    yield element("text", css, state, x=WIDTH - SIDE, y=line, text_anchor="end")


def _words(text: str, line: float) -> Markup:
    return element("text", "chart__label", text, x=SIDE, y=line)


def _segment(lane: Lane, segment: Segment, scale: _Scale, bar: float) -> Iterator[Markup]:
    left, right = (scale.at(day) for day in _outer(segment.starts_on, segment.ends_on))
    high = BAR * min(1.0, segment.covered / lane.needed) if lane.needed else float(BAR)
    if high:
        yield element("rect", "chart__covered", x=left, y=bar + BAR - high, width=right - left, height=high)
    if segment.missing:
        yield element("rect", "chart__gap", x=left, y=bar, width=right - left, height=BAR - high)
        yield element("path", "chart__hatch", d=_hatch(left, right, bar, bar + BAR - high))


def _pending(chart: GuaranteeChart, lane: Lane, cover: Cover, scale: _Scale, line: float) -> Markup:
    """A guarantee that is not in force (確認中): its reach as a dotted line under the frame, filling nothing."""
    starts_on, ends_on = chart.period_of(lane)
    first, last = cover.starts_on or starts_on, cover.ends_on or ends_on
    left, right = (scale.at(day) for day in _outer(first, max(first, last)))
    return element("path", "chart__pending", d=f"M{shown(left)} {shown(line)}H{shown(right)}")


def _hatch(left: float, right: float, top: float, bottom: float) -> str:
    """Slanting strokes inside a box: seen in grey print as well."""
    strokes, high, foot = [], bottom - top, left - (bottom - top)
    while foot < right:
        x1, x2 = max(foot, left), min(foot + high, right)
        if x2 > x1:
            y1, y2 = bottom - (x1 - foot), bottom - (x2 - foot)
            strokes.append(f"M{shown(x1)} {shown(y1)}L{shown(x2)} {shown(y2)}")
        foot += HATCH
    return "".join(strokes)


def _axis(chart: GuaranteeChart, scale: _Scale, height: float) -> list[Markup]:
    foot = height - FOOT + 4
    ends = ((scale.first, "start", SIDE), (scale.last - ONE_DAY, "end", WIDTH - SIDE))
    parts = [
        element("path", "chart__axis", d=f"M{SIDE} {shown(foot)}H{WIDTH - SIDE}"),
        *(
            element("text", "chart__day", f"{day:%Y/%m/%d}", x=x, y=foot + 16, text_anchor=anchor)
            for day, anchor, x in ends
        ),
    ]
    if scale.holds(chart.today):
        x = scale.at(chart.today)
        anchor = "start" if x < WIDTH / 4 else "end" if x > WIDTH * 3 / 4 else "middle"
        words = f"今日 {chart.today:%Y/%m/%d}"
        parts += [
            element("path", "chart__today-rim", d=f"M{shown(x)} {HEAD - 4}V{shown(foot)}"),
            element("path", "chart__today", d=f"M{shown(x)} {HEAD - 4}V{shown(foot)}"),
            element("text", "chart__day chart__day--today", words, x=x, y=HEAD - 8, text_anchor=anchor),
        ]
    return parts


def _cut(starts_on: date, ends_on: date, covers: Sequence[Cover]) -> list[tuple[date, date]]:
    """The stretch between two days, cut wherever a guarantee in force begins or has ended."""
    edges = {starts_on}
    for cover in covers:
        if cover.is_in_force:
            edges |= {day for day in (cover.starts_on,) if day}
            edges |= {day + ONE_DAY for day in (cover.ends_on,) if day}
    firsts = sorted(day for day in edges if starts_on <= day <= ends_on)
    return list(zip(firsts, [day - ONE_DAY for day in firsts[1:]] + [ends_on], strict=True))


def _covers(cover: Cover, day: date) -> bool:
    return (cover.starts_on or day) <= day <= (cover.ends_on or day)


def _outer(first: date, last: date) -> tuple[date, date]:
    return first, last + ONE_DAY


def _share(amount: int, price: int) -> str:
    return f"{100 * amount / price:.1f}%" if price else "—"


def _days(first: date | None, last: date | None) -> str:
    if first is None and last is None:
        return "期間の記載なし"
    before = f"{short_date(first)}から" if first else ""
    after = f"{short_date(last)}まで" if last else ""
    return f"{before}{after}"
