"""File a paper (提出): draft, attach, submit, withdraw; and register one that came by mail or at the counter."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from forms.model import FormDefinition
from forms.validators import missing_attachments
from forms.values import restored
from portal.audit import Tag
from portal.mail import Attachment
from portal.workflows.act import Act
from portal.workflows.case_facts import facts_for
from portal.workflows.confirm_address import ask_to_confirm_address
from portal.workflows.guarantees_of_filing import withdraw_with
from portal.workflows.locks import lock_case
from portal.workflows.paper_dues import paper_due
from portal.workflows.recipients import notify_contractor, notify_officers
from procurement.cases import CaseDeadline, ProcurementCase
from procurement.cities.kinds import Channel
from procurement.errors import RuleViolation
from procurement.filings import Filing, FilingAttachment, FilingVersion
from procurement.rules import DeadlineKind, Route
from procurement.wareki import JST

RECEIPT_ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"


@dataclass(frozen=True)
class StoredFile:
    """A file that already lies in the document store."""

    code: str
    name: str
    media_type: str
    size: int
    sha256: str


def open_filing(act: Act, case: ProcurementCase, form: FormDefinition) -> Filing:
    """The filing of this case for this form, begun if it does not exist. Open only after the award. (FILE-25)"""
    lock_case(act, case.id)
    award = case.award
    if award is None:
        raise RuleViolation("filing_before_award", "落札者が決まるまで、この書類は提出できません。")
    refuse_where_settled(act, case, form.code)
    filing = act.session.scalar(
        select(Filing).where(Filing.case_id == case.id, Filing.form_code == form.code)
    )
    if filing is None:
        filing = Filing(
            city=case.city,
            case_id=case.id,
            company_id=award.company_id,
            form_code=form.code,
            title=form.title,
            opened_at=act.now,
        )
        act.session.add(filing)
        act.session.flush()
    return filing


def save_draft(
    act: Act, case: ProcurementCase, form: FormDefinition, values: dict[str, Any]
) -> FilingVersion:
    """Keep what was typed (下書き保存); nothing is checked yet. (FORM-C05)"""
    filing = open_filing(act, case, form)
    version = filing.draft(act.now)
    version.save(values, act.now)
    act.session.flush()
    return version


def attach_file(act: Act, case: ProcurementCase, form: FormDefinition, file: StoredFile) -> FilingVersion:
    """Add a file of the store to the draft (添付)."""
    filing = open_filing(act, case, form)
    version = filing.draft(act.now)
    allowed = next((a for a in form.attachments if a.code == file.code), None)
    if allowed is None:
        raise RuleViolation("attachment_unknown", "この書類に付ける添付の種類ではありません。")
    if sum(a.code == file.code for a in version.attachments) >= allowed.max_files:
        raise RuleViolation(
            "too_many_attachments",
            f"「{allowed.label}」に付けられるのは{allowed.max_files}ファイルまでです。",
            remedy="要らないファイルを外してから追加します。",
        )
    position = max((a.position for a in version.attachments), default=0) + 1
    version.attachments.append(
        FilingAttachment(
            city=case.city,
            position=position,
            code=file.code,
            name=file.name,
            media_type=file.media_type,
            size=file.size,
            sha256=file.sha256,
        )
    )
    act.session.flush()
    return version


def detach_file(act: Act, filing: Filing, attachment_id: str) -> None:
    """Take a file out of the draft again."""
    lock_case(act, filing.case_id)
    version = filing.draft(act.now)
    version.attachments = [a for a in version.attachments if a.id != attachment_id]


def submit_filing(act: Act, filing: Filing, form: FormDefinition, *, paper: bytes) -> FilingVersion:
    """Hand the draft in (提出); `paper` is the official paper as PDF. Late ones are taken and marked. (FORM-C02)"""
    lock_case(act, filing.case_id)
    case, version = filing.case, filing.current
    refuse_where_settled(act, case, form.code)
    refuse_missing_attachments(act, form, version)
    _hand_in(act, version, form, act.now, paper)
    act.session.flush()
    act.audit(Tag.FILING_SUBMITTED, city=case.city, subject=("filing", filing.id), version=version.number)
    _confirm_receipt(act, filing, version)
    ask_to_confirm_address(act, version, form)
    return version


def register_received_filing(
    act: Act,
    case: ProcurementCase,
    form: FormDefinition,
    *,
    values: dict[str, Any],
    channel: Channel,
    received_at: datetime,
    files: Sequence[StoredFile],
    paper: bytes,
) -> FilingVersion:
    """An officer registers a paper that came by mail, post or at the counter, with the time it came. (CITY-25)"""
    if received_at > act.now:
        raise RuleViolation(
            "received_in_future",
            "受け取った日時が現在より後になっています。",
            remedy="日時をご確認ください。",
        )
    if case.award is not None and received_at < case.award.awarded_at:
        raise RuleViolation(
            "received_before_award",
            "受け取った日時が落札決定より前になっています。",
            remedy="日時をご確認ください。",
        )
    version = save_draft(act, case, form, values)
    version.channel = channel
    for file in files:
        attach_file(act, case, form, file)
    refuse_missing_attachments(act, form, version)
    _hand_in(act, version, form, received_at, paper)
    act.audit(
        Tag.FILING_REGISTERED,
        city=case.city,
        subject=("filing", version.filing.id),
        version=version.number,
        channel=channel.value,
    )
    ask_to_confirm_address(act, version, form)
    return version


def _hand_in(act: Act, version: FilingVersion, form: FormDefinition, at: datetime, paper: bytes) -> None:
    filing = version.filing
    deadline, due = _deadline_for(act, filing), paper_due(act, filing.case, form)
    if due is not None:
        filing.keep_due(due.due_at, due.text)
    version.submit(
        now=at,
        by=act.actor.name,
        receipt_number=new_receipt_number(act.now),
        is_late=filing.comes_late(deadline, at) or filing.comes_after(filing.due_at, at),
    )
    version.paper_sha256 = act.store.put(paper)
    if deadline is not None and deadline.is_open():
        deadline.settle(at)


def withdraw_filing(act: Act, filing: Filing) -> None:
    """The contractor takes the paper back before the city decides (取下げ), and what it brought. (FORM-C04)"""
    lock_case(act, filing.case_id)
    filing.current.withdraw(now=act.now, by=act.actor.name)
    deadline = _deadline_for(act, filing)
    if deadline is not None and filing.accepted is None:
        deadline.reopen()
    act.audit(
        Tag.FILING_WITHDRAWN, city=filing.city, subject=("filing", filing.id), version=filing.current.number
    )
    withdrawn, kept = withdraw_with(act, filing)
    notify_officers(
        act,
        filing.case,
        "filing_withdrawn",
        key=f"filing-withdrawn:{filing.id}:{filing.current.number}",
        filing=filing,
        withdrawn=withdrawn,
        kept=kept,
    )


def refuse_missing_attachments(act: Act, form: FormDefinition, version: FilingVersion) -> None:
    """Required attachments must be there before submission. (CITY-41)"""
    present = {attachment.code for attachment in version.attachments}
    values, facts = restored(form, version.values), facts_for(act, version.filing.case)
    missing = missing_attachments(form, values, facts, present)
    if missing:
        raise RuleViolation(
            "attachment_missing",
            f"「{'」「'.join(paper.label for paper in missing)}」が添付されていません。",
            form.source,
            "ファイルを添付してから提出します。",
        )


def _deadline_for(act: Act, filing: Filing) -> CaseDeadline | None:
    """The deadline of the case that a paper meets: only the usage application has one, met or not."""
    if filing.form_code != act.rules(filing.city).usage_application.form:
        return None
    return next((d for d in filing.case.deadlines if d.kind == DeadlineKind.USAGE_APPLICATION), None)


def open_deadline(case: ProcurementCase, kind: DeadlineKind) -> CaseDeadline | None:
    """The deadline of that kind which is still open, or none."""
    return next((d for d in case.deadlines if d.kind == kind and d.is_open()), None)


def new_receipt_number(now: datetime) -> str:
    """A receipt number (受付番号) a person can read out on the telephone: time and five characters."""
    tail = "".join(secrets.choice(RECEIPT_ALPHABET) for _ in range(5))
    return f"{now.astimezone(JST):%Y%m%d-%H%M%S}-{tail}"


def refuse_where_settled(act: Act, case: ProcurementCase, form_code: str) -> None:
    """No application where the case goes on paper or is concluded; a changed address is still taken. (CITY-27)

    Every other paper (technicians, schedule, advance payment) is taken on either way, before and after.
    """
    if form_code != act.rules(case.city).usage_application.form:
        return
    original = case.contracts[0]
    if original.route is Route.PAPER:
        raise RuleViolation(
            "case_on_paper",
            f"この案件は紙の契約で進めています。{original.route_reason or ''}",
            remedy="電子契約を希望するときは、市の担当課へご相談ください。",
        )
    accepted = any(filing.form_code == form_code and filing.accepted for filing in case.filings)
    if original.is_concluded and not accepted:
        raise RuleViolation("case_concluded", "この案件の契約は締結済みのため、申請は不要です。")


def _confirm_receipt(act: Act, filing: Filing, version: FilingVersion) -> None:
    assert version.paper_sha256 is not None
    case = filing.case
    paper = Attachment(f"{filing.title}.pdf", version.paper_sha256, "application/pdf")
    key = f"{filing.id}:{version.number}"
    notify_contractor(
        act,
        case,
        "filing_receipt",
        key=f"filing-receipt:{key}",
        filing=filing,
        version=version,
        attachments=(paper,),
    )
    notify_officers(
        act,
        case,
        "filing_arrived",
        key=f"filing-arrived:{key}",
        filing=filing,
        version=version,
        attachments=(paper,),
    )
