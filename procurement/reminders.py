"""Reminders (期限のお知らせ): which notice leaves before or after a deadline, and that it left once. (CITY-11)"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from procurement.cases import CaseDeadline
from procurement.orm import Base, CityScoped, Id, Ref
from procurement.rules import ReminderMoment


class Reminder(CityScoped, Base):
    """Reminder (お知らせ) of one deadline at one offset to one recipient."""

    __tablename__ = "reminders"
    # Two schedulers, a kill and a second run must still leave one reminder: the database says so.
    __table_args__ = (UniqueConstraint("deadline_id", "offset_code", "recipient"),)

    id: Mapped[Id]
    deadline_id: Mapped[Ref] = mapped_column(ForeignKey("case_deadlines.id"))
    offset_code: Mapped[str] = mapped_column(String(40))
    recipient: Mapped[str] = mapped_column(String(254))
    made_at: Mapped[datetime]


def moment_to_send(
    deadline: CaseDeadline, moments: Sequence[ReminderMoment], now: datetime
) -> ReminderMoment | None:
    """The one moment whose notice is due now, or none.

    Of several moments that passed (the scheduler stood still), only the newest is worth a mail. A
    moment that lay before the deadline was made known is never sent: the award notice said it already.
    """
    if not deadline.is_open():
        return None
    passed = [m for m in moments if deadline.made_at < m.at <= now]
    return max(passed, key=lambda m: m.at, default=None)
