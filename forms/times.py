"""Times of day (時刻) as people type them: 10:30, １０時３０分, 正午."""

import re
import unicodedata
from collections.abc import Sequence
from datetime import time
from typing import Any

from wtforms import StringField

_CLOCK = re.compile(r"(?P<hour>\d{1,2})(?::(?P<minute>\d{2})|時(?:(?P<minutes>\d{1,2})分)?)")
NOON = "正午"


def parse_clock(text: str) -> time:
    """Read a time of day; ValueError with the sentence to show when it is none."""
    folded = "".join(unicodedata.normalize("NFKC", text).split())
    if folded == NOON:
        return time(12, 0)
    found = _CLOCK.fullmatch(folded)
    try:
        if found:
            return time(int(found["hour"]), int(found["minute"] or found["minutes"] or "0"))
    except ValueError:
        pass
    raise ValueError(f"「{text.strip()}」は時刻として読めません。「10:30」のように入力します。")


class ClockField(StringField):  # type: ignore[misc]
    """A time of day (時刻) in one box; what cannot be read stays as it was typed."""

    def process_formdata(self, valuelist: Sequence[str]) -> None:
        """Read the typed text; empty is None."""
        self.data: time | None = None
        if valuelist and valuelist[0].strip():
            self.data = parse_clock(valuelist[0])

    def _value(self) -> Any:
        if self.raw_data:
            return str(self.raw_data[0])
        return f"{self.data:%H:%M}" if isinstance(self.data, time) else ""
