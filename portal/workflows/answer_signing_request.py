"""Answer a signing request (署名依頼への回答): consent, decline, forward, report a problem."""

from portal.audit import Tag
from portal.workflows.act import Act, refuse_bad_address
from portal.workflows.guarantee_gate import refuse_without_guarantee
from portal.workflows.locks import lock_case
from portal.workflows.recipients import notify_officers
from portal.workflows.texts import fitting, fitting_line
from portal.workflows.write_signing_letters import write_request
from procurement.contracts import Contract
from procurement.errors import RuleViolation
from procurement.rules import DeadlineKind
from signing import (
    CirculationStep,
    Circumstances,
    Side,
    StepRole,
    consent,
    decline,
    forward,
    report_problem,
)

NAME_LENGTH = 100


def give_consent(act: Act, contract: Contract, step: CirculationStep, circumstances: Circumstances) -> None:
    """Agree to the documents (同意); the seal follows at once, made by a job. (SIGN-24, SIGN-43)"""
    begin_answer(act, contract, step)
    refuse_after_deadline(act, contract)
    refuse_without_guarantee(act, contract, step)
    consent(act.session, step.id, circumstances, act.now)
    note_agreement(act, contract, step, circumstances)


def note_agreement(act: Act, contract: Contract, step: CirculationStep, circumstances: Circumstances) -> None:
    """What the contract and the audit log keep of a consent, in the same commit."""
    if step.role is StepRole.SIGNER:
        if step.side is Side.SENDER:
            contract.city_agreed_at = act.now
        else:
            contract.contractor_agreed_at = act.now
    act.audit(
        Tag.CONTRACT_CONSENTED,
        city=contract.city,
        subject=("contract", contract.id),
        step=step.id,
        side=step.side.value,
        pressed=circumstances.pressed,
    )


def decline_contract(
    act: Act, contract: Contract, step: CirculationStep, reason: str, circumstances: Circumstances
) -> None:
    """Decline (同意せず却下) with a reason, where the city's service knows that act. (SIGN-26, SIGN-52)"""
    begin_answer(act, contract, step)
    reason = fitting(reason, Contract.declined_because, "却下の理由")
    if not act.rules(contract.city).signing.allow_decline:
        raise RuleViolation(
            "decline_not_offered",
            "この市の電子契約では、画面から却下することはできません。",
            remedy="内容に問題があるときは「問題を報告する」からお知らせください。",
        )
    decline(act.session, step.id, reason, circumstances, act.now)
    contract.decline(act.now, reason)
    act.audit(Tag.CONTRACT_DECLINED, city=contract.city, subject=("contract", contract.id), reason=reason)
    notify_officers(
        act,
        contract.case,
        "signing_declined",
        key=f"signing-declined:{step.id}",
        contract=contract,
        step=step,
        reason=reason,
    )


def forward_request(
    act: Act, contract: Contract, step: CirculationStep, *, name: str, title: str, email: str
) -> None:
    """Hand the request to somebody else (転送); the officer is told, as the power to sign is declared. (SIGN-25)"""
    begin_answer(act, contract, step)
    name = fitting_line(name, CirculationStep.name, "転送先の氏名", limit=NAME_LENGTH)
    title = fitting_line(title, CirculationStep.title, "転送先の役職", limit=NAME_LENGTH)
    if not act.rules(contract.city).signing.allow_forward:
        raise RuleViolation(
            "forward_not_offered",
            "この市の電子契約では、署名依頼を転送することはできません。",
            remedy="署名する方が変わるときは、利用申請を出し直します。",
        )
    refuse_bad_address(email.strip())
    asked = forward(act.session, step.id, name=name, email=email, title=title, now=act.now)
    act.audit(
        Tag.CONTRACT_FORWARDED,
        city=contract.city,
        subject=("contract", contract.id),
        step=step.id,
        successor=asked.step.id,
    )
    write_request(act, contract, asked)
    notify_officers(
        act,
        contract.case,
        "signing_forwarded",
        key=f"signing-forwarded:{step.id}",
        contract=contract,
        step=step,
        successor=asked.step,
    )


def report_contract_problem(act: Act, contract: Contract, step: CirculationStep, problem: str) -> None:
    """Say that the contents are wrong instead of signing; the request is suspended. (CITY-47)"""
    begin_answer(act, contract, step)
    problem = fitting(problem, CirculationStep.problem, "問題の内容")
    report_problem(act.session, step.id, problem, act.now)
    contract.suspended_at = act.now
    act.audit(Tag.CONTRACT_PROBLEM, city=contract.city, subject=("contract", contract.id), problem=problem)
    notify_officers(
        act,
        contract.case,
        "signing_problem",
        key=f"signing-problem:{step.id}:{act.now.isoformat()}",
        contract=contract,
        step=step,
        problem=problem,
    )


def refuse_after_deadline(act: Act, contract: Contract) -> None:
    """After the conclusion deadline nobody signs until an officer decided how to go on. (CITY-63, AMB-05)"""
    rules = act.rules(contract.city)
    if contract.is_amendment or contract.late_conclusion_reason or not rules.late_handling.hold_completion:
        return
    for deadline in contract.case.deadlines:
        if deadline.kind == DeadlineKind.CONTRACT_CONCLUSION and deadline.is_missed(act.now):
            raise RuleViolation(
                "conclusion_deadline_passed",
                f"契約締結期限を過ぎています。{deadline.text}",
                deadline.source,
                "市の担当課が、理由を付けて期限後に締結するか、紙の契約に切り替えるかを決めます。担当課へご連絡ください。",
            )


def begin_answer(act: Act, contract: Contract, step: CirculationStep) -> None:
    """Lock the case, and refuse an answer to the request of another contract."""
    lock_case(act, contract.case_id)
    refuse_foreign_step(contract, step)


def refuse_foreign_step(contract: Contract, step: CirculationStep) -> None:
    """A step belongs to the contract that its envelope was made for, whatever an address bar says."""
    if step.envelope.reference != contract.id:
        raise RuleViolation(
            "step_of_other_contract",
            "この署名依頼は、別の契約のものです。",
            remedy="画面を開き直して、もう一度操作します。",
        )
