"""Signing with one's own certificate: three ways, counted mistakes, an account that is recorded as one."""

import base64
import io
import json
import re
import shutil
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from portal import clock, custody
from portal.acting import acting, house
from portal.mail import OutboxMessage
from portal.mail.hidden import revealed
from portal.password_desk import password_desk
from portal.scoping import Scope
from portal.unit_of_work import writing
from portal.workflows.mail_signing_password import certificate_owner
from portal.workflows.send_for_signing import draft_envelope, send_for_signing
from procurement.cities.loader import load_cities
from procurement.rules import SigningType
from signing import evidence_of, prepare_envelope, verify_pdf
from signing.certificates import (
    Holder,
    confirm_certificate,
    issue_from_built_in_ca,
    prepare_request,
    request_certificate,
)
from signing.modes import StepStatus
from signing.pades.certificate_requests import Subject
from tests.conftest import NOON
from tests.portal.signer.desk import OFFICER, SIGNATORY_MAIL, SigningDesk, look_at, text_of
from tests.signing.parties import PASSWORD, Person, issue

ORGANISATION = re.compile(r"証明書に「(.+?)」の名前")


class PartyDesk(SigningDesk):
    """A contract of a city that signs in party type."""

    def send_party(self) -> "PartyDesk":
        self.play("submit", "accept", "draft_contract")
        with self.app.app_context():
            with self.looking() as act:
                draft = draft_envelope(act, self.contract(act), self.players.signatory)
            prepared = prepare_envelope(house().services, draft)
            with acting(OFFICER, Scope()) as act:
                send_for_signing(act, self.contract(act), prepared, password_desk())
        return self

    def password(self, to: str) -> str:
        """The newest signing password that was mailed to an address."""
        with self.app.app_context(), self.looking() as act:
            query = (
                select(OutboxMessage.body).where(OutboxMessage.to == to).order_by(OutboxMessage.created_at)
            )
            bodies = [revealed(body, custody.letter_key()) for body in act.session.scalars(query)]
        found = [m for body in bodies for m in re.findall(r"署名用パスワード[\s　]*：[\s　]*(\d{6})", body)]
        return found[-1]

    def certify(self, *, is_confirmed: bool = True) -> tuple[str, str]:
        """A held certificate for the contractor's signatory; its id and PIN."""
        with self.app.app_context():
            with self.looking() as act:
                [step, _] = self.envelope(act).steps
                owner = certificate_owner(self.contract(act), step)
                subject = Subject(step.name, step.organisation, "", step.title)
                holder = Holder(owner, step.email, subject)
            prepared = prepare_request(custody.vault(), holder)
            with writing() as session:
                row = request_certificate(session, prepared, clock.now(), authority="試験")
                issue_from_built_in_ca(session, custody.needed_ca(), row.id, clock.now())
                certificate_id = row.id
            if is_confirmed:
                confirm_certificate(writing, custody.vault(), certificate_id, prepared.pin, clock.now())
            return certificate_id, prepared.pin

    def person_of(self, number: int) -> Person:
        """A key file of the demo CA for the signer of that number."""
        step = self.steps()[number]
        with self.app.app_context():
            return issue(custody.keys_folder(), step.name, step.organisation, step.title)


@pytest.fixture
def database_url(tmp_path: Path, sqlite_template: Path) -> str:
    """One kind of database is enough for pages; the acts behind them are tested on both."""
    shutil.copy(sqlite_template, tmp_path / "portal.sqlite")
    return f"sqlite:///{tmp_path / 'portal.sqlite'}"


@pytest.fixture
def settings(settings: dict[str, Any]) -> dict[str, Any]:
    return settings | {"KEY_SCRYPT_COST": 14}


@pytest.fixture
def desk(app: Flask) -> PartyDesk:
    """A city of party type: the rules of a demo city with another type of signing."""
    at = app.extensions["house"]
    cities = dict(load_cities(None))
    rules = cities["tosu"]
    cities["tosu"] = replace(rules, signing=replace(rules.signing, type=SigningType.PARTY))
    at.__dict__["cities"] = cities
    return PartyDesk(app, "tosu").send_party()


def sign(client: FlaskClient, link: str, certificate: str, pin: str, password: str):
    return client.post(
        f"{link}/signature", data={"certificate": certificate, "pin": pin, "password": password}
    )


def both(person: Person) -> bytes:
    """A certificate with the one that issued it."""
    return b"".join(c.public_bytes(Encoding.PEM) for c in (person.certificate, person.issuing))


def evidence(desk: PartyDesk):
    with desk.app.app_context(), desk.looking() as act:
        return evidence_of(act.session, desk.envelope(act).id)


