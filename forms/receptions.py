"""How a paper came (受付の記録): channel, day and time, as an officer registers it. (CITY-25)"""

from datetime import date, datetime, time
from typing import Any

from wtforms import Form, RadioField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired

from forms.fields import WarekiDateField
from forms.model import Field, FieldType
from forms.times import ClockField
from procurement.cities.kinds import Channel
from procurement.wareki import JST

RECEIVED_CHANNELS = tuple(channel for channel in Channel if channel is not Channel.WEB)
PREFIX = "reception-"
"""Stands before the names of these questions: a city's form may have a field `channel` of its own."""


class ReceptionForm(Form):  # type: ignore[misc]
    """Channel (提出方法) and instant (受付日時) of a paper that did not come through the portal."""

    channel = RadioField(
        "届いた方法",
        choices=[SelectChoice(channel.value, channel.label) for channel in RECEIVED_CHANNELS],
        validators=[InputRequired("届いた方法が選ばれていません。")],
    )
    received_on = WarekiDateField(
        "届いた日",
        Field("received_on", "届いた日", FieldType.DATE),
        description="例：令和8年5月7日、2026-05-07",
        validators=[InputRequired("届いた日が空欄です。")],
    )
    received_time = ClockField(
        "届いた時刻",
        description="例：10:30。期限に間に合ったかは、この時刻で判断します。",
        validators=[InputRequired("届いた時刻が空欄です。")],
    )

    def __init__(self, typed: Any = None, *, now: datetime) -> None:
        local = now.astimezone(JST)
        super().__init__(
            typed, prefix=PREFIX, data={"received_on": local.date(), "received_time": local.time()}
        )

    def received_at(self) -> datetime:
        """The instant at which the paper came, in Japanese time."""
        day, clock = self.received_on.data, self.received_time.data
        assert isinstance(day, date)
        assert isinstance(clock, time)
        return datetime.combine(day, clock, JST)

    def chosen_channel(self) -> Channel:
        """The way by which it came."""
        return Channel(self.channel.data)
