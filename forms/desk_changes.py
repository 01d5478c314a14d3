"""Change of a guarantee contract (保証契約締結後の変更): what a customer or an officer types. (GUAR-05, GUAR-51)"""

from collections.abc import Mapping
from datetime import date
from typing import Any

from werkzeug.datastructures import MultiDict
from wtforms import Form, TextAreaField

from forms import desk_fields as ask
from guarantees.certificates import CertificateContents
from guarantees.desk.asked import AskedChange
from guarantees.products import CertificateForm
from procurement.wareki import format_wareki

LONGEST_REASON = 500


class DeskChangeForm(Form):  # type: ignore[misc]
    """Amounts and period after the change, the form of the certificate, the reason."""

    contract_price = ask.yen("contract_price", "変更後の請負金額（総額、税込）")
    guaranteed_amount = ask.yen("guaranteed_amount", "変更後の保証金額")
    work_starts_on = ask.day("work_starts_on", "変更後の工期の始まり")
    work_ends_on = ask.day("work_ends_on", "変更後の工期の終わり")
    form = ask.one_of(
        "変更の保証証書の形式",
        ask.FORM_CHOICES,
        hint="同じ保証契約において、電子証書と紙の保証証書は混在できません。",
    )
    reason = TextAreaField("変更の理由", description="例：契約金額の増額（変更契約）のため")
    mail_address = ask.mail("mail_address", "お知らせを送るメールアドレス")

    def __init__(self, typed: Mapping[str, str] | None = None) -> None:
        super().__init__(MultiDict(typed) if typed else None)

    @staticmethod
    def typed_from(contents: CertificateContents, form: CertificateForm, mail_address: str) -> dict[str, str]:
        """What holds now, as a person would type it."""
        values = {
            "contract_price": f"{contents.contract_price:,}",
            "guaranteed_amount": f"{contents.guaranteed_amount:,}",
            "work_starts_on": format_wareki(contents.work_starts_on) if contents.work_starts_on else "",
            "work_ends_on": format_wareki(contents.work_ends_on) if contents.work_ends_on else "",
            "form": form.value,
            "mail_address": mail_address,
        }
        return {name: value for name, value in values.items() if value}

    def validate(self, extra_validators: Any = None) -> bool:
        """Both amounts, the end of the work, form and reason are needed; a period does not run backwards."""
        sound = bool(super().validate(extra_validators))
        for name, text in self._problems():
            if not self[name].errors:
                self[name].errors = [text]
                sound = False
        return sound

    def asked(self) -> AskedChange:
        """What a valid form asks for."""
        values: Any = {
            name: self[name].data for name in ("contract_price", "guaranteed_amount", "work_ends_on")
        }
        return AskedChange(
            **values,
            work_starts_on=self.work_starts_on.data,
            form=CertificateForm(self.form.data),
            reason=str(self.reason.data).strip(),
            notice_to=self.mail_address.data or "",
        )

    def _problems(self) -> Any:
        for name in ("contract_price", "guaranteed_amount", "work_ends_on", "form", "reason"):
            if not self[name].data or not str(self[name].data).strip():
                yield (
                    name,
                    f"{self[name].label.text}が{'選ばれていません' if name == 'form' else '空欄です'}。",
                )
        price, amount = self.contract_price.data, self.guaranteed_amount.data
        if isinstance(price, int) and isinstance(amount, int) and amount > price:
            yield "guaranteed_amount", "保証金額が請負金額を超えています。どちらかをご確認ください。"
        starts, ends = self.work_starts_on.data, self.work_ends_on.data
        if isinstance(starts, date) and isinstance(ends, date) and ends < starts:
            yield "work_ends_on", "工期の終わりの日が、始まりの日より前になっています。"
        if self.form.data and self.form.data not in ask.labels_of(self.form):
            yield "form", "変更の保証証書の形式は、示された中から選んでください。"
        if len(self.reason.data or "") > LONGEST_REASON:
            yield "reason", f"変更の理由が長すぎます。{LONGEST_REASON}文字までで入力してください。"
