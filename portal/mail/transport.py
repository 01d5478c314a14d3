"""SMTP (メールの送り口): one connection for a batch, with time-outs, and refusals told apart from failures."""

import smtplib
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from email.message import EmailMessage
from enum import Enum
from types import TracebackType
from typing import Any, Self


class Outcome(Enum):
    """What became of an attempt."""

    SENT = "sent"
    FAILED = "failed"
    REFUSED = "refused"


class PermanentRefusal(Exception):
    """The mail server will never take this mail (an answer of the 500s): trying again is no use."""


@dataclass(frozen=True)
class SmtpSettings:
    """Where and how mails are handed over."""

    host: str
    port: int
    user: str = ""
    password: str = ""
    tls: str = "none"
    timeout: int = 10

    @classmethod
    def of(cls, config: Mapping[str, Any]) -> Self:
        """From the app's settings SMTP_*."""
        names = ("HOST", "PORT", "USER", "PASSWORD", "TLS", "TIMEOUT")
        return cls(*(config[f"SMTP_{name}"] for name in names))


class SmtpTransport:
    """Connects at the first mail; a broken connection is made anew for the next one."""

    def __init__(self, settings: SmtpSettings) -> None:
        self._settings = settings
        self._connection: smtplib.SMTP | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        self._close()

    def send(self, mail: EmailMessage) -> None:
        """Hand one mail over; PermanentRefusal when the server says that it never will take it."""
        if self._connection is None:
            self._connection = self._connect()
        try:
            self._connection.send_message(mail)
        except smtplib.SMTPRecipientsRefused as refused:
            code, text = next(iter(refused.recipients.values()))
            self._judge(code, text, refused)
        except smtplib.SMTPResponseException as refused:
            self._judge(refused.smtp_code, refused.smtp_error, refused)
        except Exception:
            self._close()
            raise

    def _judge(self, code: int, text: bytes | str, error: Exception) -> None:
        self._close()
        if code >= 500:
            words = text.decode(errors="replace") if isinstance(text, bytes) else text
            raise PermanentRefusal(f"{code} {words}") from error
        raise error

    def _connect(self) -> smtplib.SMTP:
        settings = self._settings
        if settings.tls == "tls":
            context = ssl.create_default_context()
            connection: smtplib.SMTP = smtplib.SMTP_SSL(
                settings.host, settings.port, timeout=settings.timeout, context=context
            )
        else:
            connection = smtplib.SMTP(settings.host, settings.port, timeout=settings.timeout)
        if settings.tls == "starttls":
            connection.starttls(context=ssl.create_default_context())
        if settings.user:
            connection.login(settings.user, settings.password)
        return connection

    def _close(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            try:
                connection.quit()
            except (smtplib.SMTPException, OSError):
                connection.close()
