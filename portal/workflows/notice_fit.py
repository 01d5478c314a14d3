"""Whether a notice fits the case (お知らせと案件): its product, its work, its orderer, and a number used elsewhere. (GUAR-02, GUAR-05)"""

from collections.abc import Iterable
from datetime import timedelta

from sqlalchemy import ColumnElement, func, or_, select

from guarantees.lodged import ANSWERS, NOT_FOUND, GuaranteeLook, LodgedGuarantee, Means
from guarantees.names import Likeness, best, compare_contractors, compare_orderers, compare_works
from guarantees.notices import Notice
from guarantees.products import Product
from portal.scoping import EVERYBODY
from portal.workflows.act import Act
from portal.workflows.guarantee_rules import RESERVATION_SOURCE
from procurement.cases import ProcurementCase
from procurement.cities.kinds import GuaranteeKind
from procurement.errors import RuleViolation
from procurement.guarantee_limits import orderer_names

NEUTRAL = "この保証契約番号・お知らせは、この案件の保証として受け付けられません。"
NEUTRAL_REMEDY = (
    "この案件のお知らせかどうか、工事名・発注者・保証契約番号をご確認ください。"
    "ご不明な点は、市の担当課へお問い合わせください。"
)
NEUTRAL_WARNING = "このお知らせは、この案件の保証として受け付けられないことがあります。"
"""Said before it is handed in, in the same words for every reason."""
MIXING_SOURCE = "002_25b01d4be9b2f613.txt「電子保証に関するFAQ」Q5"
WRONG_KEYS = 5
"""Numbers and keys of one company that the registry did not open within a day, before it has to wait."""
SURETY_MEANS = (Means.ELECTRONIC_SURETY, Means.PAPER_SURETY)


class LodgingRefused(RuleViolation):
    """A refusal that tells the contractor less than the office: `for_office` is the whole of it."""

    def __init__(self, code: str, for_office: str) -> None:
        super().__init__(code, NEUTRAL, remedy=NEUTRAL_REMEDY)
        self.for_office = for_office


def refuse_product(notice: Notice, obligation: GuaranteeKind) -> None:
    """Refuse a notice of another product; a reservation is never electronic. Different products may differ. (GUAR-06)"""
    product = notice.product_kind
    if product is Product.CONTRACT_RESERVATION:
        raise RuleViolation(
            "guarantee.reservation",
            "契約保証予約（入札ボンド）は、電子保証の対象外です。",
            RESERVATION_SOURCE,
            "証書（紙）で提出します。",
        )
    if product is not None and product.value != obligation.value:
        raise RuleViolation(
            "guarantee.other_product",
            f"お知らせは{product.label}のものです。いま提出するのは{obligation.label}です。",
            remedy=f"{product.label}として提出するか、{obligation.label}のお知らせを選び直します。",
        )


def refuse_foreign_notice(act: Act, case: ProcurementCase, notice: Notice, *, is_confirmed: bool) -> None:
    """Refuse a notice of another case or another city; an officer who gives a reason may take it."""
    problems = misfits(act, case, notice)
    if not problems or is_confirmed:
        return
    words = "".join(problems)
    if act.actor.side == "office":
        remedy = "この案件のお知らせかをご確認ください。間違いないときは、確認した理由を入力して登録します。"
        raise RuleViolation("guarantee.other_case", words, remedy=remedy)
    raise LodgingRefused("guarantee.other_case", words)


def seems_foreign(act: Act, case: ProcurementCase, notice: Notice) -> bool:
    """Whether a notice looks like one of another case, so that its reader is told before it is handed in.

    Only what this side may see is asked: the notice itself, the case, and its own guarantees of other cases.
    """
    if misfits(act, case, notice):
        return True
    if not notice.guarantee_contract_number:
        return False
    used = select(LodgedGuarantee.id).where(
        LodgedGuarantee.city == case.city,
        LodgedGuarantee.case_id != case.id,
        LodgedGuarantee.guarantee_contract_number == notice.guarantee_contract_number,
        LodgedGuarantee.returned_at.is_(None),
        LodgedGuarantee.withdrawn_at.is_(None),
        LodgedGuarantee.replaced_at.is_(None),
    )
    return act.session.scalars(used.limit(1)).first() is not None


def misfits(act: Act, case: ProcurementCase, notice: Notice) -> list[str]:
    """What a notice says that is quite different from the case, in words for the office."""
    problems = []
    names = orderer_names(act.rules(case.city))
    if notice.orderer and _none(compare_orderers(notice.orderer, name).likeness for name in names):
        problems.append(f"お知らせの発注者「{notice.orderer}」が、この市ではありません。")
    if notice.work_name and _none([compare_works(notice.work_name, case.title).likeness]):
        problems.append(f"お知らせの工事名「{notice.work_name}」が、この案件（{case.title}）と違います。")
    company = case.award.company.name if case.award else ""
    likeness = best([compare_contractors(notice.contractor or "", "", company)]).likeness
    if notice.contractor and likeness is Likeness.DIFFERENT:
        problems.append(
            f"お知らせの受注者「{notice.contractor}」が、この案件の受注者（{company}）と違います。"
        )
    return problems


