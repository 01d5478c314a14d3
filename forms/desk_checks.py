"""Rules between the fields of a desk's application (申込みの検査): each refusal at its field, in words. (GUAR-03, GUAR-21 to GUAR-44)"""

from collections.abc import Iterator
from datetime import date
from typing import Any

from forms.desk_fields import labels_of
from forms.desk_layouts import AMOUNT_FIELDS, FORM_FIELDS, OF_ADVANCE, OF_CONTRACT
from forms.glyphs import glyph_sentence
from guarantees.desk.states import ApplicationKind
from guarantees.products import CertificateForm, Product

PRINTED = ("orderer_name", "work_name", "work_place", "joint_venture", "deposit_institution")
CHOICES = (
    "order_kind",
    "receiving",
    "advance_form",
    "contract_form",
    "interim_form",
    "redeposit",
    "notice",
    "orderer",
    "branch",
    "base_number",
    "has_interim",
    "plans_interim",
    "advance_payment_way",
    "contract_payment_way",
    "interim_payment_way",
)
Problem = tuple[str, str]


def check_application(form: Any) -> bool:
    """Add every refusal to its field; whether there was none."""
    problems = [
        *_empty(form),
        *_unknown_choices(form),
        *_nothing_asked(form),
        *_amounts(form),
        *_days(form),
        *_receiving(form),
        *_notice(form),
        *_electronic(form),
        *_unprintable(form),
    ]
    sound = True
    for name, text in problems:
        if name in form and not form[name].errors:
            form[name].errors = [text]
            sound = False
    return sound


def needed(form: Any) -> frozenset[str]:
    """The fields that have to be filled in, given which products are applied for."""
    asked = set(form.asked_products())
    spared: frozenset[str] = frozenset()
    if form.context.kind is ApplicationKind.NEW:
        spared |= OF_ADVANCE if Product.ADVANCE_PAYMENT not in asked else frozenset()
        spared |= OF_CONTRACT if Product.CONTRACT not in asked else frozenset()
    return frozenset(form.required - spared)


def _empty(form: Any) -> Iterator[Problem]:
    for name in sorted(needed(form)):
        if name in form and form.value(name) in (None, "") and not form[name].errors:
            label = form[name].label.text
            picked = name in CHOICES
            yield name, f"{label}が{'選ばれていません' if picked else '空欄です'}。"


def _unknown_choices(form: Any) -> Iterator[Problem]:
    for name in CHOICES:
        data = form.value(name)
        if data and data not in labels_of(form[name]):
            yield name, f"{form[name].label.text}は、示された中から選んでください。"


def _nothing_asked(form: Any) -> Iterator[Problem]:
    if not list(form.asked_products()):
        yield "apply_advance", "申し込む保証が選ばれていません。前払金保証か契約保証を選んでください。"


def _amounts(form: Any) -> Iterator[Problem]:
    price = form.value("contract_price")
    if isinstance(price, int) and price <= 0:
        yield "contract_price", "請負金額は1円以上で入力してください。"
    for product in form.asked_products():
        name = AMOUNT_FIELDS[product]
        amount = form.value(name)
        if isinstance(amount, int) and amount <= 0:
            yield name, f"{form[name].label.text}は1円以上で入力してください。"
        if isinstance(amount, int) and isinstance(price, int) and amount > price > 0:
            yield name, f"{form[name].label.text}が請負金額を超えています。どちらかをご確認ください。"
    for name in ("bid_rounds", "bidders", "disqualified", "second_price", "highest_price"):
        if isinstance(form.value(name), int) and form.value(name) < 0:
            yield name, f"{form[name].label.text}は0以上で入力してください。"


def _days(form: Any) -> Iterator[Problem]:
    starts, ends = form.value("work_starts_on"), form.value("work_ends_on")
    if isinstance(starts, date) and isinstance(ends, date) and ends < starts:
        yield "work_ends_on", "工期の終わりの日が、始まりの日より前になっています。"
    awarded = form.value("awarded_on")
    if isinstance(awarded, date) and awarded > form.context.today:
        yield "awarded_on", "落札日が、きょうより後の日になっています。"


def _receiving(form: Any) -> Iterator[Problem]:
    parts = {"post": ("wanted_month", "wanted_day"), "counter": ("visit_month", "visit_day", "visit_hour")}
    limits = {"month": (1, 12), "day": (1, 31), "hour": (9, 17)}
    for name in parts.get(form.value("receiving") or "", ()):
        low, high = limits[name.partition("_")[2]]
        data = form.value(name)
        if data is None and not form[name].errors:
            yield name, f"{form[name].label.text}が空欄です。受取方法に合わせて入力してください。"
        elif isinstance(data, int) and not low <= data <= high:
            yield name, f"{form[name].label.text}は{low}から{high}までの数で入力してください。"


def _notice(form: Any) -> Iterator[Problem]:
    electronic = CertificateForm.ELECTRONIC in {form.chosen_form(p) for p in form.asked_products()}
    if electronic and not form.context.is_west and not form.value("notice"):
        yield "notice", "電子保証発行完了のお知らせが選ばれていません。"
    wished = form.value("notice") == "yes" or (form.context.is_west and electronic)
    if wished and not form.value("mail_address"):
        yield "mail_address", "メールアドレスが空欄です。お知らせを送る先を入力してください。"


def _electronic(form: Any) -> Iterator[Problem]:
    for product in form.asked_products():
        if form.chosen_form(product) is not CertificateForm.ELECTRONIC:
            continue
        refusal = form.closed(product)
        if refusal is not None:
            yield "receiving" if form.context.is_west else FORM_FIELDS[product], refusal.sentence()


def _unprintable(form: Any) -> Iterator[Problem]:
    for name in PRINTED:
        sentence = glyph_sentence(form.value(name) or "")
        if sentence is not None:
            yield name, sentence.partition("正しい字は")[0]
