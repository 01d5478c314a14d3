"""The desk's application: what each kind asks for, what is required, and each refusal at its field. (GUAR-20 to GUAR-44)"""

from collections.abc import Mapping
from datetime import date

import pytest

from forms.desk_applications import DeskApplicationForm, DeskContext
from guarantees.desk.form_choice import OrdererTerms
from guarantees.desk.states import ApplicationKind
from guarantees.products import CertificateForm, Product

TODAY = date(2026, 5, 8)
ELECTRONIC = frozenset(product for product in Product if product.is_electronic)
ORDERERS = {
    "mihon": OrdererTerms("mihon", "見本市長", ELECTRONIC, date(2023, 9, 1), needs_permission=True),
    "kami": OrdererTerms("kami", "紙市長", frozenset(), date(2023, 9, 1)),
}
WORK = {
    "orderer": "mihon",
    "orderer_name": "見本市長",
    "work_name": "市道改良工事",
    "contract_price": "５０，０００，０００円",
    "work_starts_on": "令和8年6月1日",
    "work_ends_on": "2026-10-30",
}
ADVANCE = {
    "apply_advance": "y",
    "advance_amount": "20,000,000",
    "deposit_institution": "ﾐﾎﾝ銀行 A支店",
    "redeposit": "no",
    "advance_payment_way": "at_once",
    "advance_form": "electronic",
    "permission": "y",
}
CONTRACT = {
    "apply_contract": "y",
    "contract_amount": "5,000,000",
    "contract_payment_way": "at_once",
    "contract_form": "paper",
}
BIDS = {"order_kind": "open", "awarded_on": "20260507"}
OTHER = {
    "branch": "栃木支店",
    "receiving": "post",
    "wanted_month": "5",
    "wanted_day": "20",
    "notice": "yes",
    "mail_address": "keiyaku@mihon.example.jp",
}
COMPLETE = WORK | ADVANCE | CONTRACT | BIDS | OTHER


def form(
    typed: Mapping[str, str],
    kind: ApplicationKind = ApplicationKind.NEW,
    is_west: bool = False,
    is_allowed: bool | None = None,
) -> DeskApplicationForm:
    issuer = "west" if is_west else "east"
    base = {"31126-0001B": "31126-0001B"}
    context = DeskContext(kind, issuer, is_west, TODAY, ORDERERS, ("栃木支店",), is_allowed, base)
    return DeskApplicationForm(context, typed)


def test_a_complete_application_becomes_what_certificates_are_made_from() -> None:
    filled = form(COMPLETE)
    assert filled.validate(), filled.errors
    asked = filled.asked()
    advance, contract = asked.products
    assert (advance.product, advance.amount, advance.form) == (
        Product.ADVANCE_PAYMENT,
        20_000_000,
        CertificateForm.ELECTRONIC,
    )
    assert advance.deposit_institution == "ミホン銀行　Ａ支店"
    assert contract.form is CertificateForm.PAPER  # GUAR-06
    assert contract.deposit_institution == ""
    assert asked.notice_to == "keiyaku@mihon.example.jp"
    assert filled.awarded_on.in_words == "2026年5月7日（木）・令和8年5月7日"  # GUAR-35


CHOSEN = {"redeposit", "advance_payment_way", "contract_payment_way"}  # one answer is chosen beforehand
REQUIRED = [*WORK.keys() - {"orderer"}, *ADVANCE.keys() - {"apply_advance", "permission"}]
REQUIRED += [
    *CONTRACT.keys() - {"apply_contract"},
    *BIDS,
    "branch",
    "receiving",
    "wanted_day",
    "mail_address",
]


@pytest.mark.parametrize("name", sorted({*REQUIRED, "notice"} - CHOSEN))
def test_what_is_required_is_asked_for_in_words(name: str) -> None:
    filled = form({key: value for key, value in COMPLETE.items() if key != name})
    assert not filled.validate()
    assert list(filled.errors) == [name]
    assert filled[name].errors[0].endswith("。")


