"""Stage line of a case (手続きの段階): two halves of a tally, the contractor's above, the city's below.

Each stage is cut into the half of whoever acts in it; when the contract is concluded the halves meet.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from markupsafe import Markup

from portal.pictures.svg import element, picture

WIDTH = 1080
LEFT = 72
TOP, HALF, CUT = 46, 26, 4
STEP = 8
NAME_CHARACTERS = 12


class Side(StrEnum):
    """Who acts in a stage: contractor (事業者), city (市), or both together."""

    CONTRACTOR = "contractor"
    CITY = "city"
    BOTH = "both"


class StageState(StrEnum):
    """How far a stage is."""

    TODO = "todo"
    CURRENT = "current"
    DONE = "done"
    RETURNED = "returned"
    STOPPED = "stopped"


STATE_WORDS = {
    StageState.TODO: "これから",
    StageState.CURRENT: "いまここ",
    StageState.DONE: "完了",
    StageState.RETURNED: "差戻し",
    StageState.STOPPED: "中止",
}
SIGNS = {
    StageState.DONE: "M-6 0l4 4.5 8-9",
    StageState.CURRENT: "M-5 -6l8 6-8 6",
    StageState.RETURNED: "M-3 -7l-5 4 5 4M-8 -3h10a4 4 0 0 1 0 8h-5",
    StageState.STOPPED: "M-5 -5l10 10M5 -5l-10 10",
}


@dataclass(frozen=True)
class Stage:
    """One stage: its name, who acts, and a note (the day it was done)."""

    name: str
    side: Side
    note: str = ""
    state: StageState = StageState.TODO

    @property
    def state_word(self) -> str:
        return STATE_WORDS[self.state]


@dataclass(frozen=True)
class StageLine:
    """All stages of one case with the words for both sides."""

    stages: tuple[Stage, ...]
    city_word: str = "市"
    contractor_word: str = "事業者"

    @property
    def is_joined(self) -> bool:
        return all(stage.state == StageState.DONE for stage in self.stages)

    def side_word(self, stage: Stage) -> str:
        words = {Side.CONTRACTOR: self.contractor_word, Side.CITY: self.city_word, Side.BOTH: "双方"}
        return words[stage.side]

    def svg(self) -> Markup:
        return draw(self)


def stage_line(
    stages: Sequence[Stage],
    current: int | None,
    *,
    state: StageState = StageState.CURRENT,
    city_word: str = "市",
) -> StageLine:
    """Stages before `current` are done, those after it still to do; None = all done, the tally is joined.

    `state` says how the current stage stands: CURRENT, RETURNED (差戻し) or STOPPED.
    """
    here = len(stages) if current is None else current

    def state_of(index: int) -> StageState:
        if index == here:
            return state
        return StageState.DONE if index < here else StageState.TODO

    placed = tuple(replace(stage, state=state_of(index)) for index, stage in enumerate(stages))
    return StageLine(placed, city_word=city_word)


def draw(line: StageLine) -> Markup:
    """The tally as SVG; hidden from screen readers, because the component lists the same stages in words."""
    gap = 0 if line.is_joined else CUT
    height = TOP + 2 * HALF + gap + STEP + 46
    width = (WIDTH - LEFT) / max(len(line.stages), 1)
    upper, lower = TOP + HALF / 2 + 5, TOP + HALF + gap + STEP + HALF / 2 + 1
    parts = [
        element("text", "tally-side", line.contractor_word, x=0, y=upper),
        element("text", "tally-side", line.city_word, x=0, y=lower),
    ]
    for index, stage in enumerate(line.stages):
        parts += _stage(stage, LEFT + index * width, width - 3, gap, line.is_joined)
    if line.is_joined:
        parts.append(_seam([LEFT + index * width for index in range(len(line.stages))], width - 3))
    return picture(WIDTH, height, *parts)


def _stage(stage: Stage, x: float, width: float, gap: int, joined: bool) -> list[Markup]:
    css = "tally-piece tally-piece--" + ("joined" if joined else stage.state)
    idle = css if joined else "tally-piece tally-piece--idle"
    above, below = _halves(x, width, gap)
    acts_above = stage.side in (Side.CONTRACTOR, Side.BOTH)
    acts_below = stage.side in (Side.CITY, Side.BOTH)
    own_last = [
        (element("path", css if acts_above else idle, d=above), acts_above),
        (element("path", css if acts_below else idle, d=below), acts_below),
    ]
    parts = [path for path, _ in sorted(own_last, key=lambda pair: pair[1])]
    return parts + _signs(stage, x + width / 2, gap) + _words(stage, x + 4, gap)


def _halves(x: float, width: float, gap: int) -> tuple[str, str]:
    """Upper and lower piece: the cut between them steps down in the middle, like a split tally."""
    right, middle, cut = x + width, x + width / 2, TOP + HALF
    upper = f"M{x:.1f} {TOP}H{right:.1f}V{cut + STEP}H{middle:.1f}V{cut}H{x:.1f}z"
    low = cut + gap
    bottom = TOP + 2 * HALF + gap + STEP
    lower = f"M{x:.1f} {low}H{middle - gap:.1f}V{low + STEP}H{right:.1f}V{bottom}H{x:.1f}z"
    return upper, lower


def _seam(starts: Sequence[float], width: float) -> Markup:
    """Where the halves have met: the cut stays visible as a fine line."""
    cut = TOP + HALF
    steps = "".join(f"M{x:.1f} {cut}h{width / 2:.1f}v{STEP}h{width / 2:.1f}" for x in starts)
    return element("path", "tally-seam", d=steps)


def _signs(stage: Stage, center: float, gap: int) -> list[Markup]:
    if stage.state not in SIGNS:
        return []
    css = "tally-sign" if stage.state == StageState.DONE else f"tally-sign tally-sign--{stage.state}"
    above, below = TOP + HALF / 2 + 1, TOP + HALF * 1.5 + gap + STEP - 1
    places = {Side.CONTRACTOR: [above], Side.CITY: [below], Side.BOTH: [above, below]}[stage.side]
    return [
        element("path", css, d=SIGNS[stage.state], transform=f"translate({center:.1f} {place:.1f})")
        for place in places
    ]


def _words(stage: Stage, x: float, gap: int) -> list[Markup]:
    above = stage.side == Side.CONTRACTOR
    bottom = TOP + 2 * HALF + gap + STEP
    name_at, note_at = (TOP - 26, TOP - 8) if above else (bottom + 20, bottom + 38)
    name = stage.name if len(stage.name) <= NAME_CHARACTERS else stage.name[: NAME_CHARACTERS - 1] + "…"
    note = stage.note if stage.state in (StageState.TODO, StageState.DONE) else stage.state_word
    return [
        element("text", f"tally-name tally-name--{stage.state}", name, x=x, y=name_at),
        element("text", "tally-note", note, x=x, y=note_at),
    ]
