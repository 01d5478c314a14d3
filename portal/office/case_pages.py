"""Page of a case (案件の画面): what stands on it, gathered for its template."""

from dataclasses import dataclass
from typing import Any

from flask import url_for

from portal.case_papers import PAPER_WORDS, Paper, papers_of
from portal.deadline_views import deadline_views
from portal.filing_views import Remark, thread_remarks
from portal.filters import file_size, instant
from portal.office.access import own_rules
from portal.office.case_actions import actions_for
from portal.office.guarantee_values import guarantee_values
from portal.office.histories import history_of
from portal.office.signers import SigningView, signing_view
from portal.office.stage_lines import contract_line
from portal.office.standings import (
    FILING_WORDS,
    Standing,
    case_standing,
    contract_standing,
    filing_status,
)
from portal.payment_views import STATUS_KINDS
from portal.pictures.stage_lines import StageLine
from portal.preserving import KeptFile, kept_certificates, kept_files
from portal.workflows.act import Act
from portal.workflows.advance_payments import payments_of
from portal.workflows.case_facts import elected_payment
from portal.workflows.guarantee_gate import closed_gate
from portal.workflows.recipients import officers_of
from portal.workflows.review_filing import request_in_force
from portal.workflows.usage_forms import form_of_version
from procurement.cases import CaseDeadline, ProcurementCase
from procurement.contracts import Contract, ContractDocument
from procurement.errors import RuleViolation
from procurement.filings import Filing, FilingMessage, FilingVersion

OPEN_QUESTION = "未入力"
"""A rule that could not be decided says so with this word (procurement.cities.scope)."""
MOST_THUMBNAILS = 4


@dataclass(frozen=True)
class ContractView:
    """One contract of the case: where it stands, its documents, its people."""

    contract: Contract
    standing: Standing
    files: list[dict[str, Any]]
    thumbnails: list[dict[str, str]]
    signing: SigningView | None
    gate: RuleViolation | None
    """Why the city cannot sign it yet (契約保証の確認待ち); None where nothing waits for a guarantee."""
    certificates: list[KeptFile]


@dataclass(frozen=True)
class PaperLine:
    """One paper of the case: where it stands, its newest version that was handed in, by when it is asked for."""

    paper: Paper
    standing: Standing
    newest: FilingVersion | None
    due: CaseDeadline | None


def case_page(act: Act, case: ProcurementCase) -> dict[str, Any]:
    """The values of the page of one case."""
    award, actions = case.award, actions_for(act, case)
    handed_in = [filing for filing in case.filings if filing.handed_in]
    return {
        "award": award,
        "standing": case_standing(case),
        "lines": _lines(act, case),
        "rules": rules_of(case),
        "papers": [_paper_line(paper, case) for paper in papers_of(act, case)],
        "payment_election": elected_payment(act, case),
        "contracts": [_contract_view(act, contract) for contract in case.contracts],
        "deadlines": deadline_views(case, act.now),
        "lifted": [deadline for deadline in case.deadlines if deadline.lifted_at],
        "addresses": request_in_force(act, case.id),
        "officers": officers_of(act, case),
        "open_actions": [action for action in actions if action.href],
        "closed_actions": [action for action in actions if not action.href],
        "thread": thread_of(handed_in),
        "thread_marks": _thread_marks(act, handed_in),
        "history": history_of(act, case),
        "advance_payments": payments_of(act.session, case.id),
        "payment_kinds": STATUS_KINDS,
        **guarantee_values(act, case),
    }


def _paper_line(paper: Paper, case: ProcurementCase) -> PaperLine:
    """A draft after a decision is the contractor's own: the decision stands until the next version comes."""
    handed_in = paper.filing.handed_in if paper.filing else []
    begun = paper.filing is not None and bool(paper.filing.versions)
    status = filing_status(paper.filing) if begun and paper.filing else None
    kind = FILING_WORDS[status].kind if status else "todo"
    return PaperLine(
        paper,
        Standing(PAPER_WORDS[status], kind),
        handed_in[-1] if handed_in else None,
        next(iter(paper.deadlines(case)), None),
    )


