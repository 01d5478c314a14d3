"""Decisions about a contract (契約の手続き): resend, resume; cancel, allow late, move to paper with a reason."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from flask import abort, flash, redirect, request, url_for

from forms.paper_conclusions import PaperConclusionForm
from portal.acting import acting, looking
from portal.office import blueprint
from portal.office.access import REFUSED, Page, own_rules, show, the_contract
from portal.office.decisions import Decision, pressed
from portal.permissions import Permission, requires
from portal.workflows.act import Act
from portal.workflows.guarantee_on_paper import (
    UNCONFIRMED,
    electronic_left_behind,
    is_citys_rule,
    open_on_paper,
)
from portal.workflows.manage_signing import (
    allow_late_conclusion,
    cancel_signing,
    resend_request,
    resume_signing,
)
from portal.workflows.move_to_paper import conclude_on_paper, move_to_paper, note_refused_date
from portal.workflows.waive_address import waive_address_confirmation
from procurement.contracts import Contract

OPEN_BECAUSE = "guarantee_open_because"


def _to_paper(act: Act, contract: Contract, reason: str) -> None:
    move_to_paper(act, contract, reason=reason)


DECISIONS: Mapping[str, Decision[Contract]] = {
    "cancel": Decision(
        title="署名依頼を取り消す",
        text="送ったリンクはすべて使えなくなり、事業者に取消しと理由をメールで知らせます。取り消したあとは、契約書類を直して送り直すか、紙の契約に切り替えられます。",
        label="取り消す理由（事業者に伝わります）",
        hint="例：工期の記載に誤りがあったため、訂正して送り直します。",
        button="署名依頼を取り消す",
        done="署名依頼を取り消しました。契約書類を用意し直せます。",
        work=cancel_signing,
        kind="danger",
    ),
    "late": Decision(
        title="期限後の締結を認める",
        text="契約締結期限を過ぎた契約に、双方が署名できるようにします。契約締結日は、実際に最後の署名が完了した日です。さかのぼることはできません。",
        label="期限後に締結する理由（記録に残ります）",
        hint="例：災害対応のため受注者の署名が遅れた。",
        button="期限後の締結を認める",
        done="期限後の締結を認めました。理由を記録しました。",
        work=allow_late_conclusion,
    ),
    "address": Decision(
        title="メールアドレスの確認を待たずに進める",
        text="契約締結権限者のメールアドレスは、まだ確認されていません。電話などで別に確かめたときは、理由を記録して署名の依頼に進めます。",
        label="確認を待たずに進める理由（記録に残ります）",
        hint="例：電話で、このアドレスで受け取れることを確かめたため。",
        button="確認を待たずに進める",
        done="理由を記録しました。署名を依頼できます。",
        work=waive_address_confirmation,
    ),
    "paper": Decision(
        title="紙の契約に切り替える",
        text="この契約を紙の契約書で締結します。電子契約の利用申請は無効になり、事業者に理由をメールで知らせます。電子契約に戻すことはできません。",
        label="紙の契約に切り替える理由（事業者に伝わります）",
        hint="例：事業者から紙の契約を希望する申出があったため。",
        button="紙の契約に切り替える",
        done="紙の契約に切り替えました。締結したら、契約締結日を記録します。",
        work=_to_paper,
        kind="danger",
    ),
}


@blueprint.get("/contracts/<contract_id>/decisions/<name>")
@requires(Permission.OFFICE_SEND_CONTRACT)
def show_decision(contract_id: str, name: str) -> Page:
    """What the decision means, and the question for its reason."""
    return _decision_page(contract_id, name)


@blueprint.post("/contracts/<contract_id>/decisions/<name>")
@requires(Permission.OFFICE_SEND_CONTRACT)
def submit_decision(contract_id: str, name: str) -> Page:
    """Do it, with the reason; a refusal comes back with what was typed."""
    decision = DECISIONS.get(name) or abort(404)

    def work(act: Act) -> str:
        contract = the_contract(act, contract_id)
        decision.decide(act, contract)
        return url_for(".show_case", case_id=contract.case_id)

    return pressed(work, partial(_decision_page, contract_id, name), decision.done)


@blueprint.post("/contracts/<contract_id>/resume")
@requires(Permission.OFFICE_SEND_CONTRACT)
def submit_resume(contract_id: str) -> Page:
    """Go on after a reported problem turned out to be none."""
    return _at_once(contract_id, resume_signing, "署名の手続きを再開しました。")


@blueprint.post("/contracts/<contract_id>/steps/<step_id>/resend")
@requires(Permission.OFFICE_SEND_CONTRACT)
def submit_resend(contract_id: str, step_id: str) -> Page:
    """A new link for one person; the old one is void."""

    def work(act: Act, contract: Contract) -> None:
        resend_request(act, contract, step_id)

    return _at_once(contract_id, work, "署名依頼を再送しました。前のリンクは使えなくなりました。")


@blueprint.get("/contracts/<contract_id>/paper-conclusion")
@requires(Permission.OFFICE_SEND_CONTRACT)
def show_paper_conclusion(contract_id: str) -> Page:
    """The question for the date of a contract signed on paper."""
    return _paper_page(contract_id, PaperConclusionForm())


@blueprint.post("/contracts/<contract_id>/paper-conclusion")
@requires(Permission.OFFICE_SEND_CONTRACT)
def submit_paper_conclusion(contract_id: str) -> Page:
    """Record that date; for an electronic contract it is refused, and the try is recorded. (CITY-08)"""
    form = PaperConclusionForm(request.form)
    if not form.validate():
        return _paper_page(contract_id, form), 422
    try:
        with acting() as act:
            contract = the_contract(act, contract_id)
            because = request.form.get(OPEN_BECAUSE, "")
            conclude_on_paper(act, contract, on=form.day(), guarantee_open_because=because)
            case_id = contract.case_id
    except REFUSED as refusal:
        if refusal.code != UNCONFIRMED:
            with acting() as act:
                note_refused_date(act, the_contract(act, contract_id), form.day())
        return _paper_page(contract_id, form, refusal=refusal), 422
    flash("紙の契約書による締結を記録しました。", "success")
    return redirect(url_for(".show_case", case_id=case_id))


def _at_once(contract_id: str, work: Callable[[Act, Contract], None], message: str) -> Page:
    """An act without a question; whether it worked or not is said on the page of the case."""
    with looking() as act:
        case_id = the_contract(act, contract_id).case_id
    try:
        with acting() as act:
            work(act, the_contract(act, contract_id))
        flash(message, "success")
    except REFUSED as refusal:
        flash(f"{refusal.text}{refusal.remedy}", "error")
    return redirect(url_for(".show_case", case_id=case_id))


def _decision_page(contract_id: str, name: str, **values: Any) -> str:
    decision = DECISIONS.get(name) or abort(404)
    with looking() as act:
        contract = the_contract(act, contract_id)
        return show(
            "contracts/decision",
            act,
            contract=contract,
            case=contract.case,
            decision=decision,
            rules=own_rules(act),
            reason=request.form.get("reason", ""),
            **(_on_paper(act, contract) if name == "paper" else {}),
            **values,
        )


def _paper_page(contract_id: str, form: PaperConclusionForm, **values: Any) -> str:
    with looking() as act:
        contract = the_contract(act, contract_id)
        return show(
            "contracts/paper_conclusion",
            act,
            contract=contract,
            case=contract.case,
            form=form,
            rules=own_rules(act),
            open_because=request.form.get(OPEN_BECAUSE, ""),
            **_on_paper(act, contract),
            **values,
        )


def _on_paper(act: Act, contract: Contract) -> dict[str, Any]:
    """How the guarantee stands, for a contract that goes on paper."""
    missing = open_on_paper(act, contract)
    return {
        "missing_guarantee": missing,
        "asks_why_open": missing is not None and is_citys_rule(act, contract, missing),
        "left_behind": electronic_left_behind(act, contract),
    }
