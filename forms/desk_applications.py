"""Application for guarantees (保証の申込み) at the desk of a surety company, field by field. (GUAR-20 to GUAR-44)"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from werkzeug.datastructures import MultiDict
from wtforms import Form

from forms import desk_fields as ask
from forms.desk_checks import check_application
from forms.desk_layouts import AMOUNT_FIELDS, FORM_FIELDS, field_names, required_names, sections_of
from guarantees.desk.asked import Asked, AskedProduct
from guarantees.desk.form_choice import OrdererTerms, refusal_of_electronic
from guarantees.desk.states import ApplicationKind
from guarantees.errors import GuaranteeRefused
from guarantees.products import CertificateForm, Product

YES_NO = (("yes", "希望する"), ("no", "希望しない"))
PAYMENT = (("at_once", "一括納付"),)


@dataclass(frozen=True)
class DeskContext:
    """What the desk knows when an application is written (申込みの前提). `is_west` chooses the layout of e-Net."""

    kind: ApplicationKind
    issuer: str
    is_west: bool
    today: date
    orderers: Mapping[str, OrdererTerms]
    branches: tuple[str, ...]
    is_allowed: bool | None = None
    """Whether the orderer allowed it for this very case; None where the desk cannot know. (GUAR-03)"""
    base: Mapping[str, str] = field(default_factory=dict)
    """Numbers of guarantees in force that this kind may build on, with a word for each."""


class DeskApplicationForm(Form):  # type: ignore[misc]
    """Every field of every kind of application; the ones that the kind does not have are taken out."""

    orderer = ask.chosen_from("発注者", hint="一覧にない発注者のときは「一覧にない発注者」を選びます。")
    orderer_name = ask.line("orderer_name", "発注者名（証書の被保証者）", hint="例：見本市長")
    work_name = ask.line("work_name", "工事名", 200)
    work_place = ask.line("work_place", "工事場所", 200)
    contract_price = ask.yen("contract_price", "請負金額（総額、税込）")
    contracted_on = ask.day("contracted_on", "請負契約日", f"契約前のときは空欄にします。{ask.DAY_HINT}")
    work_starts_on = ask.day("work_starts_on", "工期の始まり")
    work_ends_on = ask.day("work_ends_on", "工期の終わり")
    joint_venture = ask.line("joint_venture", "JV名", 200)

    base_number = ask.chosen_from("もとになる保証契約")
    apply_advance = ask.tick("前払金保証を申し込む")
    year_amount = ask.yen("year_amount", "今年度対象額", "出来高予定額または支払限度額")
    advance_amount = ask.yen("advance_amount", "前払金保証金額")
    deposit_institution = ask.wide_line(
        "deposit_institution", "預託金融機関（全角）", "例：みほん銀行　中央支店"
    )
    redeposit = ask.one_of(
        "再預託利用区分", (("no", "再預託を利用しない"), ("yes", "再預託を利用する")), default="no"
    )
    advance_payment_way = ask.one_of("前払金保証料支払方法", PAYMENT, default="at_once")
    has_interim = ask.one_of(
        "当該工事の中間前払金の有無", (("yes", "中間前払金あり"), ("no", "中間前払金なし"))
    )
    plans_interim = ask.one_of("中間前払金の請求予定", (("yes", "予定している"), ("no", "予定していない")))
    advance_form = ask.one_of("保証証書の形式（前払金保証）", ask.FORM_CHOICES)
    interim_amount = ask.yen("interim_amount", "中間前払金保証金額")
    interim_payment_way = ask.one_of("中間前払金保証料支払方法", PAYMENT, default="at_once")
    interim_form = ask.one_of("保証証書の形式（中間前払金保証）", ask.FORM_CHOICES)
    apply_contract = ask.tick("契約保証を申し込む")
    contract_amount = ask.yen("contract_amount", "契約保証金額")
    contract_payment_way = ask.one_of("契約保証料支払方法", PAYMENT, default="at_once")
    contract_form = ask.one_of("保証証書の形式（契約保証）", ask.FORM_CHOICES)
    reservation_amount = ask.yen("reservation_amount", "契約保証予約の金額", "証書は紙だけです。")
    permission = ask.tick(
        "発注者が電子保証の利用を認めた案件であることを確認しました",
        "電子保証を選ぶときに、しるしを付けます。",
    )

    order_kind = ask.one_of("受注区分", ask.ORDER_KINDS)
    awarded_on = ask.compact_day("awarded_on", "落札日", "入力例：20191001")
    bid_rounds = ask.number("bid_rounds", "入札回数", "回")
    bidders = ask.number("bidders", "入札参加者数", "社")
    disqualified = ask.number("disqualified", "失格者数", "社")
    second_bidder = ask.line("second_bidder", "二番札入札者")
    second_price = ask.number("second_price", "二番札入札金額", "千円")
    highest_bidder = ask.line("highest_bidder", "最高札入札者")
    highest_price = ask.number("highest_price", "最高札入札金額", "千円")

    branch = ask.chosen_from("申込送信先")
    receiving = ask.one_of("受取方法", ())
    wanted_month = ask.number("wanted_month", "受取希望日（月）", "月")
    wanted_day = ask.number("wanted_day", "受取希望日（日）", "日まで")
    visit_month = ask.number("visit_month", "来店予定日（月）", "月")
    visit_day = ask.number("visit_day", "来店予定日（日）", "日")
    visit_hour = ask.number("visit_hour", "来店予定の時刻", "時ごろ")
    notice = ask.one_of(
        "電子保証発行完了のお知らせ", YES_NO, hint="「希望する」と、手続きの完了後にメールが届きます。"
    )
    mail_address = ask.mail("mail_address", "メールアドレス")
    addressee = ask.line("addressee", "保証証書送付先　宛名")
    postcode = ask.line("postcode", "保証証書送付先　〒", 10)
    address1 = ask.line("address1", "保証証書送付先　住所")
    address2 = ask.line("address2", "保証証書送付先　住所（建物名など）")

    def __init__(self, context: DeskContext, typed: Mapping[str, str] | None = None) -> None:
        super().__init__(MultiDict(typed) if typed else None)
        self.context = context
        self.sections = sections_of(context.kind, context.is_west)
        self.required = required_names(context.kind, context.is_west)
        kept = field_names(self.sections)
        if context.is_allowed is not None:
            kept -= {"permission"}
        for name in [name for name in self._fields if name not in kept]:
            del self[name]
        self._offer()

    def _offer(self) -> None:
        context = self.context
        listed = [(terms.code, terms.name) for terms in context.orderers.values()]
        self.orderer.choices = ask.choices_of([("", "一覧にない発注者"), *listed])
        self.branch.choices = ask.choices_of((name, name) for name in context.branches)
        if "base_number" in self:
            self.base_number.choices = ask.choices_of([("", "選んでください"), *context.base.items()])
        if "receiving" in self:
            east = [("post", "送付"), ("counter", "当社窓口")]
            west = [("electronic", "電子交付を希望する"), ("post", "郵送"), ("counter", "当社窓口")]
            self.receiving.choices = ask.choices_of(west if context.is_west else east)
            self.receiving.label.text = "保証証書の受取方法" if context.is_west else "受取方法"

    def validate(self, extra_validators: Any = None) -> bool:
        """Every field by itself, then the rules between them; each mistake in words at its field."""
        sound = super().validate(extra_validators)
        return check_application(self) and sound

    def typed(self) -> dict[str, str]:
        """What stands in the fields, as it was typed: what a draft keeps."""
        return {
            field.name: str(field.raw_data[0]) for field in self if field.raw_data and str(field.raw_data[0])
        }

    def value(self, name: str) -> Any:
        """The read value of a field; None where the kind does not have it or nothing stands in it."""
        data = self[name].data if name in self else None
        return None if data == "" else data

    def chosen_form(self, product: Product) -> CertificateForm | None:
        """Paper or electronic, for one product: by its own radio, or (e-Net) by the way of receiving it."""
        if product is Product.CONTRACT_RESERVATION:
            return CertificateForm.PAPER
        if self.context.is_west:
            electronic = self.value("receiving") == "electronic"
            return CertificateForm.ELECTRONIC if electronic else CertificateForm.PAPER
        picked = self.value(FORM_FIELDS[product])
        return CertificateForm(picked) if picked in {choice for choice, _ in ask.FORM_CHOICES} else None

    def asked_products(self) -> Iterator[Product]:
        """The products that are applied for."""
        kind = self.context.kind
        if kind is ApplicationKind.ADVANCE_AFTER_CONTRACT or self.value("apply_advance"):
            yield Product.ADVANCE_PAYMENT
        if self.value("apply_contract"):
            yield Product.CONTRACT
        if kind is ApplicationKind.INTERIM:
            yield Product.INTERIM_ADVANCE_PAYMENT
        if kind is ApplicationKind.RESERVATION:
            yield Product.CONTRACT_RESERVATION

    def closed(self, product: Product) -> GuaranteeRefused | None:
        """Why the electronic form is closed for a product of the chosen orderer. (GUAR-03)"""
        context = self.context
        allowed = bool(self.value("permission")) if context.is_allowed is None else context.is_allowed
        terms = context.orderers.get(self.value("orderer") or "")
        return refusal_of_electronic(product, terms, is_allowed=allowed, today=context.today)

    def asked(self) -> Asked:
        """The application of a valid form, as certificates are made from it."""
        products = tuple(self._asked(product) for product in self.asked_products())
        wants_notice = self.context.is_west or self.value("notice") == "yes"
        words = ("orderer", "orderer_name", "work_name", "work_place", "joint_venture", "branch")
        days = ("contracted_on", "work_starts_on", "work_ends_on")
        values: dict[str, Any] = {name: self.value(name) or "" for name in words}
        return Asked(
            **values | {name: self.value(name) for name in days},
            contract_price=self.value("contract_price"),
            products=products,
            notice_to=(self.value("mail_address") or "") if wants_notice else "",
            wants_interim=self.value("plans_interim") == "yes",
        )

    def _asked(self, product: Product) -> AskedProduct:
        form = self.chosen_form(product)
        assert form is not None  # a valid form has one
        deposited = product is not Product.CONTRACT and product is not Product.CONTRACT_RESERVATION
        institution = (self.value("deposit_institution") or "") if deposited else ""
        return AskedProduct(product, self.value(AMOUNT_FIELDS[product]), form, institution)
