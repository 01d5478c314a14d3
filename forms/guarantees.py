"""Lodging a guarantee (保証の提出) in words and numbers: what each means asks for, at both doors. (CITY-30, FORM-I11 to FORM-I16)"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from wtforms import BooleanField, Form, RadioField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, Optional, ValidationError

from forms.fields import TypedField, WarekiDateField, YenField
from forms.model import Field, FieldType
from guarantees.keys import AuthenticationKey, normalised_key, normalised_number
from guarantees.lodged import Means
from guarantees.products import Product

DATE_HINT = "例：令和8年5月7日、2026-05-07"
NUMBER_HINT = "お知らせのとおりに入力します。全角・空白・小文字のままでもかまいません。"
KEY_HINT = (
    "お知らせのとおりに、大文字と小文字を区別して入力します。"
    "安全のため画面には残りません。入力を直すときは、認証キーだけもう一度入力します。"
)
LONGEST_SECRET = 100
AT_THE_OFFICE = tuple(Means)
BY_THE_CONTRACTOR = tuple(means for means in Means if means is not Means.EXEMPTION)
"""An exemption (免除) is the city's word alone."""


class SecretField(StringField):  # type: ignore[misc]
    """A key or password: taken as typed, and never written into a page again."""

    def _value(self) -> str:
        return ""

    @property
    def secret(self) -> AuthenticationKey | None:
        """What was typed, half-width and without spaces, as a value that does not print."""
        return normalised_key(self.data) if self.data and self.data.strip() else None


def _text(key: str, label: str, **options: Any) -> TypedField:
    return TypedField(label, Field(key, label, FieldType.TEXT), **options)


def _day(key: str, label: str) -> WarekiDateField:
    return WarekiDateField(label, Field(key, label, FieldType.DATE), description=DATE_HINT)


def _yen(key: str, label: str) -> YenField:
    return YenField(label, Field(key, label, FieldType.YEN))


class KeyForm(Form):  # type: ignore[misc]
    """Number and key (保証契約番号と認証キー) as a person reads them from the notice."""

    number = StringField(
        "保証契約番号",
        description=NUMBER_HINT,
        validators=[InputRequired("保証契約番号が空欄です。"), Length(max=40)],
    )
    key = SecretField(
        "認証キー",
        description=KEY_HINT,
        validators=[
            InputRequired("認証キーが空欄です。安全のため、毎回入力します。"),
            Length(max=LONGEST_SECRET),
        ],
    )
    is_sure = BooleanField("お知らせのとおりに入力しました")

    @property
    def typed_number(self) -> str:
        """The number as the registry knows it."""
        return normalised_number(self.number.data or "")


@dataclass(frozen=True)
class _Asked:
    """What a means asks for: names of fields, of which some must be filled in."""

    fields: tuple[str, ...]
    required: frozenset[str]
    number_label: str = "証書・証券の番号"


def _asked(required: str, more: str = "", **options: Any) -> _Asked:
    return _Asked(tuple(f"{required} {more}".split()), frozenset(required.split()), **options)


ASKED: Mapping[Means, _Asked] = {
    Means.PAPER_SURETY: _asked("issuer_name amount", "number starts_on ends_on", number_label="保証契約番号"),
    Means.BANK: _asked("issuer_name amount ends_on", "starts_on number"),
    Means.INSURANCE: _asked("issuer_name amount ends_on", "starts_on number", number_label="証券番号"),
    Means.PERFORMANCE_BOND: _asked("issuer_name amount ends_on", "starts_on number", number_label="証券番号"),
    Means.VIEWING_URL: _asked(
        "issuer_name viewing_url viewing_password", "number amount starts_on ends_on", number_label="証券番号"
    ),
    Means.CASH: _asked("amount", "ground"),
    Means.GOVERNMENT_BONDS: _asked("amount ground"),
    Means.EXEMPTION: _asked("ground"),
}
"""The electronic surety's guarantee is not here: its notice or key says everything."""
GROUND_LABELS = {
    Means.CASH: ("備考", "例：納付書番号、領収の日"),
    Means.GOVERNMENT_BONDS: ("国債等の種類と記号番号", "例：利付国庫債券（10年）第○回、額面"),
    Means.EXEMPTION: ("免除の根拠", "例：契約規則第○条第○項第○号（履行保証保険の要件を満たすため など）"),
}
ISSUER_LABELS = {
    Means.PAPER_SURETY: "保証事業会社",
    Means.BANK: "金融機関と支店",
    Means.INSURANCE: "保険会社",
    Means.PERFORMANCE_BOND: "損害保険会社",
    Means.VIEWING_URL: "損害保険会社",
}


