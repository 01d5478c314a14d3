"""The demo's mailbox (デモの受信箱): a real SMTP server on this machine that keeps what it is sent."""

import email
import email.policy
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage, Message
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from flask import current_app

from portal import clock
from procurement.orm import new_id


@dataclass(frozen=True)
class Delivery:
    """A mail that arrived, as the mailbox page shows it."""

    name: str
    to: str
    sender: str
    subject: str
    at: datetime
    message: EmailMessage

    @property
    def body(self) -> str:
        """The text of the mail."""
        part = self.message.get_body(("plain",))
        return str(part.get_content()) if part else ""

    @property
    def attachments(self) -> list[tuple[str, str, bytes]]:
        """Name, media type and content of each attachment."""
        return [
            (part.get_filename() or "添付", part.get_content_type(), _content(part))
            for part in self.message.iter_attachments()
        ]


def _content(part: Message) -> bytes:
    payload = part.get_payload(decode=True)
    return payload if isinstance(payload, bytes) else b""


def folder() -> Path:
    """Where the demo's mails lie, in the instance folder."""
    return Path(current_app.config["INSTANCE"]) / "demo" / "mailbox"


def deliveries(to: str = "", limit: int = 200) -> list[Delivery]:
    """The mails that arrived, newest first; of one recipient when `to` is given."""
    files = sorted(folder().glob("*.eml"), reverse=True)
    found = (read(path.stem) for path in files)
    return [mail for mail in found if mail and (not to or mail.to == to)][:limit]


def read(name: str) -> Delivery | None:
    """One mail by its name, or None."""
    path = folder() / f"{name}.eml"
    if not name.replace("-", "").replace("_", "").isalnum() or not path.is_file():
        return None
    message = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    return Delivery(
        name=name,
        to=str(message["To"] or ""),
        sender=str(message["From"] or ""),
        subject=str(message["Subject"] or ""),
        at=_date_of(message),
        message=message,
    )


def _date_of(message: EmailMessage) -> datetime:
    try:
        return parsedate_to_datetime(str(message["Date"])).astimezone(clock.TOKYO)
    except (TypeError, ValueError):
        return clock.now()


class KeepMail:
    """aiosmtpd handler: each mail becomes a file, named so that the newest sorts last."""

    def __init__(self, target: Path) -> None:
        self.target = target
        target.mkdir(parents=True, exist_ok=True)

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:
        name = f"{clock.real_now():%Y%m%d%H%M%S%f}-{new_id()}"
        draft = self.target / f".{name}"
        draft.write_bytes(envelope.content)
        draft.rename(self.target / f"{name}.eml")
        return "250 OK"


def mail_server(target: Path, port: int) -> Controller:
    """The SMTP server of the demo on the loopback address; `start()` and `stop()` it."""
    return Controller(KeepMail(target), hostname="127.0.0.1", port=port)
