"""Mail: once for each event and recipient, whatever is killed, with headers nobody can break out of."""

import json
import multiprocessing
from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from portal import clock
from portal.app import create_app
from portal.audit import AuditEntry
from portal.mail import Attachment, Letter, OutboxMessage, enqueue
from portal.mail.outbox import BadAddress
from portal.mail.sending import MOST_ATTEMPTS, claim, send_mail
from portal.storage import current_store
from portal.unit_of_work import reading, writing
from tests.conftest import NOON
from tests.mail_server import MailServer

SUBJECT = "鳥栖市様 より市道大木線ほか道路改良工事（その２）及び附帯設備更新工事に係る変更契約への署名依頼が届いています"


@pytest.fixture
def settings(settings: dict[str, Any], mail_server: MailServer) -> dict[str, Any]:
    return settings | {"SMTP_PORT": mail_server.port}


@pytest.fixture
def tick(app: Flask) -> Any:
    """Run the sending job at a moment."""

    def run(moment: datetime = NOON) -> str:
        with app.app_context(), clock.freeze(moment):
            return send_mail(moment)

    return run


def put(app: Flask, key: str = "award:1", **values: Any) -> None:
    filled: dict[str, Any] = {"to": "tanaka@example.jp", "subject": SUBJECT, "body": "本文です。\n"}
    with app.app_context(), writing() as session:
        enqueue(session, Letter(key=key, **filled | values), NOON)


def rows(app: Flask) -> list[OutboxMessage]:
    with app.app_context(), reading() as session:
        return list(session.scalars(select(OutboxMessage).order_by(OutboxMessage.dedupe_key)))


def test_a_letter_arrives_as_it_was_written(app: Flask, mail_server: MailServer, tick: Any) -> None:
    with app.app_context():
        sha256 = current_store().put(b"%PDF-1.7 contract")
    put(app, sender_name="鳥栖市（契約担当）", attachments=(Attachment("契約書.pdf", sha256),))

    assert tick() == "送信1件、再試行0件、失敗0件"

    (mail,) = mail_server.mails
    assert mail["Subject"] == SUBJECT
    assert mail["To"] == "tanaka@example.jp"
    assert mail["From"].addresses[0].display_name == "鳥栖市（契約担当）"
    assert mail["From"].addresses[0].addr_spec == app.config["MAIL_FROM"]
    assert mail.get_body().get_content().splitlines() == ["本文です。"]  # type: ignore[union-attr]
    (attachment,) = mail.iter_attachments()
    assert (attachment.get_filename(), attachment.get_content()) == ("契約書.pdf", b"%PDF-1.7 contract")
    assert tick() == "送信0件、再試行0件、失敗0件", "once is enough"


def test_the_same_key_is_one_mail(app: Flask) -> None:
    put(app)
    put(app, subject="another text")
    assert [row.subject for row in rows(app)] == [SUBJECT]


def test_a_mail_for_later_waits(app: Flask, mail_server: MailServer, tick: Any) -> None:
    put(app, due_at=NOON + timedelta(days=1))
    tick()
    assert mail_server.mails == []
    tick(NOON + timedelta(days=4))
    assert len(mail_server.mails) == 1


@pytest.mark.parametrize(
    "address",
    ["a@example.jp, b@example.jp", "a@example.jp\nBcc: b@example.jp", "a@example.jp;b@example.jp", "甲", ""],
)
def test_anything_but_one_address_is_refused(app: Flask, address: str) -> None:
    with pytest.raises(BadAddress):
        put(app, to=address)


@pytest.mark.parametrize("header", ["subject", "sender_name"])
def test_a_header_of_two_lines_is_refused(app: Flask, header: str) -> None:
    with pytest.raises(ValueError, match="one line"):
        put(app, **{header: "件名\r\nBcc: b@example.jp"})


def test_a_sender_name_cannot_bring_in_another_address(
    app: Flask, mail_server: MailServer, tick: Any
) -> None:
    put(app, sender_name='"x" <evil@example.com>, ')
    tick()
    assert [address.addr_spec for address in mail_server.mails[0]["From"].addresses] == [
        app.config["MAIL_FROM"]
    ]


