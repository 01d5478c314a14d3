"""Hidden words of a mail: shown in the sent mail alone, never in the database or on a page."""

from typing import Any

import pytest
from cryptography.exceptions import InvalidTag
from flask import Flask
from sqlalchemy import select

from portal import clock
from portal.mail import Letter, OutboxMessage, enqueue
from portal.mail.hidden import hidden, mail_key, revealed, struck
from portal.mail.sending import send_mail
from portal.unit_of_work import reading, writing
from tests.conftest import NOON
from tests.mail_server import MailServer

KEY = mail_key("fedcba9876543210fedcba9876543210")


@pytest.fixture
def settings(settings: dict[str, Any], mail_server: MailServer) -> dict[str, Any]:
    return settings | {"SMTP_PORT": mail_server.port, "KEY_SECRET": "fedcba9876543210fedcba9876543210"}


def kept(app: Flask) -> OutboxMessage:
    with app.app_context(), reading() as session:
        return session.scalars(select(OutboxMessage)).one()


def test_the_receiver_reads_it_and_nobody_else(app: Flask, mail_server: MailServer) -> None:
    link = f"http://localhost/sign/{'Ab3_' * 10}-xy"
    body = f"PIN：{hidden('a1B2c3D4e5', KEY)}\n{link}\n"
    with app.app_context(), writing() as session:
        enqueue(session, Letter(key="pin", to="taro@example.jp", subject="PIN のお知らせ", body=body), NOON)
    assert "a1B2c3D4e5" not in kept(app).body
    struck_out = "PIN：（受信者だけに表示）\nhttp://localhost/sign/…（受信者だけに表示）\n"
    assert struck(kept(app).body) == struck_out
    with app.app_context(), clock.freeze(NOON):
        send_mail(NOON)
    (mail,) = mail_server.mails
    assert mail.get_content().replace("\r\n", "\n") == f"PIN：a1B2c3D4e5\n{link}\n"
    assert kept(app).body == struck_out


def test_it_cannot_be_read_with_another_secret() -> None:
    with pytest.raises(InvalidTag):
        revealed(hidden("123456", KEY), mail_key("another secret of 32 characters!"))


def test_texts_without_secrets_stay_as_they_are() -> None:
    assert revealed("本文です。⟦注⟧\n", KEY) == "本文です。⟦注⟧\n"
    text = "本文です。⟦注⟧\nhttps://example.jp/office/cases/e1bEn_eUW8giaN62t_cdYg\n"
    assert struck(text) == text
