"""Case links (案件リンク): a contractor acts by the link of a mail, without an account. (ACCT-13)"""

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.accounts.models import CaseLink
from portal.accounts.tokens import new_token, token_hash
from procurement.errors import RuleViolation

LIFETIME = timedelta(days=180)


def issue_case_link(
    session: Session,
    *,
    city: str,
    case_id: str,
    company_id: str,
    now: datetime,
    lifetime: timedelta = LIFETIME,
) -> str:
    """The token of a new link to the page of one case, for the people of one company."""
    token = new_token()
    session.add(
        CaseLink(
            city=city,
            token_hash=token_hash(token),
            case_id=case_id,
            company_id=company_id,
            issued_at=now,
            expires_at=now + lifetime,
        )
    )
    return token


def find_case_link(session: Session, token: str, now: datetime) -> CaseLink:
    """The link of a token, if it still opens; otherwise the person is told what to do next."""
    link = session.scalar(select(CaseLink).where(CaseLink.token_hash == token_hash(token)))
    if link is None or link.voided_at is not None:
        raise RuleViolation(
            "case_link.unknown",
            "このリンクは使えません。",
            remedy="新しいメールのリンクを開くか、市の契約担当課にリンクの再発行を依頼してください。",
        )
    if now >= link.expires_at:
        raise RuleViolation(
            "case_link.expired",
            "このリンクの有効期限が切れています。",
            remedy="市の契約担当課にリンクの再発行を依頼してください。",
        )
    return link
