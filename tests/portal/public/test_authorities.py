"""The built-in CA's public answers: OpenSSL asks them over the wire, as any verifier would."""

import base64
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp
from flask import Flask
from flask.testing import FlaskClient

from portal import clock, custody
from signing.pades.built_in_ca import BuiltInCa
from signing.pades.certificate_requests import Subject, make_request, new_key


@pytest.fixture
def settings(settings: dict[str, Any]) -> dict[str, Any]:
    return settings | {"CSRF": True}


@pytest.fixture
def ca(app: Flask) -> BuiltInCa:
    with app.app_context():
        return custody.needed_ca()


@pytest.fixture
def leaf(ca: BuiltInCa) -> x509.Certificate:
    return ca.issue(make_request(new_key(), Subject("試験 太郎", "試験株式会社")), clock.now())


def asked(ca: BuiltInCa, leaf: x509.Certificate) -> bytes:
    builder = ocsp.OCSPRequestBuilder().add_certificate(leaf, ca.certificates["issuing"], hashes.SHA1())
    return builder.build().public_bytes(Encoding.DER)


def test_ocsp_by_post_and_by_get(client: FlaskClient, ca: BuiltInCa, leaf: x509.Certificate) -> None:
    request = asked(ca, leaf)
    by_post = client.post("/ca/ocsp", data=request, content_type="application/ocsp-request")
    by_get = client.get("/ca/ocsp/" + base64.b64encode(request).decode())
    for answer in (by_post, by_get):
        assert answer.status_code == 200
        assert answer.mimetype == "application/ocsp-response"
        found = ocsp.load_der_ocsp_response(answer.data)
        assert found.certificate_status is ocsp.OCSPCertStatus.GOOD
    ca.revoke(leaf.serial_number, clock.now())
    told = ocsp.load_der_ocsp_response(client.post("/ca/ocsp", data=request).data)
    assert told.certificate_status is ocsp.OCSPCertStatus.REVOKED


def test_lists_and_certificates_are_served(
    client: FlaskClient, ca: BuiltInCa, leaf: x509.Certificate
) -> None:
    ca.revoke(leaf.serial_number, clock.now())
    crl = x509.load_der_x509_crl(client.get("/ca/crl/issuing.crl").data)
    assert crl.is_signature_valid(ca.certificates["issuing"].public_key())
    assert [entry.serial_number for entry in crl] == [leaf.serial_number]
    root = x509.load_der_x509_certificate(client.get("/ca/root.cer").data)
    assert root == ca.certificates["root"]
    assert client.get("/ca/crl/other.crl").status_code == 404
    assert client.get("/ca/ocsp.cer").status_code == 404


@pytest.mark.parametrize("body", [b"", b"x" * 5000, b"<html>"])
def test_what_is_no_request_gets_an_ocsp_error(client: FlaskClient, body: bytes) -> None:
    answer = client.post("/ca/ocsp", data=body)
    assert answer.status_code == 200
    found = ocsp.load_der_ocsp_response(answer.data)
    assert found.response_status is ocsp.OCSPResponseStatus.MALFORMED_REQUEST


def test_addresses_in_certificates_are_the_ones_that_answer(
    app: Flask, client: FlaskClient, leaf: x509.Certificate
) -> None:
    point = leaf.extensions.get_extension_for_class(x509.CRLDistributionPoints).value[0]
    access = leaf.extensions.get_extension_for_class(x509.AuthorityInformationAccess).value
    addresses = [point.full_name[0].value, *(each.access_location.value for each in access)]
    base = app.config["BASE_URL"]
    for address in addresses:
        assert address.startswith(base)
        assert client.get(address.removeprefix(base)).status_code in (200, 405)


def test_the_page_says_that_it_is_no_public_authority(client: FlaskClient) -> None:
    page = client.get("/ca").get_data(as_text=True)
    assert "公的な認証局ではありません" in page
    assert "デモ用です" in page
