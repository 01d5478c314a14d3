"""A whole portal for journeys: web server and jobs as processes of their own, real SMTP, real authority."""

from __future__ import annotations

import os
import subprocess
import sys
import time
import urllib.request
from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from email.message import EmailMessage
from pathlib import Path

from flask import Flask

from portal import clock
from portal.accounts.models import Account, Door
from portal.accounts.registration import create_account
from portal.app import create_app
from portal.demo.serving import free_port
from portal.migrations import commands
from portal.permissions import Role
from portal.unit_of_work import writing
from tests.journeys.authority import Authority
from tests.mail_server import MailServer

ROOT = Path(__file__).resolve().parents[2]
PASSWORD = "Abcdef1!"
PATIENCE = 180.0
MORNING = datetime(2026, 5, 7, 10, 0, tzinfo=clock.TOKYO)
"""A Thursday, the first business day after Golden Week: every portal of a journey begins here."""


class RunningPortal:
    """Started on `instance`; `address` is where the browser goes."""

    def __init__(
        self, instance: Path, database_url: str = "", settings: Mapping[str, str] | None = None
    ) -> None:
        self.instance = instance
        self.mail = MailServer()
        self.mail.start()
        self.authority = Authority(instance / "keys")
        self.port = free_port()
        self.offices: set[str] = set()
        self.address = f"http://127.0.0.1:{self.port}"
        self._environment = {
            "WARIFU_MODE": "test",
            "WARIFU_INSTANCE": str(instance),
            "WARIFU_BASE_URL": self.address,
            "WARIFU_SMTP_PORT": str(self.mail.port),
            "WARIFU_TSA_URLS": self.authority.url,
            **{f"WARIFU_{name}": value for name, value in (settings or {}).items()},
        }
        if database_url:
            self._environment["WARIFU_DATABASE_URL"] = database_url
        self.app = self._own_app()
        self.travel_to(MORNING)
        with self.app.app_context():
            commands.upgrade(self.app.extensions["database"])
        web = [sys.executable, "-m", "waitress", f"--listen=127.0.0.1:{self.port}", "--threads=8", "wsgi:app"]
        self._processes = [self._start(web, "web"), self._start_jobs()]
        self._wait_until_up()

    def person(self, role: Role, city: str, *, name: str, mail_address: str, section: str = "") -> str:
        """An account of a city's office; returns its login name."""
        login_name = f"{city}-{role.value}"
        with self.app.app_context(), writing() as session:
            create_account(
                session,
                login_name=login_name,
                name=name,
                title="市長" if role is Role.SIGNATORY else "主査",
                mail_address=mail_address,
                door=Door.OFFICE,
                roles=[role],
                actor=("operator", "journey", "journey"),
                now=clock.now(),
                password=PASSWORD,
                city=city,
                section=section,
            )
        return login_name

    def account(self, login_name: str) -> Account:
        with self.app.app_context(), writing() as session:
            found = session.query(Account).filter_by(login_name=login_name).one()
            return found

    def travel_to(self, moment: datetime) -> None:
        """Move the clock of every process of this portal."""
        with self.app.app_context():
            clock.shift_to(moment)

    def hold_at(self, moment: datetime) -> None:
        """The clock of every process stands still at this second, however slow the machine is."""
        with self.app.app_context():
            clock.hold_at(moment)

    def let_pass(self, **by: float) -> None:
        """Move it on from now: `let_pass(minutes=1)`."""
        self.travel_to(clock.now() + timedelta(**by))

    def messages(self, to: str, subject: str = "", about: str = "") -> list[EmailMessage]:
        """Mails that arrived at an address, whose subject and text contain the words, oldest first."""
        return [
            mail
            for mail in self.mail.mails
            if str(mail["To"]) == to and subject in str(mail["Subject"]) and about in text_of(mail)
        ]

    def wait_for_message(self, to: str, subject: str = "", about: str = "", after: int = 0) -> EmailMessage:
        """The newest mail to an address; waits until there are more than `after` of them."""
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            found = self.messages(to, subject, about)
            if len(found) > after:
                return found[-1]
            time.sleep(0.1)
        subjects = [(str(mail["To"]), str(mail["Subject"])) for mail in self.mail.mails]
        raise AssertionError(f"no mail to {to} with「{subject}」 about「{about}」; there are {subjects}")

    def wait_for_letter(self, to: str, subject: str = "", about: str = "", after: int = 0) -> str:
        """The text of that mail."""
        return text_of(self.wait_for_message(to, subject, about, after))

    def command(self, *words: str) -> subprocess.CompletedProcess[str]:
        """A command line of the portal on this instance."""
        line = [sys.executable, "-m", "flask", "--app", "wsgi", *words]
        environment = os.environ | self._environment
        return subprocess.run(line, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)

    def end_of_log(self, name: str) -> str:
        """What the process of this name (web, jobs) wrote last."""
        lines = (self.instance / f"{name}.log").read_text(encoding="utf-8", errors="replace").splitlines()
        return "\n".join(line for line in lines if "Task queue depth" not in line)[-4000:]

    def stop(self) -> None:
        for process in self._processes:
            process.terminate()
        for process in self._processes:
            with suppress(subprocess.TimeoutExpired):
                process.wait(timeout=10)
            process.kill()
        self.authority.stop()
        self.mail.stop()
        self.app.extensions["database"].dispose()

    def _own_app(self) -> Flask:
        names = {key.removeprefix("WARIFU_"): value for key, value in self._environment.items()}
        return create_app(names)

    def _start_jobs(self) -> subprocess.Popen[bytes]:
        return self._start([sys.executable, "-m", "flask", "--app", "wsgi", "jobs", "run"], "jobs")

    def _start(self, line: list[str], name: str) -> subprocess.Popen[bytes]:
        log = (self.instance / f"{name}.log").open("wb")
        environment = os.environ | self._environment
        return subprocess.Popen(line, cwd=ROOT, env=environment, stdout=log, stderr=subprocess.STDOUT)

    def _wait_until_up(self) -> None:
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            with suppress(OSError), urllib.request.urlopen(f"{self.address}/healthz", timeout=5) as answer:
                if answer.status == 200:
                    return
            time.sleep(0.1)
        raise AssertionError((self.instance / "web.log").read_text())


def text_of(mail: EmailMessage) -> str:
    """The text that a mail carries."""
    body = mail.get_body(("plain",))
    assert body is not None
    return str(body.get_content())
