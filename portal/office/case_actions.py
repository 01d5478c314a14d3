"""Actions of a case (いまできること): each as a button, or with the sentence why it is not open now."""

from dataclasses import dataclass
from typing import Any

from flask import url_for

from portal.accounts.identity import current_principal
from portal.case_papers import papers_of
from portal.permissions import Permission
from portal.workflows.act import Act
from portal.workflows.amend_contract import refuse_unless_amendable
from portal.workflows.open_signing_page import step_asked_of
from portal.workflows.review_filing import request_in_force
from portal.workflows.send_for_signing import ADDRESS_UNCONFIRMED, check_ready_to_send
from procurement.cases import CaseDeadline, ProcurementCase
from procurement.contracts import Contract, ContractStage
from procurement.errors import RuleViolation
from procurement.filings import FilingStatus
from procurement.rules import DeadlineKind, Route

SENT = (ContractStage.CONTRACTOR_SIGNING, ContractStage.CITY_SIGNING, ContractStage.SUSPENDED)


@dataclass(frozen=True)
class Action:
    """One action: open when it has an address (`posts`: its button acts at once), else `why` not."""

    text: str
    href: str = ""
    why: str = ""
    posts: bool = False
    is_next: bool = False


def actions_for(act: Act, case: ProcurementCase) -> list[Action]:
    """What the person at work may do with the newest contract of a case."""
    contract, may = case.contracts[-1], current_principal().may
    found: list[Action | None] = []
    if may(Permission.OFFICE_SIGN):
        found.append(_sign(act, contract))
    if may(Permission.OFFICE_REVIEW_FILING):
        found += [*_review(case), _register(act, case, contract)]
    if may(Permission.OFFICE_DRAFT_CONTRACT):
        found.append(_draft(contract))
    if may(Permission.OFFICE_SEND_CONTRACT):
        found += [
            _send(act, contract), _resume(contract), _late(act, contract), _cancel(contract),
            _to_paper(contract), _conclude_paper(contract), _amend(act, contract),
        ]  # fmt: skip
    return [action for action in found if action is not None]


def _sign(act: Act, contract: Contract) -> Action | None:
    if contract.stage is not ContractStage.CITY_SIGNING:
        return Action("署名画面を開く", why="受注者の署名が済むと、市の署名者へ依頼が届きます。")
    if step_asked_of(act, contract, current_principal().id) is None:
        return Action(
            "署名画面を開く",
            why="依頼された署名者だけが開けます。受注者の署名の完了処理が済むと依頼されます。",
        )
    href = url_for("office.submit_sign", contract_id=contract.id)
    return Action("署名画面を開く", href, posts=True, is_next=True)


def _review(case: ProcurementCase) -> list[Action]:
    waiting = [f for f in case.filings if f.versions and f.status is FilingStatus.SUBMITTED]
    return [
        Action(
            f"{'申請' if len(waiting) == 1 else f'「{filing.title}」'}を審査する",
            url_for("office.show_filing", filing_id=filing.id),
            is_next=filing is waiting[0],
        )
        for filing in sorted(waiting, key=lambda filing: filing.current.submitted_at or filing.opened_at)
    ]


def _register(act: Act, case: ProcurementCase, contract: Contract) -> Action | None:
    if case.award is None:
        return None
    if contract.stage is not ContractStage.APPLICATION:
        other = next((paper.form.code for paper in papers_of(act, case) if not paper.is_usage), None)
        href = url_for("office.show_received_filing", case_id=case.id, form=other)
        return Action("メール・窓口・郵送で届いた書類を登録する", href) if other else None
    usage_form = act.rules(case.city).usage_application.form
    if any(
        f.form_code == usage_form and f.versions and f.status is FilingStatus.SUBMITTED for f in case.filings
    ):
        return None
    href = url_for("office.show_received_filing", case_id=case.id)
    return Action("メール・窓口・郵送で届いた申請を登録する", href)


