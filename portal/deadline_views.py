"""Deadlines on pages (期限の表示): the day, how long is left, why, and what holds after it."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from forms.dues import ASSUMED, PaperDue
from portal.filters import deadline_kind, due_words
from procurement.cases import CaseDeadline, ProcurementCase
from procurement.deadlines import split_explanation
from procurement.wareki import jst_date

NO_DUE = "提出期限の定めなし"
SOON = timedelta(days=3)


@dataclass(frozen=True)
class DeadlineView:
    """One deadline in words; `state` is open, soon, late or done, as the components name it."""

    kind: str
    label: str
    due: str
    remaining: str
    state: str
    reason: str
    source: str
    warning: str


def deadline_views(case: ProcurementCase, now: datetime) -> list[DeadlineView]:
    """The deadlines of a case that still ask for something or were met, in order of time."""
    return [deadline_view(d, now) for d in case.deadlines if d.lifted_at is None]


def pressing_deadline(case: ProcurementCase, now: datetime) -> DeadlineView | None:
    """The first deadline that is still open: the one that every page keeps in sight."""
    return next((deadline_view(d, now) for d in case.deadlines if d.is_open()), None)


def deadline_view(deadline: CaseDeadline, now: datetime) -> DeadlineView:
    """A deadline in the words of a page at this instant."""
    state, remaining = _standing(deadline, now)
    reason, warning = split_explanation(deadline.text)
    return DeadlineView(
        kind=deadline.kind,
        label=deadline_kind(deadline.kind),
        due=due_words(deadline),
        remaining=remaining,
        state=state,
        reason=reason,
        source=deadline.source,
        warning=warning,
    )


def paper_due_words(due: PaperDue | None, now: datetime, *, in_list: bool = False) -> str:
    """By when a paper is due, in one line: also that nothing says so, and that its day is not known yet."""
    if due is None:
        return NO_DUE if in_list else f"{NO_DUE}。担当課の案内によります。"
    if due.due_at is None or due.due_on is None:
        return f"期限 {due.text}"
    days = (due.due_on - jst_date(now)).days
    left = "期限を過ぎています" if due.is_missed(now) else f"あと{days}日" if days else "本日まで"
    return f"期限 {due_words(due)}（{left}）{f'　{ASSUMED}' if due.assumed else ''}"


def _standing(deadline: CaseDeadline, now: datetime) -> tuple[str, str]:
    if deadline.settled_at is not None:
        return "done", "期限後に済み" if deadline.is_missed(now) else "期限内に済み"
    if deadline.is_missed(now):
        return "late", "期限を過ぎています"
    left = deadline.due_at - now
    return "soon" if left <= SOON else "open", _left_words(deadline, now, left)


def _left_words(deadline: CaseDeadline, now: datetime, left: timedelta) -> str:
    days = (deadline.due_on - jst_date(now)).days
    if days > 0:
        return f"あと{days}日"
    hours, minutes = divmod(int(left.total_seconds()) // 60, 60)
    return f"本日まで・あと{hours}時間" if hours else f"本日まで・あと{minutes}分"
