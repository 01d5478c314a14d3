"""Recording a contract signed on paper (紙の契約の締結日)."""

from datetime import date

from wtforms import Form
from wtforms.validators import InputRequired

from forms.fields import WarekiDateField
from forms.model import Field, FieldType


class PaperConclusionForm(Form):  # type: ignore[misc]
    """The date that stands on the paper."""

    concluded_on = WarekiDateField(
        "契約書に記載した契約締結日",
        Field("concluded_on", "契約締結日", FieldType.DATE),
        description="例：令和8年5月7日、2026-05-07",
        validators=[InputRequired("契約締結日が空欄です。")],
    )

    def day(self) -> date:
        """The date that was read from a valid form."""
        day = self.concluded_on.data
        assert isinstance(day, date)
        return day