def _draft(contract: Contract) -> Action | None:
    if contract.stage is ContractStage.DRAFTING:
        href = url_for("office.show_documents", contract_id=contract.id)
        return Action("契約書類を用意する", href, is_next=not contract.documents)
    if contract.stage is ContractStage.APPLICATION:
        return Action("契約書類を用意する", why="利用申請を受理すると用意できます。")
    return None


def _send(act: Act, contract: Contract) -> Action | None:
    if contract.stage is not ContractStage.DRAFTING:
        return None
    try:
        check_ready_to_send(contract, request_in_force(act, contract.case_id), act.rules(contract.city))
    except RuleViolation as refusal:
        if refusal.code == ADDRESS_UNCONFIRMED:
            href = url_for("office.show_decision", contract_id=contract.id, name="address")
            return Action("メールアドレスの確認を待たずに進める", href)
        return Action("署名を依頼する", why=refusal.text)
    return Action("署名を依頼する", url_for("office.show_send", contract_id=contract.id), is_next=True)


def _resume(contract: Contract) -> Action | None:
    if contract.stage is not ContractStage.SUSPENDED:
        return None
    return Action(
        "署名の手続きを再開する", url_for("office.submit_resume", contract_id=contract.id), posts=True
    )


def _late(act: Act, contract: Contract) -> Action | None:
    missed = missed_conclusion(act, contract)
    if missed is None or contract.is_concluded or contract.route is Route.PAPER:
        return None
    if contract.late_conclusion_reason:
        return Action(
            "期限後の締結を認める", why=f"認めています（理由: {contract.late_conclusion_reason}）。"
        )
    return _with_reason("期限後の締結を認める", contract, "late")


def _cancel(contract: Contract) -> Action | None:
    if contract.stage in SENT:
        return _with_reason("署名依頼を取り消す", contract, "cancel")
    if contract.stage is ContractStage.DECLINED:
        return _with_reason("署名依頼を取り下げて作り直す", contract, "cancel")
    if contract.stage is ContractStage.COMPLETING:
        return Action(
            "署名依頼を取り消す", why="全員が同意しているため、取り消せません。完了処理をお待ちください。"
        )
    return None


def _to_paper(contract: Contract) -> Action | None:
    text = "紙の契約に切り替える"
    if contract.is_concluded or contract.route is Route.PAPER:
        return None
    if contract.stage in SENT:
        return Action(text, why="署名依頼を送信済みです。取り消すと切り替えられます。")
    if contract.stage is ContractStage.COMPLETING:
        return None
    return _with_reason(text, contract, "paper")


def _conclude_paper(contract: Contract) -> Action | None:
    text = "紙の契約の締結日を記録する"
    if contract.is_concluded:
        return None
    if contract.route is not Route.PAPER:
        return Action(text, why="電子契約の契約締結日は、最後の署名が完了した日に自動で決まります。")
    href = url_for("office.show_paper_conclusion", contract_id=contract.id)
    return Action(text, href, is_next=True)


def _amend(act: Act, contract: Contract) -> Action:
    text, original = "変更契約を作成する", contract.case.contracts[0]
    href = url_for("office.show_amendment", contract_id=original.id)
    if not original.is_concluded:
        return Action(text, why="契約を締結したあとに作成できます。")
    try:
        refuse_unless_amendable(act, original)
    except RuleViolation as refusal:
        return Action(text, why=refusal.sentence())
    return Action(text, href)


def _with_reason(text: str, contract: Contract, name: str) -> Action:
    return Action(text, url_for("office.show_decision", contract_id=contract.id, name=name))


def missed_conclusion(act: Act, contract: Contract) -> CaseDeadline | None:
    """The conclusion deadline of an original contract, when it has passed."""
    deadlines: list[Any] = [] if contract.is_amendment else contract.case.deadlines
    return next(
        (d for d in deadlines if d.kind == DeadlineKind.CONTRACT_CONCLUSION and d.is_missed(act.now)), None
    )
