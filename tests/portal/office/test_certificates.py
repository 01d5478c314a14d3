"""The office's certificates and the signers' own pages: from the application to the revocation, in a browser."""

import io
import re
from datetime import timedelta
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from portal import clock, custody
from portal.audit import AuditEntry
from portal.mail import OutboxMessage
from portal.mail.hidden import revealed
from portal.permissions import Role
from portal.unit_of_work import reading, writing
from signing.modes import CertificateStatus
from signing.orm_certificates import SignerCertificate
from signing.pades.certificate_requests import Subject, make_request, new_key
from tests.conftest import NOON
from tests.people import PASSWORD, person, sign_in

CITY = "tosu"


@pytest.fixture(autouse=True)
def noon_of_all(noon: Any) -> None:
    """Everything happens at NOON."""


@pytest.fixture
def database_url(sqlite_template: Any, tmp_path: Any) -> str:
    """Pages do not differ between the databases."""
    import shutil

    shutil.copy(sqlite_template, tmp_path / "portal.sqlite")
    return f"sqlite:///{tmp_path / 'portal.sqlite'}"


@pytest.fixture
def admin(app: Flask) -> FlaskClient:
    person(app, Role.ADMIN, "kanri", city=CITY)
    return signed_in(app, "kanri")


@pytest.fixture
def mayor(app: Flask) -> FlaskClient:
    person(app, Role.SIGNATORY, "mayor", city=CITY)
    return signed_in(app, "mayor")


def signed_in(app: Flask, name: str) -> FlaskClient:
    client = app.test_client()
    assert sign_in(client, name) == 302
    return client


def application(**changes: Any) -> dict[str, Any]:
    usual = {
        "kind": "built_in",
        "owner": CITY,
        "name": "試験　花子",
        "organisation": "鳥栖市",
        "unit": "契約管財課",
        "title": "市長",
        "email": "mayor@example.jp",
    }
    return usual | changes


def text_of(answer: Any) -> str:
    return re.sub(r"<[^>]+>|\s+", "", answer.get_data(as_text=True))


def rows(app: Flask) -> list[SignerCertificate]:
    with app.app_context(), reading() as session:
        return list(session.scalars(select(SignerCertificate).order_by(SignerCertificate.requested_at)))


def letters(app: Flask, subject: str) -> list[str]:
    """Letters as their receivers read them."""
    with app.app_context(), reading() as session:
        found = session.scalars(select(OutboxMessage).order_by(OutboxMessage.created_at)).all()
        return [revealed(each.body, custody.letter_key()) for each in found if subject in each.subject]


def tags(app: Flask) -> list[str]:
    with app.app_context(), reading() as session:
        return list(session.scalars(select(AuditEntry.tag).where(AuditEntry.city == CITY)))


def issued_pin(app: Flask, admin: FlaskClient) -> str:
    assert admin.post("/office/certificates/new", data=application()).status_code == 302
    (letter,) = letters(app, "PIN のお知らせ")
    found = re.search(r"^PIN：(\S+)$", letter, re.MULTILINE)
    assert found
    return found[1]


def confirmation(certificate_id: str, pin: str, password: str = PASSWORD) -> dict[str, str]:
    return {"certificate": certificate_id, "pin": pin, "password": password}


def test_from_the_application_to_a_valid_certificate(
    app: Flask, admin: FlaskClient, mayor: FlaskClient
) -> None:
    assert "電子証明書はありません" in text_of(admin.get("/office/certificates"))
    pin = issued_pin(app, admin)
    (row,) = rows(app)
    shown = text_of(admin.get(f"/office/certificates/{row.id}"))
    assert "確認待ち" in shown
    assert "公的な認証局ではありません" in shown
    assert pin not in shown

    asked = text_of(mayor.get("/my-certificates/confirmation"))
    assert "試験　花子".replace("　", "") in asked.replace("　", "")
    answer = mayor.post("/my-certificates/confirmation", data=confirmation(row.id, f" {pin} "))
    assert answer.status_code == 302
    mine = text_of(mayor.get(answer.location))
    assert "有効" in mine
    assert row.serial in mine
    assert "2028年5月" in mine
    assert rows(app)[0].status_at(NOON) is CertificateStatus.CONFIRMED
    assert "certificate:confirm" in tags(app)


def test_the_day_of_the_seal_certificate_is_read_as_people_write_it(app: Flask, admin: FlaskClient) -> None:
    def said(day: str) -> str:
        return text_of(
            admin.post("/office/certificates/new", data=application(name="", seal_certificate_on=day))
        )

    assert "令和8年5月7日、2026-05-07" in text_of(admin.get("/office/certificates/new"))
    fine = said("令和8年4月1日")
    assert "印鑑証明書の発行日が" not in fine
    assert said("2026-04-01") == fine.replace("令和8年4月1日", "2026-04-01")
    assert said("いつか") != fine


