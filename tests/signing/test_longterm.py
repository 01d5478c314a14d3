"""The evidence of a seal: checked before anything is signed, kept only while all of it is in force."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from asn1crypto import x509
from cryptography.hazmat.primitives.serialization import Encoding
from pyhanko_certvalidator.errors import InvalidCertificateError, PathValidationError

from signing.pades.demo_pki import NOT_AFTER, DemoPki, open_demo_pki
from signing.pades.longterm import ValidationBook
from signing.pades.revocation import RevocationData, RevocationUnavailable
from signing.pades.trust import TrustStore
from signing.testing import NOON


class Answers:
    """A source of revocation data that says what it is told to; how often a path is built is counted."""

    def __init__(self, data: RevocationData) -> None:
        self.data = data

    def gather(self, certificates, now) -> RevocationData:
        return self.data


@pytest.fixture(scope="module")
def pki(keys: Path) -> DemoPki:
    return open_demo_pki(keys)


def loaded(pki: DemoPki, name: str) -> x509.Certificate:
    return x509.Certificate.load(pki.certificates[name].public_bytes(Encoding.DER))


def answers(pki: DemoPki, at=NOON) -> RevocationData:
    data = RevocationData()
    data.add("ocsp", pki.ocsp_response(pki.certificates["tsa"], at))
    data.add("crl", pki.root_crl(at))
    return data


@pytest.fixture
def book(pki: DemoPki, monkeypatch: pytest.MonkeyPatch) -> ValidationBook:
    book = ValidationBook(Answers(answers(pki)), TrustStore(demo=(loaded(pki, "root"),)))
    book.checks = 0
    check = book._check

    def counted(*args):
        book.checks += 1
        return check(*args)

    monkeypatch.setattr(book, "_check", counted)
    return book


def gather(book: ValidationBook, pki: DemoPki, now=NOON):
    return book.gather([], [loaded(pki, "tsa"), loaded(pki, "issuing")], now)


def test_the_same_certificates_and_answers_are_checked_once(book, pki):
    first = gather(book, pki)
    assert gather(book, pki, NOON + timedelta(days=1)) == first
    assert book.checks == 1
    assert set(first.certificates) == {
        loaded(pki, name).dump() for name in ("root", "issuing", "tsa", "ocsp")
    }
    assert len(first.ocsps) == len(first.crls) == 1


def test_other_answers_are_checked_anew(book, pki):
    gather(book, pki)
    book._revocation.data = answers(pki, NOON + timedelta(hours=1))
    gather(book, pki, NOON + timedelta(hours=1))
    assert book.checks == 2


def test_beyond_the_life_of_an_answer_nothing_is_taken_from_what_was_kept(book, pki):
    gather(book, pki)
    with pytest.raises(RevocationUnavailable):
        gather(book, pki, NOON + timedelta(days=8))
    with pytest.raises(RevocationUnavailable):
        gather(book, pki, NOON - timedelta(days=1))


def test_beyond_the_life_of_a_certificate_neither(book, pki):
    gather(book, pki)
    with pytest.raises(PathValidationError):
        gather(book, pki, NOT_AFTER + timedelta(days=1))


@pytest.mark.parametrize("kept", ["ocsps", "crls"])
def test_a_certificate_without_an_answer_is_not_sealed_with(book, pki, kept):
    """The leaf needs the response, the CA above it the list; no certificate of the demo names a place."""
    full = answers(pki)
    book._revocation.data = RevocationData(**{kept: getattr(full, kept)})
    with pytest.raises(RevocationUnavailable, match="失効情報"):
        gather(book, pki)


def test_an_answer_about_another_certificate_is_none(book, pki):
    data = RevocationData()
    data.add("ocsp", pki.ocsp_response(pki.certificates["ocsp"], NOON))
    data.add("crl", pki.root_crl(NOON))
    book._revocation.data = data
    with pytest.raises(RevocationUnavailable):
        gather(book, pki)


def test_a_certificate_that_is_not_for_signatures_does_not_sign(book, pki):
    """The responder's certificate: trusted, but without the key usage non-repudiation."""
    with pytest.raises(InvalidCertificateError):
        book.gather([loaded(pki, "ocsp"), loaded(pki, "issuing")], [], NOON)
