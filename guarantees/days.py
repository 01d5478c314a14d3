"""Days in Japan (日本の日付), for the registry and the desks, which know nothing of procurement."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

TOKYO = ZoneInfo("Asia/Tokyo")


def day_of(now: datetime) -> date:
    """The Japanese day of an instant."""
    return now.astimezone(TOKYO).date()
