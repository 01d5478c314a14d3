"""Manage a signing request (署名依頼の管理) from the office: resend, resume, cancel, allow a late conclusion."""

from portal.audit import Tag
from portal.workflows.act import Act
from portal.workflows.answer_signing_request import refuse_foreign_step
from portal.workflows.locks import lock_case
from portal.workflows.recipients import notify_contractor
from portal.workflows.texts import required_reason
from portal.workflows.write_signing_letters import write_request
from procurement.contracts import Contract
from procurement.errors import RuleViolation
from procurement.rules import DeadlineKind
from signing import CirculationStep, Envelope, Side, cancel, resend, resume


def resend_request(act: Act, contract: Contract, step_id: str) -> None:
    """A new link for somebody whose link is lost or expired; the old one is void. (SIGN-12)"""
    lock_case(act, contract.case_id)
    _refuse_step_of_another(act, contract, step_id)
    asked = resend(act.session, step_id, act.now)
    act.audit(Tag.CONTRACT_RESENT, city=contract.city, subject=("contract", contract.id), step=step_id)
    write_request(act, contract, asked, again=True)


def resume_signing(act: Act, contract: Contract) -> None:
    """Go on after a reported problem turned out to be none. (CITY-47)"""
    lock_case(act, contract.case_id)
    resume(act.session, _envelope_id(contract), act.now)
    contract.suspended_at = None
    act.audit(Tag.CONTRACT_RESUMED, city=contract.city, subject=("contract", contract.id))


def cancel_signing(act: Act, contract: Contract, reason: str) -> None:
    """Take the request back (取消): the contract can be drafted again or moved to paper."""
    reason = required_reason(reason, Contract.declined_because, "取り消す理由")
    lock_case(act, contract.case_id)
    envelope_id = _envelope_id(contract)
    if not contract.declined_at:
        cancel(act.session, envelope_id, reason, act.now)
    asked = _asked_of_contractor(act, envelope_id)
    contract.take_back()
    act.audit(Tag.CONTRACT_CANCELLED, city=contract.city, subject=("contract", contract.id), reason=reason)
    for address in sorted({contract.company.mail_address, *asked}):
        notify_contractor(
            act,
            contract.case,
            "signing_cancelled",
            key=f"signing-cancelled:{envelope_id}",
            to=address,
            contract=contract,
            reason=reason,
        )


def _asked_of_contractor(act: Act, envelope_id: str) -> set[str]:
    """Addresses of the contractor's people who hold a request: their links are dead now, and they should know."""
    steps = act.session.get_one(Envelope, envelope_id).active_steps
    return {step.email for step in steps if step.side is Side.RECEIVER and step.asked_at}


def allow_late_conclusion(act: Act, contract: Contract, reason: str) -> None:
    """Decide to conclude after the deadline, with a recorded reason; the contract date stays the real one. (AMB-05)"""
    if not act.rules(contract.city).late_handling.accept_late_with_reason:
        raise RuleViolation(
            "late_conclusion_not_allowed",
            "この市では、期限を過ぎた電子契約の締結は認められていません。",
            remedy="紙の契約に切り替えます。",
        )
    reason = required_reason(reason, Contract.late_conclusion_reason, "期限後に締結する理由")
    lock_case(act, contract.case_id)
    _refuse_unless_late(act, contract)
    if contract.late_conclusion_reason:
        raise RuleViolation(
            "late_conclusion_allowed_already",
            f"期限後の締結は、すでに認めています（理由：{contract.late_conclusion_reason}）。",
            remedy="署名の手続きを続けます。記録した理由は変えられません。",
        )
    contract.late_conclusion_reason = reason
    act.audit(Tag.CONTRACT_LATE_ALLOWED, city=contract.city, subject=("contract", contract.id), reason=reason)


def _envelope_id(contract: Contract) -> str:
    if contract.envelope_id is None:
        raise RuleViolation("contract_not_sent", "この契約は、まだ署名依頼を送信していません。")
    return contract.envelope_id


def _refuse_step_of_another(act: Act, contract: Contract, step_id: str) -> None:
    step = act.session.get(CirculationStep, step_id)
    if step is None or step.envelope_id != _envelope_id(contract):
        raise RuleViolation(
            "unknown_step",
            "この署名依頼の宛先は、いまの依頼にはありません。",
            remedy="画面を開き直して、いまの状態をご確認ください。",
        )
    refuse_foreign_step(contract, step)


def _refuse_unless_late(act: Act, contract: Contract) -> None:
    missed = (d for d in contract.case.deadlines if d.kind == DeadlineKind.CONTRACT_CONCLUSION)
    if contract.is_concluded or not any(deadline.is_missed(act.now) for deadline in missed):
        raise RuleViolation(
            "deadline_not_passed",
            "契約締結期限を過ぎていないか、すでに締結されているため、期限後の締結を認める必要はありません。",
            remedy="画面を開き直して、いまの状態をご確認ください。",
        )
