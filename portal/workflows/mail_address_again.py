"""Send the confirmation of an address once more (確認メールの再送): a new link, the old one dies. (FORM-C06)"""

from datetime import datetime, timedelta

from sqlalchemy import select

from portal.audit import Tag
from portal.mail import OutboxMessage
from portal.workflows.act import Act
from portal.workflows.confirm_address import confirmation_key, mail_confirmation, signatory_address
from portal.workflows.locks import lock_case
from portal.workflows.usage_forms import form_of_version
from procurement.errors import RuleViolation
from procurement.filings import Filing, FilingStatus, FilingVersion

PAUSE, MOST, WITHIN = timedelta(minutes=5), 5, timedelta(days=1)
"""Pause between two mails, and how many there are at most within a day: a wrong address belongs to a stranger."""


def address_awaited(filing: Filing) -> FilingVersion | None:
    """The newest version handed in, while its address was asked for and is not confirmed; else None."""
    if not filing.handed_in or filing.voided_at:
        return None
    version = filing.handed_in[-1]
    asked = version.address_token_hash is not None and version.address_confirmed_at is None
    return version if asked and version.status in (FilingStatus.SUBMITTED, FilingStatus.ACCEPTED) else None


def mail_address_again(act: Act, filing: Filing) -> str:
    """Mail a new one-time link to the signatory's address, which is returned; the link before opens no more.

    Raises RuleViolation where nothing waits for a confirmation, and where it was mailed too often.
    """
    lock_case(act, filing.case_id)
    version = address_awaited(filing)
    if version is None:
        raise RuleViolation(
            "address_not_awaited",
            "メールアドレスの確認を待っている提出はありません。",
            remedy="画面を開き直して、いまの状態を確かめてください。",
        )
    mailed = _mailed(act, version)
    _refuse_too_often(mailed, act.now)
    form = form_of_version(act, version)
    address = signatory_address(version, form)
    mail_confirmation(act, version, address, number=len(mailed) + 1)
    act.audit(
        Tag.FILING_ADDRESS_MAILED,
        city=filing.city,
        subject=("filing", filing.id),
        version=version.number,
    )
    return address


def _mailed(act: Act, version: FilingVersion) -> list[datetime]:
    """When the mails of this version were written, oldest first."""
    query = (
        select(OutboxMessage.created_at)
        .where(OutboxMessage.dedupe_key.startswith(confirmation_key(version), autoescape=True))
        .order_by(OutboxMessage.created_at)
    )
    return list(act.session.scalars(query))


def _refuse_too_often(mailed: list[datetime], now: datetime) -> None:
    lately = [at for at in mailed if at > now - WITHIN]
    waits = [lately[-1] + PAUSE - now] if lately else []
    if len(lately) >= MOST:
        waits.append(lately[-MOST] + WITHIN - now)
    wait = max(waits, default=timedelta(0))
    if wait <= timedelta(0):
        return
    pause = int(PAUSE.total_seconds() // 60)
    raise RuleViolation(
        "address_mailed_too_often",
        f"確認のメールを送れるのは、{pause}分に1回、1日に{MOST}回までです。次に送れるのは{_in_words(wait)}です。",
        remedy="迷惑メールのフォルダーを確かめてから、しばらくして送り直します。"
        "アドレスが間違っているときは、申請を直して提出し直します。",
    )


def _in_words(wait: timedelta) -> str:
    minutes = -(-int(wait.total_seconds()) // 60)
    return f"約{max(minutes, 1)}分後" if minutes < 60 else f"約{-(-minutes // 60)}時間後"
