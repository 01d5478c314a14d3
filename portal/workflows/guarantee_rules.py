"""Rules for lodging a guarantee (保証の提出の定め): what a city takes, from when, for which cases.

CITY-28 to CITY-31, CITY-71 to CITY-73.
"""

from datetime import date

from guarantees.issuers import Issuer, issuers, issuers_of_number
from guarantees.lodged import Means
from guarantees.names import Likeness, compare_companies
from portal.workflows.act import Act
from portal.workflows.case_facts import payment_election
from procurement.cases import ProcurementCase
from procurement.cities.kinds import GuaranteeKind, Trigger
from procurement.cities.parts import ElectronicGuarantee
from procurement.errors import RuleViolation
from procurement.rules import Route
from procurement.wareki import format_wareki, jst_date

PAPER_REMEDY = "証書（紙）など、ほかの方法で提出します。"
OF_SURETIES = frozenset((GuaranteeKind.ADVANCE_PAYMENT, GuaranteeKind.INTERIM_ADVANCE_PAYMENT))
ADVANCE_LAW = "公共工事の前払金保証事業に関する法律第2条"
RESERVATION_SOURCE = "004_fa20bb5a45307e8d.txt「3. ご利用の要件」"


def electronic_rule(act: Act, case: ProcurementCase, obligation: GuaranteeKind) -> ElectronicGuarantee | None:
    """The city's rule on electronic guarantees of this kind; the one for the kind of case where there are several."""
    rules = [
        rule
        for rule in act.rules(case.city).guarantees.electronic
        if obligation in rule.kinds and rule.mark.in_force(jst_date(act.now))
    ]
    return next((rule for rule in rules if case.category in rule.categories), next(iter(rules), None))


def electronic_refusal(
    act: Act, case: ProcurementCase, obligation: GuaranteeKind, *, confirmed_because: str = ""
) -> RuleViolation | None:
    """Why an electronic guarantee cannot be lodged for a case; None when it can.

    What needs a confirmation is open to an officer who gives a reason, or once the case is marked as allowed.
    """
    rule = electronic_rule(act, case, obligation)
    is_confirmed = case.allows_electronic_guarantee or bool(confirmed_because.strip())
    if rule is None:
        return None if is_confirmed else _no_rule(obligation)
    if rule.needs_permission_per_case and not case.allows_electronic_guarantee:
        return RuleViolation(
            "guarantee.not_permitted",
            "電子保証を利用できるのは、市が案件ごとに利用を認めたときです。この案件は、まだ認められていません。",
            rule.mark.source,
            _permission_remedy(act),
        )
    refusals = (
        _wrong_category(case, rule),
        _too_early(act, case, rule, is_confirmed),
        _on_paper(case, rule),
        None if is_confirmed else _unconfirmed(act, case, rule),
    )
    return next((refusal for refusal in refusals if refusal is not None), None)


def issuer_refusal(rule: ElectronicGuarantee | None, number: str, named: str) -> RuleViolation | None:
    """Why the company of a number, or the one a notice names, is not one that the city takes; None when it is."""
    if rule is None:
        return None
    found = issuers_of_number(number)
    by_name = [issuer for issuer in issuers() if named and _is_called(issuer, named)]
    companies = by_name or list(found)
    if not companies or any(_is_called(issuer, rule.issuer) for issuer in companies):
        return None
    return RuleViolation(
        "guarantee.other_issuer",
        f"この市が電子保証を受け付けるのは、{rule.issuer}の保証です。番号は{companies[0].name}のものです。",
        rule.mark.source_of("issuer"),
        PAPER_REMEDY,
    )


def refuse_means(
    act: Act, case: ProcurementCase, obligation: GuaranteeKind, means: Means, *, is_office: bool
) -> None:
    """Refuse a means that cannot secure the obligation, or that this side cannot lodge."""
    if obligation in OF_SURETIES and means not in (Means.ELECTRONIC_SURETY, Means.PAPER_SURETY):
        raise RuleViolation(
            "guarantee.surety_only",
            f"{obligation.label}は、保証事業会社の保証に限られます。{means.label}では受け付けられません。",
            ADVANCE_LAW,
            "保証事業会社に申し込みます。",
        )
    if means is Means.EXEMPTION and not is_office:
        raise RuleViolation(
            "guarantee.exemption_by_city",
            "契約保証の免除は、市が決めて登録します。",
            remedy="免除に当たると思われるときは、市の担当課へご相談ください。",
        )
    elected = payment_election(act.session, case.id)
    if obligation is GuaranteeKind.INTERIM_ADVANCE_PAYMENT and elected == "partial_payment":
        raise RuleViolation(
            "guarantee.partial_payment_elected",
            "この契約では部分払が選択されているため、中間前払金保証は受け付けられません。",
            "002_25b01d4be9b2f613.txt「中間前金払と部分払の選択に係る届出書」",
            "選択を変えるときは、市の担当課へご相談ください。",
        )


