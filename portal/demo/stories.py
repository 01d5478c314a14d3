"""Stories (デモの筋書き): how far each demo case has come, as acts on business days after the award."""

from dataclasses import dataclass
from datetime import time


@dataclass(frozen=True)
class Scene:
    """One act of a story: `day` business days after the award, at `clock` in Japan."""

    act: str
    day: int
    clock: time


@dataclass(frozen=True)
class Story:
    """A story: its scenes in order, and how many business days ago (at least) the award was."""

    scenes: tuple[Scene, ...]
    begins: int


def _scenes(*lines: tuple[str, int, int, int]) -> tuple[Scene, ...]:
    return tuple(Scene(act, day, time(hour, minute)) for act, day, hour, minute in lines)


AWARDED = _scenes(("award", 0, 9, 30))
ASKED = AWARDED + _scenes(("ask_guarantee", 0, 10, 30))
SUBMITTED = AWARDED + _scenes(("submit", 0, 11, 0), ("guarantee", 0, 13, 0))
ACCEPTED = SUBMITTED + _scenes(("accept", 0, 14, 0))
SENT = ACCEPTED + _scenes(("draft_contract", 0, 15, 0), ("send", 0, 15, 30))
CONTRACTOR_SIGNED = SENT + _scenes(("lodge", 0, 16, 0), ("contractor_consents", 1, 10, 0), ("seal", 1, 10, 1))
CITY_AGREED = CONTRACTOR_SIGNED + _scenes(("city_consents", 1, 13, 30))
CONCLUDED = CITY_AGREED + _scenes(("seal", 1, 13, 31))
AMENDING = CONCLUDED + _scenes(
    ("amend", 10, 9, 0),
    ("draft_contract", 10, 9, 30),
    ("send", 10, 10, 0),
    ("contractor_consents", 10, 15, 0),
    ("seal", 10, 15, 1),
)
AMENDED = AMENDING + _scenes(
    ("change_guarantee", 11, 9, 30),
    ("city_consents", 11, 11, 0),
    ("seal", 11, 11, 1),
)
CLAIMED = CONCLUDED + _scenes(("lodge_advance", 2, 10, 0), ("ask_advance", 3, 10, 0))
INTERIM = CLAIMED + _scenes(("elect", 0, 16, 30), ("approve_advance", 4, 11, 0), ("pay_advance", 8, 15, 0))

STORIES = {
    "application": Story(ASKED, 0),
    "ineligible": Story(AWARDED, 2),
    "overdue": Story(AWARDED, 8),
    "draft": Story(ASKED + _scenes(("save_draft", 0, 16, 0)), 0),
    "submitted": Story(SUBMITTED, 0),
    "sent_back": Story(SUBMITTED + _scenes(("send_back", 0, 15, 30)), 0),
    "drafting": Story(ACCEPTED, 0),
    "contractor_signing": Story(SENT, 0),
    "declined": Story(SENT + _scenes(("decline", 1, 11, 0)), 2),
    "suspended": Story(SENT + _scenes(("report_problem", 1, 10, 20)), 1),
    "city_signing": Story(CONTRACTOR_SIGNED, 1),
    "completing": Story(CONTRACTOR_SIGNED + _scenes(("city_consents", 1, 17, 20)), 1),
    "concluded": Story(CONCLUDED, 8),
    "amended": Story(AMENDED, 25),
    "amending": Story(AMENDING, 11),
    "claimed": Story(CLAIMED, 4),
    "interim": Story(INTERIM, 28),
    "paper": Story(AWARDED + _scenes(("move_to_paper", 1, 9, 0), ("conclude_on_paper", 3, 11, 0)), 6),
}
