"""Alerts about waiting completions (完了処理の遅れの知らせ): one for each city while something waits too long."""

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from procurement.orm import Base


class CompletionAlert(Base):
    """An alert that was sent and not yet lifted (遅れの知らせ): as long as the row stands, nobody is alerted again."""

    __tablename__ = "completion_alerts"

    city: Mapped[str] = mapped_column(String(40), primary_key=True)
    waiting_since: Mapped[datetime]
    alerted_at: Mapped[datetime]