def rules_of(case: ProcurementCase) -> list[dict[str, Any]]:
    """What the city's rules said on the day of the award, as it was kept."""
    if case.award is None:
        return []
    kept = case.award.eligibility
    return rule_lines(bool(kept["eligible"]), kept["reasons"])


def rule_lines(eligible: bool, reasons: list[dict[str, str]]) -> list[dict[str, Any]]:
    """Reasons for the rule list: all refuse when the case may not be electronic; some are still to be checked."""
    return [
        {
            "met": None if eligible and OPEN_QUESTION in reason["text"] else eligible,
            "text": reason["text"],
            "source": reason["source"],
        }
        for reason in reasons
    ]


def thread_of(filings: list[Filing]) -> list[FilingMessage]:
    """All messages of the case's filings, oldest first."""
    messages = [message for filing in filings for message in filing.messages]
    return sorted(messages, key=lambda message: message.written_at)


def _thread_marks(act: Act, filings: list[Filing]) -> dict[str, list[Remark]]:
    found: dict[str, list[Remark]] = {}
    for filing in filings:
        found |= thread_remarks(filing, form_of_version(act, filing.handed_in[-1]))
    return found


def document_file(document: ContractDocument) -> dict[str, Any]:
    """A document for the file list: the original once there is one, before that what was sent."""
    final = document.final_sha256 is not None
    return {
        "name": f"{document.name}.pdf",
        "href": url_for("office.show_document", contract_id=document.contract_id, document_id=document.id),
        "size": file_size(document.final_size if final and document.final_size else document.size),
        "pages": document.page_count,
        "sha256": document.final_sha256 or document.draft_sha256,
        "note": "契約の原本（双方の電子署名入り）" if final else "署名前の書類",
    }


def document_files(act: Act, document: ContractDocument) -> list[dict[str, Any]]:
    """A document as it is kept: its newest preserved version first, where there is one, then the original."""
    files, shown = kept_files(act.session, document), document_file(document)
    if not files or files[0].preserved_at is None:
        return [shown]
    newest, *others = files
    preserved = {
        "name": newest.name(document.name),
        "size": file_size(newest.size),
        "sha256": newest.sha256,
        "note": f"原本に保存用タイムスタンプを重ねた最新の版（{instant(files[0].preserved_at)}）",
    }
    return [
        shown | preserved,
        *(shown | {"href": f"{shown['href']}?version={each.version}"} for each in others),
    ]


def page_href(document: ContractDocument, page: int, width: int) -> str:
    """The address of a page picture; it changes with the file, so that it may be kept by the browser."""
    return url_for(
        "office.show_document_page",
        contract_id=document.contract_id,
        document_id=document.id,
        page=page,
        width=width,
        v=(document.final_sha256 or document.draft_sha256)[:12],
    )


def _lines(act: Act, case: ProcurementCase) -> list[tuple[str, StageLine]]:
    """The line of the newest contract; of an amendment also that it is one."""
    contract = case.contracts[-1]
    title = f"変更契約（第{contract.amendment_number}回）" if contract.is_amendment else "手続きの段階"
    return [(title, contract_line(case, contract, own_rules(act)))]


def _contract_view(act: Act, contract: Contract) -> ContractView:
    pages = [
        {
            "src": page_href(document, page, 160),
            "href": page_href(document, page, 1200),
            "title": f"{document.name} {page}ページ目",
        }
        for document in contract.documents
        for page in range(1, min(document.page_count, MOST_THUMBNAILS) + 1)
    ]
    return ContractView(
        contract=contract,
        standing=contract_standing(contract),
        files=[file for document in contract.documents for file in document_files(act, document)],
        thumbnails=pages,
        signing=signing_view(act, contract),
        gate=closed_gate(act, contract),
        certificates=kept_certificates(act.session, contract),
    )
