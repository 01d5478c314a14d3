"""Registering an award by hand (落札の登録): every field of an award, as people type them."""

from datetime import date, datetime, time
from typing import Any

from wtforms import BooleanField, Form, SelectField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, ValidationError

from forms.fields import EmailField, PhoneField, TypedField, WarekiDateField, YenField
from forms.model import Field, FieldType
from forms.texts import half_width
from forms.times import ClockField
from procurement.award_imports import is_corporate_number
from procurement.cities.kinds import ProcurementCategory, ProcurementMethod
from procurement.wareki import JST

DATE_HINT = "例：令和8年5月7日、R8.5.7、2026-05-07"


def _typed(kind: type[Any], key: str, label: str, field_type: FieldType, **options: Any) -> Any:
    """A typed field; `required` holds the sentence shown when it is empty."""
    required, hint = options.pop("required", None), options.pop("hint", "")
    validators = [InputRequired(required), *options.pop("validators", [])] if required else []
    return kind(label, Field(key, label, field_type), description=hint, validators=validators, **options)


def _choices(kind: Any) -> list[SelectChoice]:
    members = [SelectChoice(member.value, member.label) for member in kind]
    return [SelectChoice("", "選択していません"), *members]


class AwardForm(Form):  # type: ignore[misc]
    """An award with its case and its company, in the order of the page: the error summary follows it."""

    registration_number = _typed(TypedField, "registration_number", "業者番号", FieldType.TEXT)
    company_name = _typed(
        TypedField, "company_name", "商号又は名称", FieldType.TEXT, required="商号又は名称が空欄です。"
    )
    company_address = _typed(TypedField, "company_address", "所在地", FieldType.TEXT)
    representative_title = _typed(TypedField, "representative_title", "代表者の職名", FieldType.TEXT)
    representative_name = _typed(TypedField, "representative_name", "代表者の氏名", FieldType.NAME)
    mail_address = _typed(
        EmailField,
        "mail_address",
        "メールアドレス",
        FieldType.EMAIL,
        hint="落札のお知らせと申請の案内を送ります。",
    )
    phone = _typed(PhoneField, "phone", "電話番号", FieldType.PHONE)
    corporate_number = _typed(
        TypedField,
        "corporate_number",
        "法人番号",
        FieldType.TEXT,
        hint="13桁の数字。分からないときは空欄にします。",
    )
    title = _typed(TypedField, "title", "件名", FieldType.TEXT, required="件名が空欄です。")
    number = _typed(
        TypedField,
        "number",
        "案件番号",
        FieldType.TEXT,
        required="案件番号が空欄です。",
        hint="市の案件番号をそのまま入力します。",
    )
    section = _typed(TypedField, "section", "担当課", FieldType.TEXT)
    category = SelectField(
        "種別", choices=_choices(ProcurementCategory), validators=[InputRequired("種別が選ばれていません。")]
    )
    method = SelectField(
        "契約の方法",
        choices=_choices(ProcurementMethod),
        validators=[InputRequired("契約の方法が選ばれていません。")],
    )
    place = _typed(TypedField, "place", "工事・履行・納入の場所", FieldType.TEXT)
    noticed_on = _typed(WarekiDateField, "noticed_on", "公告日", FieldType.DATE, hint=DATE_HINT)
    awarded_on = _typed(
        WarekiDateField,
        "awarded_on",
        "落札決定日",
        FieldType.DATE,
        required="落札決定日が空欄です。",
        hint=DATE_HINT,
    )
    awarded_time = ClockField("落札決定の時刻", description="例：10:30。分からないときは空欄にします。")
    contract_price = _typed(
        YenField, "contract_price", "契約金額（税込）", FieldType.YEN, required="契約金額が空欄です。",
        hint="例：12,345,000。全角や「円」付きでも読み取ります。",
    )  # fmt: skip
    consumption_tax = _typed(YenField, "consumption_tax", "うち消費税及び地方消費税の額", FieldType.YEN)
    starts_on = _typed(WarekiDateField, "starts_on", "工期・履行期間の始まり", FieldType.DATE, hint=DATE_HINT)
    ends_on = _typed(
        WarekiDateField, "ends_on", "工期・履行期間の終わり（納入期限）", FieldType.DATE, hint=DATE_HINT
    )
    is_trial = BooleanField("試行案件に指定する")
    requires_council_approval = BooleanField("議会の議決が要る")
    requires_contract_guarantee = BooleanField("契約の保証が要る")
    allows_electronic_guarantee = BooleanField("電子保証の利用を認める")
    note = _typed(TypedField, "note", "備考", FieldType.TEXT)

    def validate_corporate_number(self, field: Any) -> None:
        """13 digits with the right check digit, full-width or with hyphens."""
        if field.data:
            field.data = half_width(field.data).replace("-", "")
            if not is_corporate_number(field.data):
                raise ValidationError(
                    "法人番号は13桁の数字です。検査数字が合いません。番号をご確認ください。"
                )

    def validate_consumption_tax(self, field: Any) -> None:
        """The tax is a part of the price."""
        price = self.contract_price.data
        if isinstance(field.data, int) and isinstance(price, int) and field.data > price:
            raise ValidationError("消費税の額が契約金額より大きくなっています。")

    def awarded_at(self) -> datetime:
        """The instant of the decision; where no time is known, the start of that day (Asia/Tokyo)."""
        day, clock = self.awarded_on.data, self.awarded_time.data
        assert isinstance(day, date)
        return datetime.combine(day, clock or time(0, 0), JST)