def section_in_charge(case: ProcurementCase, rule: ElectronicGuarantee | None) -> str:
    """Where the notice goes by the city's rule (送付先): a section by its name, or the one in charge. (CITY-72)"""
    receiver = rule.receiver if rule is not None else ""
    if not receiver or "担当課" in receiver:
        return case.section or receiver
    return receiver


def _is_called(issuer: Issuer, name: str) -> bool:
    return compare_companies(issuer.name, name).likeness is not Likeness.DIFFERENT


def _no_rule(obligation: GuaranteeKind) -> RuleViolation:
    return RuleViolation(
        "guarantee.no_electronic_rule",
        f"この市には、{obligation.label}を電子保証で受け付ける定めがありません。",
        remedy=PAPER_REMEDY,
    )


def _permission_remedy(act: Act) -> str:
    if act.actor.side == "office":
        return "案件の登録内容で電子保証の利用を認めてから、登録し直します。"
    return "利用したいときは市の担当課へご連絡ください。認められないときは、" + PAPER_REMEDY


def _wrong_category(case: ProcurementCase, rule: ElectronicGuarantee) -> RuleViolation | None:
    if case.category in rule.categories | rule.confirm_categories:
        return None
    return RuleViolation(
        "guarantee.category",
        f"{case.category.label}は、この市の電子保証の対象ではありません。",
        rule.mark.source,
        PAPER_REMEDY,
    )


def _too_early(
    act: Act, case: ProcurementCase, rule: ElectronicGuarantee, is_confirmed: bool
) -> RuleViolation | None:
    """The start of the city's rule by the day that decides it. (CITY-28, CITY-71)"""
    if rule.starts_on is None:
        return None
    on = _deciding_day(act, case, rule.trigger)
    if on is None:
        words = f"この案件には{rule.trigger.label}の登録がなく、電子保証の対象かどうかを確かめられません。"
        return None if is_confirmed else _needs_officer(act, rule, words)
    if on >= rule.starts_on:
        return None
    return RuleViolation(
        "guarantee.before_start",
        f"電子保証の対象は、{rule.trigger.label}が{format_wareki(rule.starts_on)}以降の案件です"
        f"（この案件は{format_wareki(on)}）。",
        rule.mark.source_of("starts_on"),
        PAPER_REMEDY,
    )


def _deciding_day(act: Act, case: ProcurementCase, trigger: Trigger) -> date | None:
    """The day of the trigger; of a contract that is still to be concluded, today at the earliest."""
    if trigger is Trigger.PUBLIC_NOTICE_DATE:
        return case.noticed_on
    if trigger is Trigger.AWARD_DATE:
        return jst_date(case.award.awarded_at) if case.award else None
    first = next(iter(case.contracts), None)
    return first.concluded_on if first is not None and first.is_concluded else jst_date(act.now)


def _on_paper(case: ProcurementCase, rule: ElectronicGuarantee) -> RuleViolation | None:
    """Whether a contract on paper may have an electronic guarantee. (CITY-73, GUAR-08)"""
    first = next(iter(case.contracts), None)
    if rule.paper_contract_allowed or first is None or first.route is not Route.PAPER:
        return None
    return RuleViolation(
        "guarantee.paper_contract",
        "この案件は紙の契約です。この市の電子保証は、電子契約の案件で受け付けます。",
        rule.mark.source,
        PAPER_REMEDY,
    )


def _unconfirmed(act: Act, case: ProcurementCase, rule: ElectronicGuarantee) -> RuleViolation | None:
    """Kinds of cases for which an officer's word is wanted. (CITY-71, AMB-06)"""
    if case.category not in rule.confirm_categories:
        return None
    words = f"{case.category.label}で電子保証を利用できるかは、市の職員が案件ごとに確認します。"
    return _needs_officer(act, rule, words)


def _needs_officer(act: Act, rule: ElectronicGuarantee, words: str) -> RuleViolation:
    is_office = act.actor.side == "office"
    remedy = "確認した内容を理由の欄に入力して、登録します。" if is_office else "市の担当課へご連絡ください。"
    return RuleViolation("guarantee.needs_confirmation", words, rule.mark.source, remedy)