def test_a_wrong_pin_is_counted_recorded_and_locks_in_the_end(
    app: Flask, admin: FlaskClient, mayor: FlaskClient
) -> None:
    pin = issued_pin(app, admin)
    (row,) = rows(app)
    for left in (4, 3, 2, 1):
        answer = mayor.post("/my-certificates/confirmation", data=confirmation(row.id, "wrong-pin-1"))
        assert answer.status_code == 422
        assert f"あと{left}回" in text_of(answer)
    answer = mayor.post("/my-certificates/confirmation", data=confirmation(row.id, "wrong-pin-1"))
    assert "再発行" in text_of(answer)
    assert rows(app)[0].status_at(NOON) is CertificateStatus.LOCKED
    assert tags(app).count("certificate:pin:refuse") == 5
    assert "確認できる電子証明書はありません" in text_of(mayor.get("/my-certificates/confirmation"))
    assert mayor.post("/my-certificates/confirmation", data=confirmation(row.id, pin)).status_code == 422


def test_a_wrong_login_password_spends_no_pin(app: Flask, admin: FlaskClient, mayor: FlaskClient) -> None:
    pin = issued_pin(app, admin)
    (row,) = rows(app)
    answer = mayor.post("/my-certificates/confirmation", data=confirmation(row.id, pin, "Wrong-1!"))
    assert answer.status_code == 422
    assert "ログインのパスワードが正しくありません" in text_of(answer)
    assert pin not in answer.get_data(as_text=True)
    assert rows(app)[0].pin_failures == 0


def test_whoever_has_no_certificate_is_told_that_nothing_is_to_do(app: Flask, mayor: FlaskClient) -> None:
    assert "電子証明書で署名するIDではありません" in text_of(mayor.get("/my-certificates"))
    assert mayor.post("/my-certificates/password").status_code == 404


def test_the_certificate_of_a_colleague_is_not_mine(
    app: Flask, admin: FlaskClient, mayor: FlaskClient
) -> None:
    issued_pin(app, admin)
    (row,) = rows(app)
    assert admin.get(f"/my-certificates/{row.id}").status_code == 404
    answer = admin.post("/my-certificates/confirmation", data=confirmation(row.id, "a1B2c3D4e5"))
    assert answer.status_code == 422
    assert rows(app)[0].pin_failures == 0


def test_another_city_finds_nothing(app: Flask, admin: FlaskClient) -> None:
    issued_pin(app, admin)
    (row,) = rows(app)
    person(app, Role.ADMIN, "iwaki-kanri", city="iwaki")
    other = signed_in(app, "iwaki-kanri")
    assert "電子証明書はありません" in text_of(other.get("/office/certificates"))
    assert other.get(f"/office/certificates/{row.id}").status_code == 404
    data = {"reason": "superseded", "is_sure": "y"}
    assert other.post(f"/office/certificates/{row.id}/revocation", data=data).status_code == 404
    assert rows(app)[0].revoked_at is None


def test_a_changed_pin_counts_from_then_on(app: Flask, admin: FlaskClient, mayor: FlaskClient) -> None:
    pin = issued_pin(app, admin)
    (row,) = rows(app)
    data = {"certificate": row.id, "old_pin": pin, "new_pin": "new-Pin-2026", "repeated_pin": "new-Pin-2026"}
    assert mayor.post("/my-certificates/pin", data=data | {"repeated_pin": "other"}).status_code == 422
    assert mayor.post("/my-certificates/pin", data=data).status_code == 302
    assert mayor.post("/my-certificates/confirmation", data=confirmation(row.id, pin)).status_code == 422
    assert (
        mayor.post("/my-certificates/confirmation", data=confirmation(row.id, "new-Pin-2026")).status_code
        == 302
    )


def test_a_signing_password_is_reissued_by_mail(app: Flask, admin: FlaskClient, mayor: FlaskClient) -> None:
    issued_pin(app, admin)
    assert "mayor@example.jp" in text_of(mayor.get("/my-certificates/password"))
    assert mayor.post("/my-certificates/password").status_code == 302
    (letter,) = letters(app, "署名用パスワード")
    assert re.search(r"^署名用パスワード：\d{6}$", letter, re.MULTILINE)
    assert "signing_password:reissue" in tags(app)


def test_revoking_takes_a_reason_and_a_second_step(
    app: Flask, admin: FlaskClient, mayor: FlaskClient
) -> None:
    issued_pin(app, admin)
    (row,) = rows(app)
    address = f"/office/certificates/{row.id}/revocation"
    assert "元に戻すことはできません" in text_of(admin.get(address))
    assert admin.post(address, data={"reason": "affiliation"}).status_code == 422
    assert admin.post(address, data={"reason": "unspecified", "is_sure": "y"}).status_code == 422
    assert rows(app)[0].revoked_at is None
    assert (
        admin.post(address, data={"reason": "affiliation", "note": "異動", "is_sure": "y"}).status_code == 302
    )
    assert rows(app)[0].sealed_key is None
    assert "失効" in text_of(admin.get(f"/office/certificates/{row.id}"))
    assert "失効" in text_of(mayor.get("/my-certificates"))
    assert "異動" in letters(app, "失効のお知らせ")[0]


