"""A place on a page (記入位置) in millimetres, as people measure it with a ruler from the upper left."""

import unicodedata
from collections.abc import Sequence
from typing import Any

from wtforms import Form, StringField
from wtforms.validators import InputRequired

MM = 72 / 25.4
LARGEST = 1500.0


class MillimetreField(StringField):  # type: ignore[misc]
    """A length in millimetres, full-width digits taken; what cannot be read stays as it was typed."""

    def process_formdata(self, valuelist: Sequence[str]) -> None:
        """Read the typed number."""
        self.data: float | None = None
        if not valuelist or not valuelist[0].strip():
            return
        text = unicodedata.normalize("NFKC", valuelist[0]).strip().removesuffix("mm").strip()
        try:
            length = float(text)
        except ValueError:
            length = -1.0
        if not 0 <= length <= LARGEST:
            raise ValueError(
                f"「{valuelist[0]}」は位置として読めません。「25」のように、mmの数字で入力します。"
            )
        self.data = length

    def _value(self) -> Any:
        if self.raw_data:
            return str(self.raw_data[0])
        return "" if self.data is None else f"{self.data:g}"


class PlaceForm(Form):  # type: ignore[misc]
    """Where something goes on a page."""

    x_mm = MillimetreField(
        "左の端から", validators=[InputRequired("左の端からの長さが空欄です。")], render_kw={"suffix": "mm"}
    )
    y_mm = MillimetreField(
        "上の端から", validators=[InputRequired("上の端からの長さが空欄です。")], render_kw={"suffix": "mm"}
    )

    def lengths(self) -> tuple[float, float]:
        """What was read from a valid form: from the left, from the top."""
        x_mm, y_mm = self.x_mm.data, self.y_mm.data
        assert x_mm is not None
        assert y_mm is not None
        return x_mm, y_mm