class OtherMeansForm(Form):  # type: ignore[misc]
    """What is said of a guarantee that no registry is asked about; only the fields of its means are there."""

    issuer_name = _text("issuer_name", "発行者", validators=[Length(max=200)])
    number = _text("number", "番号", validators=[Length(max=40)])
    viewing_url = _text(
        "viewing_url",
        "閲覧用URL",
        description="保険会社から届いた、証券を閲覧するページのアドレスです。",
        validators=[Length(max=500)],
    )
    viewing_password = SecretField(
        "閲覧用パスワード",
        description="安全のため画面には残りません。入力を直すときは、もう一度入力します。",
        validators=[Length(max=LONGEST_SECRET)],
    )
    amount = _yen("amount", "保証の金額")
    starts_on = _day("starts_on", "保証期間の始まり")
    ends_on = _day("ends_on", "保証期間の終わり")
    ground = TextAreaField("備考", validators=[Length(max=2000)])

    def __init__(self, typed: Any = None, *, means: Means, **values: Any) -> None:
        super().__init__(typed, **values)
        self.means, asked = means, ASKED[means]
        for name in [name for name in self._fields if name not in asked.fields]:
            del self[name]
        for name in asked.required:
            field = self[name]
            field.flags.required = True
            field.validators = [InputRequired(f"{field.label.text}が空欄です。"), *field.validators]
        self._name_fields(means, asked)

    def _name_fields(self, means: Means, asked: _Asked) -> None:
        labels = {"issuer_name": ISSUER_LABELS.get(means), "number": asked.number_label}
        if means is Means.CASH and "amount" in self:
            labels["amount"] = "納付する金額"
        for name, label in labels.items():
            if label and name in self:
                self[name].label.text = label
        if means in GROUND_LABELS and "ground" in self:
            self["ground"].label.text, self["ground"].description = GROUND_LABELS[means]

    def validate_viewing_url(self, field: Any) -> None:
        """An address that a browser may open, and nothing else (javascript:, file:)."""
        if field.data and not str(field.data).startswith("https://"):
            raise ValidationError("閲覧用URLは https:// で始まるアドレスを入力します。")

    def validate_ends_on(self, field: Any) -> None:
        """The end is not before the beginning."""
        starts_on = self.starts_on.data if "starts_on" in self else None
        if isinstance(field.data, date) and isinstance(starts_on, date) and field.data < starts_on:
            raise ValidationError("保証期間の終わりが、始まりより前の日になっています。")

    def said(self) -> dict[str, Any]:
        """What was filled in, by the names of the lodging; secrets as values that do not print."""
        found = {name: field.data for name, field in self._fields.items() if field.data not in (None, "")}
        if "viewing_password" in found:
            found["viewing_password"] = self.viewing_password.secret
        if "number" in found and self.means is Means.PAPER_SURETY:
            found["number"] = normalised_number(found["number"])  # the same contract may have been electronic
        return found


class ReasonForm(Form):  # type: ignore[misc]
    """A reason (理由) that goes into the record, or to the contractor."""

    reason = TextAreaField("理由", validators=[Length(max=4000)])


class ManualLookForm(Form):  # type: ignore[misc]
    """What an officer read on the registry's own page (画面で確認した内容). (japan.md 2.4)"""

    was_found = RadioField(
        "保証確認サービスの表示",
        choices=[
            SelectChoice("found", "証書が表示された（解約の記載はない）"),
            SelectChoice("cancelled", "証書が表示され、解約と記載されている"),
            SelectChoice("not_found", "該当する証書がないと表示された"),
        ],
        validators=[InputRequired("表示の結果が選ばれていません。")],
    )
    product = RadioField(
        "保証の種類",
        choices=[SelectChoice(p.value, p.label) for p in Product if p.is_electronic],
        validators=[Optional()],
    )
    orderer = _text("orderer", "被保証者（発注者）", validators=[Length(max=200)])
    contractor = _text("contractor", "保証契約者（受注者）", validators=[Length(max=200)])
    joint_venture = _text("joint_venture", "共同企業体の名称", validators=[Length(max=200)])
    work_name = _text("work_name", "工事名", validators=[Length(max=400)])
    contract_price = _yen("contract_price", "請負金額")
    guaranteed_amount = _yen("guaranteed_amount", "保証金額")
    contracted_on = _day("contracted_on", "請負契約日")
    work_starts_on = _day("work_starts_on", "工期の始まり")
    work_ends_on = _day("work_ends_on", "工期の終わり")
    guarantee_starts_on = _day("guarantee_starts_on", "保証期間の始まり")
    guarantee_ends_on = _day("guarantee_ends_on", "保証期間の終わり（保証期限）")
    cancelled_on = _day("cancelled_on", "解約の日")
    NEEDED = ("product", "orderer", "contractor", "work_name", "contract_price", "guaranteed_amount")

    def validate(self, extra_validators: Any = None) -> bool:
        """Where a certificate was shown, what every certificate says must be filled in."""
        is_sound: bool = super().validate(extra_validators)
        if self.was_found.data in ("found", "cancelled"):
            ended = ("cancelled_on",) if self.was_found.data == "cancelled" else ()
            for name in (*self.NEEDED, *ended):
                field = self[name]
                if field.data in (None, "") and not field.errors:
                    field.errors = [*field.errors, f"{field.label.text}が空欄です。"]
                    is_sound = False
        return is_sound
