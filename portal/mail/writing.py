"""Writing a mail (メールの組み立て): an outbox row becomes a message whose headers cannot be broken out of."""

from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from portal.mail.hidden import revealed
from portal.mail.outbox import OutboxMessage
from signing.stores import DocumentStore


def written_mail(
    message: OutboxMessage, from_address: str, from_name: str, store: DocumentStore, now: datetime, key: bytes
) -> EmailMessage:
    """The message as it goes over the wire, its attachments read (and checked) from the store.

    `key` opens what lies hidden in the outbox: a PIN, a one-time password.
    """
    mail = EmailMessage(policy=SMTP)
    mail["From"] = Address(message.sender_name or from_name, addr_spec=from_address)
    mail["To"] = Address(addr_spec=message.to)
    mail["Subject"] = message.subject
    mail["Date"] = format_datetime(now)
    mail["Message-ID"] = f"<{message.message_id}@{from_address.rpartition('@')[2]}>"
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(revealed(message.body, key), charset="utf-8", cte="base64")
    for attachment in message.attachments:
        maintype, _, subtype = attachment["media_type"].partition("/")
        content = store.read(attachment["sha256"])
        mail.add_attachment(content, maintype=maintype, subtype=subtype, filename=attachment["name"])
    return mail
