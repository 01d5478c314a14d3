"""Mails of a surety's desk (保証会社からのお知らせ): from the company, to its customer; never with a key. (MAIL-17)"""

from typing import Any

from guarantees.desk.orm import DeskApplication, DeskCertificate, DeskCustomer, DeskGuarantee
from guarantees.issuers import issuer_of
from portal.mail import Letter, enqueue, render
from portal.workflows.act import Act


def mail_desk(
    act: Act, template: str, to: str, customer: DeskCustomer, *, key: str, path: str, **values: Any
) -> None:
    """Put a letter of a surety company into the outbox, once per `key`; an empty address gets none."""
    if not to:
        return
    issuer = issuer_of(customer.issuer)
    subject, body = render(
        template, issuer=issuer, customer=customer, now=act.now, link=act.address_of(path), **values
    )
    letter = Letter(key=f"{key}:{to}", to=to, subject=subject, body=body, sender_name=issuer.name)
    enqueue(act.session, letter, now=act.now)


def mail_issued(act: Act, guarantee: DeskGuarantee) -> None:
    """電子保証（認証キー）発行完了のお知らせ, or 電子証書・認証キー登録のお知らせ, once it has arrived. (MAIL-17, GUAR-50)"""
    to = notice_address(guarantee)
    page = f"/surety/desk/guarantees/{guarantee.id}"
    values = {"guarantee": guarantee, "contents": guarantee.papers[0].says}
    mail_desk(
        act, "desk_certificate_issued", to, guarantee.customer,
        key=f"desk-issued:{guarantee.id}", path=page, **values,
    )  # fmt: skip


def mail_followed(act: Act, guarantee: DeskGuarantee, paper: DeskCertificate) -> None:
    """What happened to a certificate after its issue: changed, corrected, change withdrawn, cancelled."""
    to = notice_address(guarantee) or guarantee.customer.mail_address
    page = f"/surety/desk/guarantees/{guarantee.id}"
    values = {"guarantee": guarantee, "paper": paper, "contents": paper.says}
    mail_desk(
        act, "desk_certificate_followed", to, guarantee.customer,
        key=f"desk-followed:{paper.id}", path=page, **values,
    )  # fmt: skip


def mail_sent_back(act: Act, application: DeskApplication) -> None:
    """The application comes back with its reason."""
    to = application.values.get("typed", {}).get("mail_address") or application.customer.mail_address
    page = f"/surety/desk/applications/{application.id}"
    assert application.sent_back_at is not None
    stamp = application.sent_back_at.isoformat()
    mail_desk(
        act, "desk_application_sent_back", to, application.customer,
        key=f"desk-sent-back:{application.id}:{stamp}", path=page, application=application,
    )  # fmt: skip


def notice_address(guarantee: DeskGuarantee) -> str:
    """Where the customer wishes the notice of completion; empty when none was wished. (GUAR-41)"""
    asked = guarantee.application.values.get("asked") or {}
    return str(asked.get("notice_to") or "")