def test_pin_and_signing_password_release_the_key(desk: PartyDesk, client: FlaskClient) -> None:
    certificate, pin = desk.certify()
    link = desk.link(desk.company_mail)
    look_at(client, link)
    assert client.get(f"{link}/consent").location == f"{link}/signature"
    page = text_of(client.get(f"{link}/signature"))
    assert "契約文書署名" in page
    done = sign(client, link, certificate, pin, desk.password(desk.company_mail))
    assert done.location == f"{link}/done"
    [kept] = evidence(desk)
    assert (kept.authentication, kept.pressed) == ("mail_link+pin+signing_password", "署名する")
    assert kept.shown["certificate"]["organisation"] == desk.steps()[0].organisation
    assert pin not in str(vars(kept))
    desk.seal()
    assert desk.steps()[0].status is StepStatus.SEALED


def test_wrong_pins_are_counted_and_the_fifth_locks(desk: PartyDesk, client: FlaskClient) -> None:
    certificate, pin = desk.certify()
    link = desk.link(desk.company_mail)
    look_at(client, link)
    password = desk.password(desk.company_mail)
    for left in (4, 3, 2, 1):
        answer = sign(client, link, certificate, "wrongPIN22", password)
        assert answer.status_code == 422
        assert f"あと{left}回" in text_of(answer)
    assert "使えなくなりました" in text_of(sign(client, link, certificate, "wrongPIN22", password))
    assert "使えなくなりました" in text_of(sign(client, link, certificate, pin, password))
    assert desk.steps()[0].consented_at is None


def test_a_wrong_signing_password_is_refused_and_a_reissued_one_works(
    desk: PartyDesk, client: FlaskClient
) -> None:
    certificate, pin = desk.certify()
    link = desk.link(desk.company_mail)
    look_at(client, link)
    old = desk.password(desk.company_mail)
    wrong = "000000" if old != "000000" else "111111"
    assert "あと4回" in text_of(sign(client, link, certificate, pin, wrong))
    assert client.post(f"{link}/signature/password").location == f"{link}/signature"
    new = desk.password(desk.company_mail)
    if old != new:
        assert sign(client, link, certificate, pin, old).status_code == 422
    assert sign(client, link, certificate, pin, new).location == f"{link}/done"


def test_a_certificate_that_was_not_confirmed_is_refused_in_the_known_words(
    desk: PartyDesk, client: FlaskClient
) -> None:
    certificate, pin = desk.certify(is_confirmed=False)
    link = desk.link(desk.company_mail)
    look_at(client, link)
    answer = sign(client, link, certificate, pin, desk.password(desk.company_mail))
    assert (
        "証明書有効性確認の操作が未完了です。証明書管理メニューより証明書有効性確認を選択し証明書有効性確認の操作を実行してください。"
        in text_of(answer)
    )


def test_nobody_signs_with_the_certificate_of_somebody_else(desk: PartyDesk, client: FlaskClient) -> None:
    certificate, pin = desk.certify()
    desk_link = desk.link(desk.company_mail)
    look_at(client, desk_link)
    assert sign(client, desk_link, "another", pin, desk.password(desk.company_mail)).status_code == 422
    assert sign(client, desk_link, certificate, pin, desk.password(desk.company_mail)).status_code == 302


def test_a_key_file_signs_once_and_is_kept_nowhere(desk: PartyDesk, client: FlaskClient, tmp_path) -> None:
    person = desk.person_of(0)
    link = desk.link(desk.company_mail)
    look_at(client, link)

    def send(content: bytes, password: str):
        data = {"key_file": (io.BytesIO(content), "me.p12"), "key_password": password}
        return client.post(f"{link}/signature/file", data=data)

    assert "パスワードが違う" in text_of(send(person.p12, "wrong"))
    assert "開けません" in text_of(send(b"no key", "x"))
    assert "開けません" in text_of(send(b"", ""))
    with desk.app.app_context():
        stranger = issue(custody.keys_folder(), "他人", "別の会社")
    assert "別の会社" in text_of(send(stranger.p12, PASSWORD.decode()))
    assert desk.steps()[0].consented_at is None
    assert send(person.p12, PASSWORD.decode()).location == f"{link}/done"
    assert evidence(desk)[0].authentication == "mail_link+pkcs12"
    secret = person.p12[40:80]
    assert not [path for path in tmp_path.rglob("*") if path.is_file() and secret in path.read_bytes()]


def test_a_file_that_is_too_large_for_a_key_is_not_even_read(desk: PartyDesk, client: FlaskClient) -> None:
    link = desk.link(desk.company_mail)
    data = {"key_file": (io.BytesIO(bytes(200 << 10)), "me.p12"), "key_password": "x"}
    assert client.post(f"{link}/signature/file", data=data).status_code == 413


