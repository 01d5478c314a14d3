"""A change of contract (変更契約): what it changes, as people type it."""

from datetime import date
from typing import Any

from wtforms import Form, TextAreaField
from wtforms.validators import InputRequired

from forms.fields import WarekiDateField, YenField
from forms.model import Field, FieldType

DATE_HINT = "変わらないときはそのままにします。例：令和8年12月25日"


class AmendmentForm(Form):  # type: ignore[misc]
    """Price, tax and period after the change, and its reason."""

    contract_price = YenField(
        "変更後の契約金額（税込）",
        Field("contract_price", "変更後の契約金額", FieldType.YEN),
        validators=[InputRequired("変更後の契約金額が空欄です。")],
    )
    consumption_tax = YenField(
        "うち消費税及び地方消費税の額",
        Field("consumption_tax", "消費税", FieldType.YEN),
        validators=[InputRequired("消費税の額が空欄です。")],
    )
    starts_on = WarekiDateField(
        "変更後の期間の始まり", Field("starts_on", "期間の始まり", FieldType.DATE), description=DATE_HINT
    )
    ends_on = WarekiDateField(
        "変更後の期間の終わり", Field("ends_on", "期間の終わり", FieldType.DATE), description=DATE_HINT
    )
    reason = TextAreaField(
        "変更の理由",
        description="変更契約書に印字されます。例：地下埋設物の移設に伴う数量の増加",
        validators=[InputRequired("変更の理由が空欄です。")],
    )

    def amounts(self) -> tuple[int, int]:
        """Price and tax that were read from a valid form, in whole yen."""
        price, tax = self.contract_price.data, self.consumption_tax.data
        assert isinstance(price, int)
        assert isinstance(tax, int)
        return price, tax

    def period(self) -> tuple[date | None, date | None]:
        """First and last day; None where nothing was written."""
        days = (self.starts_on.data, self.ends_on.data)
        first, last = (day if isinstance(day, date) else None for day in days)
        return first, last

    def validate_ends_on(self, field: Any) -> None:
        """A period ends after it begins."""
        begins = self.starts_on.data
        if field.data and begins and field.data < begins:
            raise ValueError("期間の終わりの日が始まりの日より前になっています。")