def _none(likenesses: Iterable[Likeness]) -> bool:
    return all(likeness is Likeness.DIFFERENT for likeness in likenesses)


def refuse_used_number(
    act: Act, case: ProcurementCase, obligation: GuaranteeKind, means: Means, number: str
) -> None:
    """Refuse a number that already secures something else in this city, or the same in the other form. (GUAR-05)"""
    if means not in SURETY_MEANS:
        return
    _one_at_a_time(act, case.city, number)
    used = select(LodgedGuarantee).where(
        LodgedGuarantee.city == case.city,
        LodgedGuarantee.guarantee_contract_number == number,
        LodgedGuarantee.means.in_(SURETY_MEANS),
        LodgedGuarantee.returned_at.is_(None),
        LodgedGuarantee.withdrawn_at.is_(None),
        LodgedGuarantee.replaced_at.is_(None),
        _holds_its_number(),
    )
    rows = act.session.scalars(used, execution_options=EVERYBODY).all()  # a contractor's session sees its own
    for row in rows:
        if row.case_id != case.id:
            _refuse_elsewhere(act, row)
        if row.obligation is not obligation:
            raise RuleViolation(
                "guarantee.number_used_here",
                f"この番号は、この案件の{row.obligation.label}として提出されています。一つの番号は一つの保証に使います。",
                remedy=f"{obligation.label}のお知らせの番号をご確認ください。",
            )
        if row.means is not means:
            raise RuleViolation(
                "guarantee.mixed_forms",
                f"この番号の保証は、{row.means.label}で提出されています。同じ保証契約で、電子証書と紙の証書は混在できません。",
                MIXING_SOURCE,
                f"変更後の証書も、{row.means.label}で提出します。",
            )


def refuse_guessing(act: Act, company_id: str) -> None:
    """A company whose keys are wrong again and again waits a day: each look counts against number and city.

    Otherwise a stranger's guesses would keep the registry from answering for the owner of a number.
    """
    looks = (
        select(func.count(GuaranteeLook.id))
        .join(LodgedGuarantee, LodgedGuarantee.id == GuaranteeLook.lodged_id)
        .where(
            LodgedGuarantee.company_id == company_id,
            GuaranteeLook.outcome == NOT_FOUND,
            GuaranteeLook.looked_at > act.now - timedelta(days=1),
        )
    )
    if act.session.scalars(looks, execution_options=EVERYBODY).one() >= WRONG_KEYS:
        raise RuleViolation(
            "guarantee.wrong_keys",
            f"保証契約番号と認証キーの組合せが、1日のうちに{WRONG_KEYS}回確認できなかったため、続けては受け付けません。",
            remedy="お知らせ（PDF）の番号と認証キーを保証会社にご確認ください。お急ぎのときは、市の担当課にお知らせを渡すと、職員が登録できます。",
        )


def _holds_its_number() -> ColumnElement[bool]:
    """Whoever lodged a number with a wrong key does not keep its owner from lodging it. (GUAR-05)"""
    newest = (
        select(GuaranteeLook.outcome)
        .where(GuaranteeLook.lodged_id == LodgedGuarantee.id, GuaranteeLook.outcome.in_(ANSWERS))
        .order_by(GuaranteeLook.looked_at.desc())
        .limit(1)
        .scalar_subquery()
    )
    return or_(LodgedGuarantee.accepted_at.is_not(None), func.coalesce(newest, "") != NOT_FOUND)


def _one_at_a_time(act: Act, city: str, number: str) -> None:
    """Two cases cannot lodge one number at the same moment: each case has a lock of its own, the number needs one too.

    SQLite has one writer anyway.
    """
    if act.session.get_bind().dialect.name == "postgresql":
        of_number = func.hashtextextended(f"lodged guarantee:{city}:{number}", 0)
        act.session.execute(select(func.pg_advisory_xact_lock(of_number)))


def _refuse_elsewhere(act: Act, row: LodgedGuarantee) -> None:
    words = f"この番号は、別の案件（{row.case.number} {row.case.title}）の{row.obligation.label}として提出されています。"
    if act.actor.side == "office":
        raise RuleViolation(
            "guarantee.number_used",
            words,
            remedy="番号の読み違いがないかを確かめ、正しければ受注者と保証会社に確認します。",
        )
    raise LodgingRefused("guarantee.number_used", words)
