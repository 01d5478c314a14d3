"""Mail (メール): an outbox in the same transaction as the act, sent over SMTP by a job."""

from portal.mail.messages import render
from portal.mail.outbox import Attachment, Letter, OutboxMessage, checked_address, enqueue

__all__ = ["Attachment", "Letter", "OutboxMessage", "checked_address", "enqueue", "render"]