def test_a_server_that_is_busy_is_asked_again_with_the_same_message_id(
    app: Flask, mail_server: MailServer, tick: Any
) -> None:
    put(app)
    mail_server.answer = "451 try again later"
    assert tick() == "送信0件、再試行1件、失敗0件"
    mail_server.answer = None
    assert tick(NOON + timedelta(minutes=4)) == "送信0件、再試行0件、失敗0件"
    assert tick(NOON + timedelta(minutes=5)) == "送信1件、再試行0件、失敗0件"

    (row,) = rows(app)
    assert (row.attempts, row.last_error) == (2, None)
    assert mail_server.mails[0]["Message-ID"] == f"<{row.message_id}@example.jp>"


def test_a_server_that_is_down_delays_until_four_hours_then_the_mail_has_failed(
    app: Flask, mail_server: MailServer, tick: Any
) -> None:
    mail_server.stop()
    put(app)
    for attempt in range(MOST_ATTEMPTS):
        tick(NOON + attempt * timedelta(minutes=5))

    (row,) = rows(app)
    assert row.failed_at == NOON + timedelta(hours=4)
    assert "ConnectionRefusedError" in (row.last_error or "")
    mail_server.start()
    assert tick(NOON + timedelta(days=1)) == "送信0件、再試行0件、失敗0件"


def test_a_refusal_for_good_is_not_repeated_and_stands_in_the_audit_log(
    app: Flask, mail_server: MailServer, tick: Any
) -> None:
    put(app)
    mail_server.answer = "550 no such person"
    assert tick() == "送信0件、再試行0件、失敗1件"

    (row,) = rows(app)
    assert row.failed_at == NOON
    assert "no such person" in (row.last_error or "")
    with app.app_context(), reading() as session:
        assert session.scalars(select(AuditEntry.tag)).all() == ["mail:fail"]


def test_a_mail_whose_attachment_is_lost_is_tried_again_and_holds_up_no_other(
    app: Flask, mail_server: MailServer, tick: Any
) -> None:
    put(app, "1", attachments=(Attachment("x.pdf", "0" * 64),))
    put(app, "2")
    assert tick() == "送信1件、再試行1件、失敗0件"


def test_a_lease_keeps_others_away_until_it_ends(app: Flask) -> None:
    put(app)
    with app.app_context():
        with writing() as session:
            assert len(claim(session, "first", NOON)) == 1
        with writing() as session:
            assert claim(session, "second", NOON + timedelta(minutes=4)) == []
        with writing() as session:
            assert len(claim(session, "second", NOON + timedelta(minutes=6))) == 1


def _send_all(settings: dict[str, Any]) -> None:
    app = create_app(settings)
    with app.app_context():
        for _ in range(3):
            send_mail(clock.now())


def test_two_senders_at_once_send_each_mail_once(
    app: Flask, settings: dict[str, Any], mail_server: MailServer
) -> None:
    for number in range(40):
        put(app, f"{number}", subject=f"{number}")

    context = multiprocessing.get_context("spawn")
    workers = [context.Process(target=_send_all, args=(settings,)) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(180)

    assert sorted(mail["Subject"] for mail in mail_server.mails) == sorted(
        str(number) for number in range(40)
    )


def test_a_killed_sender_loses_no_mail_and_repeats_at_most_the_one_in_flight(
    app: Flask, settings: dict[str, Any], mail_server: MailServer, tick: Any
) -> None:
    for number in range(60):
        put(app, f"{number:02}", subject=f"{number}")
    worker = multiprocessing.get_context("spawn").Process(target=_send_all, args=(settings,))
    worker.start()
    while len(mail_server.mails) < 10 and worker.is_alive():
        worker.join(0.002)
    worker.kill()
    worker.join()

    later = clock.now() + timedelta(hours=1)
    while "送信0件" not in tick(later):
        pass

    arrived = [mail["Message-ID"] for mail in mail_server.mails]
    assert len(set(arrived)) == 60
    assert len(arrived) <= 61


def test_the_page_of_the_job_tells_what_the_last_run_did(app: Flask) -> None:
    put(app)
    runner = app.test_cli_runner()
    assert runner.invoke(args=["jobs", "once", "send_mail"]).output == "送信1件、再試行0件、失敗0件\n"
    listed = {row["name"]: row for row in json.loads(runner.invoke(args=["jobs", "list", "--json"]).output)}
    assert listed["send_mail"]["result"] == "送信1件、再試行0件、失敗0件"
