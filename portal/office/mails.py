"""Mails (メール): what the portal wrote for the city's cases, to whom, and whether it left."""

from collections.abc import Callable, Mapping

from flask import abort, request
from sqlalchemy import ColumnElement, and_, select

from portal.acting import looking
from portal.mail import OutboxMessage
from portal.mail.hidden import struck
from portal.office import blueprint
from portal.office.access import Page, own_city, show
from portal.office.listings import has_word, list_page
from portal.permissions import Permission, requires
from procurement.cases import ProcurementCase

STATES: Mapping[str, tuple[str, Callable[[], ColumnElement[bool]]]] = {
    "waiting": (
        "送信待ち",
        lambda: and_(OutboxMessage.sent_at.is_(None), OutboxMessage.failed_at.is_(None)),
    ),
    "sent": ("送信済み", lambda: OutboxMessage.sent_at.is_not(None)),
    "failed": ("失敗", lambda: OutboxMessage.failed_at.is_not(None)),
}


@blueprint.get("/mails")
@requires(Permission.OFFICE_READ)
def show_mails() -> Page:
    """The city's mails, the newest first."""
    state, q = request.args.get("state", ""), request.args.get("q", "").strip()
    with looking() as act:
        query = select(OutboxMessage).where(OutboxMessage.city == own_city())
        if state in STATES:
            query = query.where(STATES[state][1]())
        if q:
            texts = (OutboxMessage.subject, OutboxMessage.to)
            query = query.where(has_word(texts, q))
        listing = list_page(act.session, query.order_by(OutboxMessage.created_at.desc(), OutboxMessage.id))
        states = [("", "すべて"), *((key, word) for key, (word, _) in STATES.items())]
        return show("mails/index", act, listing=listing, states=states, state=state, q=q, state_of=state_of)


@blueprint.get("/mails/<mail_id>")
@requires(Permission.OFFICE_READ)
def show_mail(mail_id: str) -> Page:
    """One mail as it was written; links that let somebody in are not shown to others."""
    with looking() as act:
        query = select(OutboxMessage).where(OutboxMessage.id == mail_id, OutboxMessage.city == own_city())
        mail = act.session.scalar(query) or abort(404)
        case = act.session.get(ProcurementCase, mail.case_id) if mail.case_id else None
        return show("mails/mail", act, mail=mail, case=case, body=struck(mail.body), state=state_of(mail))


def state_of(mail: OutboxMessage) -> tuple[str, str]:
    """The state of a mail: its word and its kind of tag."""
    if mail.sent_at:
        return "送信済み", "sent"
    if mail.failed_at:
        return "失敗", "late"
    return "送信待ち", "waiting"
