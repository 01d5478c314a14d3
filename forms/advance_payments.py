"""What people type about advance payments (前払金の入力): the request, the bank account, the paid day."""

from datetime import date

from wtforms import Form, RadioField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired

from forms.fields import IntegerField, WarekiDateField, YenField
from forms.model import Field, FieldType
from procurement.bank_accounts import KINDS, LABELS, BankAccount


class PaymentRequestForm(Form):  # type: ignore[misc]
    """How much is asked for (申請額)."""

    amount = YenField(
        "申請する額",
        Field("amount", "申請する額", FieldType.YEN),
        validators=[InputRequired("申請する額が空欄です。")],
    )

    def yen(self) -> int:
        """The amount that was read from a valid form."""
        amount = self.amount.data
        assert isinstance(amount, int)
        return amount

    def progress(self) -> int | None:
        """How much of the work is done, in per cent; an advance payment does not ask."""
        return None


class InterimRequestForm(PaymentRequestForm):
    """The same with the work that is done (出来高)."""

    progress_percent = IntegerField(
        "現在の出来高",
        Field("progress_percent", "出来高", FieldType.INTEGER),
        description="請負代金に対する割合です。工事履行報告書に書いた数字を入力します。",
        validators=[InputRequired("現在の出来高が空欄です。")],
    )

    def progress(self) -> int | None:
        """How much of the work is done, in per cent."""
        done = self.progress_percent.data
        return done if isinstance(done, int) else None


class BankAccountForm(Form):  # type: ignore[misc]
    """The account that is paid to (振込先)."""

    bank = StringField(LABELS["bank"], validators=[InputRequired("金融機関が空欄です。")])
    branch = StringField(LABELS["branch"], validators=[InputRequired("支店が空欄です。")])
    kind = RadioField(
        LABELS["kind"],
        choices=[SelectChoice(kind, kind) for kind in KINDS],
        validate_choice=False,
        validators=[InputRequired("預金の種類が選ばれていません。")],
    )
    number = StringField(
        LABELS["number"],
        description="数字だけを入力します。",
        validators=[InputRequired("口座番号が空欄です。")],
    )
    holder = StringField(LABELS["holder"], validators=[InputRequired("口座名義が空欄です。")])

    def account(self) -> BankAccount:
        """The account; RuleViolation says what cannot be read."""
        return BankAccount.of({name: field.data or "" for name, field in self._fields.items()})


class PaidDayForm(Form):  # type: ignore[misc]
    """The day on which the city paid (支払日)."""

    paid_on = WarekiDateField(
        "支払日",
        Field("paid_on", "支払日", FieldType.DATE),
        description="例：令和8年5月7日、2026-05-07",
        validators=[InputRequired("支払日が空欄です。")],
    )

    def day(self) -> date:
        """The date that was read from a valid form."""
        day = self.paid_on.data
        assert isinstance(day, date)
        return day