def test_an_outside_authority_gets_a_request_and_gives_a_chain(app: Flask, admin: FlaskClient) -> None:
    assert admin.post("/office/certificates/new", data=application(kind="outside")).status_code == 422
    data = application(kind="outside", authority="試験認証局")
    assert admin.post("/office/certificates/new", data=data).status_code == 302
    (row,) = rows(app)
    request = admin.get(f"/office/certificates/{row.id}/request.csr").get_data()
    asked = x509.load_pem_x509_csr(request).public_bytes(Encoding.DER)
    with app.app_context():
        ca = custody.needed_ca()
        chain = (ca.issue(asked, clock.now()), ca.certificates["issuing"])
    bad = {"file": (io.BytesIO(b"<html>"), "answer.html")}
    answer = admin.post(f"/office/certificates/{row.id}/import", data=bad)
    assert answer.status_code == 422
    assert "読めません" in text_of(answer)
    pem = b"".join(each.public_bytes(Encoding.PEM) for each in chain)
    answer = admin.post(
        f"/office/certificates/{row.id}/import", data={"file": (io.BytesIO(pem), "chain.pem")}
    )
    assert answer.status_code == 302
    assert rows(app)[0].serial == f"{chain[0].serial_number:x}"


def test_a_key_elsewhere_is_registered_by_its_certificate(app: Flask, admin: FlaskClient) -> None:
    with app.app_context():
        ca = custody.needed_ca()
        request = make_request(new_key(), Subject("試験　花子", "鳥栖市", title="市長"))
        pem = b"".join(
            each.public_bytes(Encoding.PEM)
            for each in (ca.issue(request, clock.now()), ca.certificates["issuing"])
        )
    data = application(kind="elsewhere")
    assert admin.post("/office/certificates/new", data=data).status_code == 422
    answer = admin.post("/office/certificates/new", data=data | {"file": (io.BytesIO(pem), "card.pem")})
    assert answer.status_code == 302
    assert "署名する方の手元" in text_of(admin.get(answer.location))
    assert rows(app)[0].status_at(NOON) is CertificateStatus.CONFIRMED
    assert letters(app, "PIN") == []


def test_a_renewal_begins_with_what_is_known(app: Flask, admin: FlaskClient) -> None:
    issued_pin(app, admin)
    (old,) = rows(app)
    page = admin.get(f"/office/certificates/new?renews={old.id}").get_data(as_text=True)
    assert 'value="試験　花子"' in page
    assert admin.post("/office/certificates/new", data=application(renews=old.id)).status_code == 302
    new = next(row for row in rows(app) if row.id != old.id)
    assert new.renews_id == old.id
    assert rows(app)[0].revoked_at is None


def test_names_that_no_certificate_can_carry_are_refused_with_what_was_typed(
    app: Flask, admin: FlaskClient
) -> None:
    answer = admin.post("/office/certificates/new", data=application(name="", email="no address"))
    assert answer.status_code == 422
    assert "氏名が空欄です" in text_of(answer)
    answer = admin.post("/office/certificates/new", data=application(email="no address"))
    assert answer.status_code == 422
    assert 'value="no address"' in answer.get_data(as_text=True)
    assert rows(app) == []


def test_what_another_city_had_issued_can_be_seen_but_not_revoked(app: Flask, admin: FlaskClient) -> None:
    issued_pin(app, admin)
    (row,) = rows(app)
    with app.app_context(), writing() as session:  # as if the owner were a company of two cities
        session.get_one(SignerCertificate, row.id).managed_by = "iwaki"
    at = f"/office/certificates/{row.id}"
    page = text_of(admin.get(at))
    assert "いわき市が発行の手続きをしたものです" in page
    assert "失効させる" not in page
    assert "更新・再発行する" not in page
    assert admin.get(f"{at}/revocation").status_code == 404
    refused = admin.post(f"{at}/revocation", data={"reason": "cessation", "understood": "y"})
    assert refused.status_code in (404, 422)
    assert rows(app)[0].revoked_at is None
    again = admin.post("/office/certificates/new", data=application(renews=row.id))
    assert again.status_code == 422
    assert "いわき市の契約担当課に連絡します" in text_of(again)
    assert len(rows(app)) == 1


def test_the_days_that_are_left_are_shown(app: Flask, admin: FlaskClient) -> None:
    issued_pin(app, admin)
    with app.app_context(), writing() as session:
        session.scalars(select(SignerCertificate)).one().not_after = NOON + timedelta(days=20)
    assert "あと20日" in text_of(admin.get("/office/certificates"))
