"""The gate before the city's signature (市の署名の条件): a contract guarantee that is required must be in force. (CITY-30)

Only the city's signatory waits: the contractor signs, and a reviewer confirms, without it. Where the city's
file says `blocks_signature = false` nobody waits.
"""

from guarantees.lodged import LodgedGuarantee, LodgedStatus, Means
from portal.audit import Tag
from portal.workflows.act import Act
from portal.workflows.changed_certificates import asked_changes
from portal.workflows.guarantee_means import method_of
from portal.workflows.guarantee_needs import amount_of, covers_whole, limits_of, lodged_of, price_of
from procurement.cities.kinds import GuaranteeKind
from procurement.contracts import Contract
from procurement.errors import RuleViolation
from procurement.guarantee_limits import least_contract_guarantee
from procurement.numbers import format_yen
from procurement.rules import Route
from signing import CirculationStep, Side, StepRole

CLOSED = "contract_guarantee_not_in_force"
ASSUMED = "契約の保証（契約締結までに保証を付す定め）。この市の定めに記載がないため、本サービスの標準"
BEFORE_SIGNATURE = (
    "契約保証を要する契約ですが、効力のある契約保証が確認できていないため、市はまだ署名できません。"
)
NEXT = {
    LodgedStatus.AWAITING_ORIGINAL: "原本が届いたら、担当者が受領日と方法を記録して受理します。",
    LodgedStatus.NOT_CHECKED: "保証確認サービスの回答を待つか、担当者が照会し直します。",
    LodgedStatus.TO_DECIDE: "担当者が「要確認」の項目を判断して受理します。",
    LodgedStatus.MATCHED: "内容は一致しています。担当者が受理します。",
    LodgedStatus.MISMATCH: "担当者が差し戻すか、正しい証書が登録された後に照会し直します。",
    LodgedStatus.ALARMED: "担当者が変化の内容を確かめ、受理し直すか差し戻します。",
}
NOTHING_LODGED = "受注者に、契約保証の提出を求めます。提出された後、担当者が確認して受理します。"
CHANGE_FIRST = "受注者に変更後の証書を求めます。届いた後、担当者が確認して受理します。"
NOT_ENOUGH = "受注者に、不足する額の保証の提出を求めます。"


def refuse_without_guarantee(act: Act, contract: Contract, step: CirculationStep) -> None:
    """Refuse the signature of the city's signatory while the gate is closed."""
    closed = gate_for(act, contract, step)
    if closed is not None:
        raise closed


def gate_for(act: Act, contract: Contract, step: CirculationStep) -> RuleViolation | None:
    """Why this person cannot sign yet, so that it is said before a button is pressed; None where nothing waits."""
    waits = step.side is Side.SENDER and step.role is StepRole.SIGNER
    return closed_gate(act, contract) if waits else None


def closed_gate(act: Act, contract: Contract) -> RuleViolation | None:
    """Why the city cannot sign this contract yet; None while nothing stands against it, and on paper. (CITY-30)"""
    if not act.rules(contract.city).guarantees.blocks_signature or contract.route is Route.PAPER:
        return None
    return open_guarantee(act, contract, BEFORE_SIGNATURE)


def open_guarantee(act: Act, contract: Contract, words: str) -> RuleViolation | None:
    """What the contract guarantee of a contract lacks, after `words`; None where nothing is missing, or it is over."""
    case = contract.case
    if not case.requires_contract_guarantee or contract.is_concluded:
        return None
    lodged = lodged_of(act, case, GuaranteeKind.CONTRACT)
    in_force = [each for each in lodged if each.is_in_force]
    if any(covers_whole(each) for each in in_force):
        return None
    secured = sum(amount_of(each) or 0 for each in in_force)
    price = price_of(case) if contract.is_amendment else contract.contract_price
    least = least_contract_guarantee(limits_of(act, case), price)
    if in_force and secured >= least.amount:
        return _change_awaited(act, contract, words)
    waiting = [each for each in lodged if each.is_live and not each.is_in_force]
    stands = _how_it_stands(waiting, secured, least.words)
    return RuleViolation(CLOSED, f"{words}{stands}", _source(act, contract, waiting), _next(waiting, secured))


def _change_awaited(act: Act, contract: Contract, words: str) -> RuleViolation | None:
    """Of an amendment: the changed certificate that its new price or period asks for. (GUAR-60, GUAR-61)"""
    asked = [
        each for each in asked_changes(act, contract) if each.lodged.obligation is GuaranteeKind.CONTRACT
    ]
    if not asked:
        return None
    needed = asked[0].needed
    state = "ないため、市はまだ署名できません。" if words == BEFORE_SIGNATURE else "ません。"
    text = f"変更契約に合わせた契約保証の変更が確認できてい{state}{needed.words}"
    return RuleViolation(CLOSED, text, needed.source, CHANGE_FIRST)


def note_refused(act: Act, contract: Contract, step_id: str, refusal: Exception) -> None:
    """Keep in the audit log that the city's signature was refused; the refused act itself left no trace."""
    if isinstance(refusal, RuleViolation) and refusal.code == CLOSED:
        act.audit(
            Tag.CONTRACT_SIGNATURE_BLOCKED,
            city=contract.city,
            subject=("contract", contract.id),
            step=step_id,
            reason=refusal.text,
        )


def _how_it_stands(waiting: list[LodgedGuarantee], secured: int, words: str) -> str:
    if waiting:
        each = "、".join(f"{w.means.label}：{w.status.label}" for w in waiting)
        return f"（いまの状況は「{each}」）"
    if secured:
        return f"受理した保証は{format_yen(secured)}で、{words}に足りません。"
    return "契約保証は、まだ提出されていません。"


def _next(waiting: list[LodgedGuarantee], secured: int) -> str:
    if not waiting:
        return NOT_ENOUGH if secured else NOTHING_LODGED
    if waiting[0].status is LodgedStatus.TO_DECIDE and not waiting[0].is_looked_up:
        return "担当者が内容を確かめて受理します。"
    return NEXT[waiting[0].status]


def _source(act: Act, contract: Contract, waiting: list[LodgedGuarantee]) -> str:
    """Where the rule stands: the city's word on the means that is waited for, else on the gate itself."""
    of_original = [w for w in waiting if w.means.has_original and w.means is not Means.GOVERNMENT_BONDS]
    method = method_of(act, of_original[0]) if of_original else None
    mark = act.rules(contract.city).guarantees.mark
    return (method.mark.source if method else "") or mark.sources.get("blocks_signature") or ASSUMED