WRONG = [
    ({"awarded_on": "20260509"}, "awarded_on", "きょうより後"),
    ({"awarded_on": "20260230"}, "awarded_on", "という日はありません"),
    ({"work_ends_on": "2026-05-31"}, "work_ends_on", "始まりの日より前"),
    ({"advance_amount": "50,000,001"}, "advance_amount", "請負金額を超えています"),
    ({"contract_amount": "0"}, "contract_amount", "1円以上"),
    ({"bidders": "-1"}, "bidders", "0以上"),
    ({"receiving": "pigeon"}, "receiving", "示された中から"),
    ({"wanted_month": "13"}, "wanted_month", "12まで"),
    ({"mail_address": "a@example.jp, b@example.jp"}, "mail_address", "1つだけ"),
    ({"work_name": "工" * 201}, "work_name", "長すぎます"),
    ({"work_name": "市道🚧工事"}, "work_name", "印字できない"),
    ({"advance_form": "stone"}, "advance_form", "示された中から"),
    ({"orderer": "kami"}, "advance_form", "受け付けていません"),
    ({"orderer": ""}, "advance_form", "対応していません"),
    ({"permission": ""}, "advance_form", "確認できません"),
]


@pytest.mark.parametrize(("typed", "name", "words"), WRONG)
def test_what_is_wrong_is_said_at_its_field(typed: dict[str, str], name: str, words: str) -> None:
    filled = form(COMPLETE | typed)
    assert not filled.validate()
    assert words in filled.errors[name][0]


def test_the_city_s_own_word_counts_more_than_the_customer_s() -> None:  # GUAR-03
    assert "permission" not in form(COMPLETE, is_allowed=True)
    assert form(COMPLETE, is_allowed=True).validate()
    refused = form(COMPLETE, is_allowed=False)
    assert not refused.validate()
    assert "認めた案件であることが確認できません" in refused.errors["advance_form"][0]


def test_at_e_net_the_way_of_receiving_decides_the_form() -> None:  # GUAR-50
    typed = COMPLETE | {"receiving": "electronic"}
    filled = form({key: value for key, value in typed.items() if not key.endswith("_form")}, is_west=True)
    assert filled.validate(), filled.errors
    assert {asked.form for asked in filled.asked().products} == {CertificateForm.ELECTRONIC}
    assert "advance_form" not in filled
    paper = form(typed | {"receiving": "post"}, is_west=True)
    assert {asked.form for asked in paper.asked().products} == {CertificateForm.PAPER}
    silent = form(typed | {"mail_address": ""}, is_west=True)
    assert not silent.validate()
    assert list(silent.errors) == ["mail_address"]


def test_nothing_applied_for_is_refused() -> None:
    filled = form(WORK | BIDS | OTHER)
    assert not filled.validate()
    assert "選ばれていません" in filled.errors["apply_advance"][0]


@pytest.mark.parametrize(
    ("kind", "own"),
    [
        (ApplicationKind.ADVANCE_AFTER_CONTRACT, ADVANCE | BIDS | {"base_number": "31126-0001B"}),
        (
            ApplicationKind.INTERIM,
            {
                "interim_amount": "10000000",
                "deposit_institution": "みほん銀行",
                "redeposit": "no",
                "interim_payment_way": "at_once",
                "interim_form": "paper",
                "base_number": "31126-0001B",
            },
        ),
        (ApplicationKind.RESERVATION, {"reservation_amount": "5000000"}),
    ],
)
def test_the_other_kinds(kind: ApplicationKind, own: dict[str, str]) -> None:
    filled = form(WORK | own | OTHER, kind)
    assert filled.validate(), filled.errors
    assert len(filled.asked().products) == 1
    if kind is ApplicationKind.RESERVATION:  # GUAR-02
        assert filled.asked().products[0].form is CertificateForm.PAPER
        return
    unknown = form(WORK | own | OTHER | {"base_number": "99999-0001B"}, kind)
    assert not unknown.validate()
    assert list(unknown.errors) == ["base_number"]


def test_every_field_of_the_catalogue_has_its_place() -> None:
    names = {name for section in form({}).sections for name in section.fields()}
    assert [section.label for section in form({}).sections] == [
        "請負工事の情報",
        "保証の申込内容",
        "入札の状況",
        "その他",
    ]
    assert len(names) >= 40
    assert {
        "year_amount",
        "has_interim",
        "plans_interim",
        "second_price",
        "highest_bidder",
        "address2",
    } <= names