def test_an_outside_device_signs_what_it_was_handed(desk: PartyDesk, client: FlaskClient) -> None:
    person = desk.person_of(0)
    link = desk.link(desk.company_mail)
    look_at(client, link)
    assert "受取りからやり直し" not in text_of(client.get(f"{link}/signature/external"))
    certificate = both(person)
    data = {"signer_certificate": (io.BytesIO(certificate), "me.cer")}
    assert client.post(f"{link}/signature/external", data=data).status_code == 302
    assert "受取りからやり直し" in text_of(client.get(f"{link}/signature/external"))
    answer = client.get(f"{link}/signature/external/data.json")
    assert answer.headers["Content-Disposition"].startswith("attachment")
    [document] = json.loads(answer.data)["documents"]
    attributes = base64.b64decode(document["signed_attributes"])
    signature = base64.b64encode(person.private_key.sign(attributes, ec.ECDSA(hashes.SHA256()))).decode()
    wrong = client.post(f"{link}/signature/external/answer", data={"answer-1": signature[:-8] + "AAAAAAA="})
    assert wrong.status_code == 422
    done = client.post(f"{link}/signature/external/answer", data={"answer-1": signature})
    assert done.location == f"{link}/done"
    assert evidence(desk)[0].authentication == "mail_link+external"


def test_an_outside_device_that_is_too_late_is_told_so(desk: PartyDesk, client: FlaskClient) -> None:
    person = desk.person_of(0)
    link = desk.link(desk.company_mail)
    look_at(client, link)
    certificate = both(person)
    client.post(
        f"{link}/signature/external", data={"signer_certificate": (io.BytesIO(certificate), "me.cer")}
    )
    with clock.freeze(NOON + timedelta(minutes=16)):
        late = client.post(f"{link}/signature/external/answer", data={"answer-1": "AAAA"})
        assert "有効時間が過ぎた" in text_of(late)
        assert "有効時間が過ぎた" in text_of(client.get(f"{link}/signature/external/data.json"))


def test_giving_up_a_hand_out_opens_the_other_ways(desk: PartyDesk, client: FlaskClient) -> None:
    person = desk.person_of(0)
    link = desk.link(desk.company_mail)
    look_at(client, link)
    certificate = both(person)
    client.post(
        f"{link}/signature/external", data={"signer_certificate": (io.BytesIO(certificate), "me.cer")}
    )
    assert client.post(f"{link}/signature/external/stop").status_code == 302
    assert "署名するデータを受け取る" in text_of(client.get(f"{link}/signature/external"))


def test_unread_papers_are_not_signed(desk: PartyDesk, client: FlaskClient) -> None:
    certificate, pin = desk.certify()
    link = desk.link(desk.company_mail)
    assert "まだ表示していない書類" in text_of(client.get(f"{link}/signature"))
    answer = sign(client, link, certificate, pin, desk.password(desk.company_mail))
    assert answer.status_code == 422
    assert desk.steps()[0].consented_at is None


def test_the_witness_type_has_no_such_pages(complete_desk: SigningDesk, client: FlaskClient) -> None:
    link = complete_desk.send().link(complete_desk.company_mail)
    assert client.get(f"{link}/signature").status_code == 404


def test_the_whole_contract_ends_with_two_organisations(desk: PartyDesk, client: FlaskClient) -> None:
    for number, address in enumerate((desk.company_mail, SIGNATORY_MAIL)):
        link = desk.link(address)
        look_at(client, link)
        person = desk.person_of(number)
        data = {"key_file": (io.BytesIO(person.p12), "me.p12"), "key_password": PASSWORD.decode()}
        assert client.post(f"{link}/signature/file", data=data).status_code == 302
        desk.seal()
    with desk.app.app_context():
        verdict = verify_pdf(house().store.path(_sha256(desk)), house().trust, clock.now())
    assert verdict.is_valid
    names = [s.organisation for s in verdict.signatures if s.kind == "signature"]
    assert names == [step.organisation for step in desk.steps()]


def test_an_account_is_recorded_as_one_and_the_mailed_link_lives_on(
    desk: PartyDesk, client: FlaskClient
) -> None:
    person = desk.person_of(0)
    link = desk.link(desk.company_mail)
    look_at(client, link)
    client.post(
        f"{link}/signature/file",
        data={"key_file": (io.BytesIO(person.p12), "me.p12"), "key_password": PASSWORD.decode()},
    )
    desk.seal()
    mailed = desk.link(SIGNATORY_MAIL)
    official = desk.app.test_client()
    login = {"login_name": "tosu-signatory", "password": "Abcdef1!"}
    official.post("/login", data=login)
    with desk.app.app_context(), desk.looking() as act:
        contract_id = desk.contract(act).id
    opened = official.post(f"/office/contracts/{contract_id}/sign").location
    assert opened.startswith("/sign/")
    assert client.get(opened).status_code == 403
    assert client.get(mailed).status_code == 200
    look_at(official, opened)
    mayor = desk.person_of(1)
    data = {"key_file": (io.BytesIO(mayor.p12), "me.p12"), "key_password": PASSWORD.decode()}
    assert official.post(f"{opened}/signature/file", data=data).status_code == 302
    assert {e.authentication for e in evidence(desk)} == {"mail_link+pkcs12", "account+pkcs12"}


def _sha256(desk: PartyDesk) -> str:
    with desk.looking() as act:
        return str(desk.contract(act).documents[0].final_sha256)
