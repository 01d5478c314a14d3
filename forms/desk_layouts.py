"""The tabs of an application at a desk (申込画面の構成): which fields each kind has, and which are required. (GUAR-20)"""

from collections.abc import Sequence

from forms.desk_fields import Block, DeskSection
from guarantees.desk.states import ApplicationKind
from guarantees.products import Product

WORK = (
    "orderer",
    "orderer_name",
    "work_name",
    "work_place",
    "contract_price",
    "contracted_on",
    "work_starts_on",
    "work_ends_on",
    "joint_venture",
)
ADVANCE = (
    "year_amount",
    "advance_amount",
    "deposit_institution",
    "redeposit",
    "advance_payment_way",
    "has_interim",
    "plans_interim",
    "advance_form",
)
CONTRACT = ("contract_amount", "contract_payment_way", "contract_form")
INTERIM = (
    "interim_amount",
    "deposit_institution",
    "redeposit",
    "interim_payment_way",
    "interim_form",
)
BIDS = ("order_kind", "awarded_on", "bid_rounds", "bidders", "disqualified")
OTHER_BIDDERS = ("second_bidder", "second_price", "highest_bidder", "highest_price")
RECEIVING = (
    "branch",
    "receiving",
    "wanted_month",
    "wanted_day",
    "visit_month",
    "visit_day",
    "visit_hour",
)
NOTICE = ("notice", "mail_address")
ADDRESS = ("addressee", "postcode", "address1", "address2")
FORMS = frozenset(("advance_form", "contract_form", "interim_form"))
AMOUNT_FIELDS = {
    Product.ADVANCE_PAYMENT: "advance_amount",
    Product.CONTRACT: "contract_amount",
    Product.INTERIM_ADVANCE_PAYMENT: "interim_amount",
    Product.CONTRACT_RESERVATION: "reservation_amount",
}
FORM_FIELDS = {
    Product.ADVANCE_PAYMENT: "advance_form",
    Product.CONTRACT: "contract_form",
    Product.INTERIM_ADVANCE_PAYMENT: "interim_form",
}

ALWAYS = frozenset(
    ("orderer_name", "work_name", "contract_price", "work_starts_on", "work_ends_on", "branch", "receiving")
)
WITH_BIDS = frozenset(("order_kind", "awarded_on"))
OF_ADVANCE = frozenset(
    ("advance_amount", "deposit_institution", "redeposit", "advance_payment_way", "advance_form")
)
OF_CONTRACT = frozenset(("contract_amount", "contract_payment_way", "contract_form"))
OF_INTERIM = frozenset(
    (
        "base_number",
        "interim_amount",
        "deposit_institution",
        "redeposit",
        "interim_payment_way",
        "interim_form",
    )
)


def sections_of(kind: ApplicationKind, is_west: bool) -> tuple[DeskSection, ...]:
    """The tabs of a kind of application, in their order; at e-Net the way of receiving decides the form."""
    bids = (
        DeskSection("bids", "入札の状況", (Block("入札の状況", BIDS), Block("他の入札者", OTHER_BIDDERS))),
    )
    sections = [
        DeskSection("work", "請負工事の情報", (Block("請負工事の情報", WORK),)),
        DeskSection("guarantee", "保証の申込内容", tuple(_blocks(kind, is_west))),
        *(bids if kind in (ApplicationKind.NEW, ApplicationKind.ADVANCE_AFTER_CONTRACT) else ()),
        DeskSection("other", "その他", tuple(_other(is_west))),
    ]
    return tuple(sections)


def field_names(sections: Sequence[DeskSection]) -> set[str]:
    """Every field of these tabs."""
    return {name for section in sections for name in section.fields()}


def required_names(kind: ApplicationKind, is_west: bool) -> frozenset[str]:
    """What the page marks as 必須; the fields of a product count only where the product is applied for."""
    own = {
        ApplicationKind.NEW: OF_ADVANCE | OF_CONTRACT | WITH_BIDS,
        ApplicationKind.ADVANCE_AFTER_CONTRACT: OF_ADVANCE | WITH_BIDS | {"base_number"},
        ApplicationKind.INTERIM: OF_INTERIM,
        ApplicationKind.RESERVATION: frozenset({"reservation_amount"}),
    }[kind]
    return (ALWAYS | own) - (FORMS if is_west else frozenset())


def _blocks(kind: ApplicationKind, is_west: bool) -> list[Block]:
    def shown(names: Sequence[str]) -> tuple[str, ...]:
        return tuple(name for name in names if not (is_west and name in FORMS))

    permission = Block("電子保証の利用", ("permission",))
    match kind:
        case ApplicationKind.NEW:
            advance, contract = ("apply_advance", *shown(ADVANCE)), ("apply_contract", *shown(CONTRACT))
            return [Block("前払金保証", advance), Block("契約保証", contract), permission]
        case ApplicationKind.ADVANCE_AFTER_CONTRACT:
            return [Block("前払金保証", ("base_number", *shown(ADVANCE))), permission]
        case ApplicationKind.INTERIM:
            return [Block("中間前払金保証", ("base_number", *shown(INTERIM))), permission]
        case _:
            return [Block("契約保証予約（入札ボンド）", ("reservation_amount",))]


def _other(is_west: bool) -> list[Block]:
    heading = "連絡事項等" if is_west else "申込送信先、保証証書受取"
    notice = ("mail_address",) if is_west else NOTICE
    return [Block(heading, RECEIVING), Block("お知らせ", notice), Block("保証証書送付先", ADDRESS)]
