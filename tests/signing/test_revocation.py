"""Revocation data over HTTP: verified before it is kept, kept for its life, and a revoked certificate stops a seal."""

import shutil
import time
from datetime import timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ReasonFlags, ocsp
from cryptography.x509.oid import ExtendedKeyUsageOID

from signing.pades.answers import as_der
from signing.pades.demo_pki import open_demo_pki
from signing.pades.exchanges import Patience
from signing.pades.keeping import MemoryAnswerBook
from signing.pades.revocation import (
    BuiltInRevocation,
    CertificateRevoked,
    HttpRevocation,
    RevocationUnavailable,
)
from signing.testing import NOON, MovableClock
from tests.tsa_server import AuthorityServer

QUICK = Patience(connect=1, read=0.6, total=1.0)
YESTERDAY = NOON - timedelta(days=1)


@pytest.fixture(scope="module")
def module_clock():
    return MovableClock(NOON)


@pytest.fixture(scope="module")
def served(module_clock):
    server = AuthorityServer(module_clock)
    server.signer = server.pki.issue("署名者")
    server.truth = dict(server.answers)
    yield server
    server.stop()


@pytest.fixture
def clock(module_clock):
    module_clock.at = NOON
    return module_clock


@pytest.fixture
def server(served, clock):
    served.trouble.clear()
    served.seen.clear()
    served.pki.revoked.clear()
    served.answers |= served.truth
    return served


def source(server, **how) -> HttpRevocation:
    return HttpRevocation(issuers=[server.pki.root.asn1], patience=QUICK, **how)


def chain(server) -> list:
    return [server.signer.asn1, server.pki.issuing.asn1]


def refusal(server, clock, revocation=None) -> str:
    with pytest.raises(RevocationUnavailable) as refused:
        (revocation or source(server)).gather(chain(server), clock())
    return refused.value.facts["reason"]


def test_ocsp_for_the_signer_and_the_list_of_the_root_for_its_issuer(server, clock):
    data = source(server).gather(chain(server), clock())
    assert (len(data.ocsps), len(data.crls)) == (1, 1)
    assert ocsp.load_der_ocsp_response(data.ocsps[0]).serial_number == server.signer.certificate.serial_number
    assert x509.load_der_x509_crl(data.crls[0]).issuer == server.pki.root.certificate.subject


@pytest.mark.parametrize(
    "trouble", [500, 404, "redirect", "html", "plain", "hang", "drip", "huge", "cut", "reset", "empty"]
)
def test_list_answers_when_the_responder_misbehaves(server, clock, trouble):
    server.trouble["/ocsp"] = trouble
    began = time.monotonic()
    data = source(server).gather(chain(server), clock())
    assert (len(data.ocsps), len(data.crls)) == (0, 2)
    assert time.monotonic() - began < 2.5
    assert server.asked("/elsewhere") == 0


FALSE_OCSP = {
    "of a stranger": (lambda s: {"signer": s.pki.self_signed()}, "委任を受けた応答者のものではありません"),
    "not delegated": (
        lambda s: {"signer": s.pki.issue("ただの人")},
        "委任を受けた応答者のものではありません",
    ),
    "expired responder": (
        lambda s: {
            "signer": s.pki.issue("古い応答者", uses=[ExtendedKeyUsageOID.OCSP_SIGNING], until=YESTERDAY)
        },
        "委任を受けた応答者のものではありません",
    ),
    "another certificate": (lambda s: {"about": s.pki.issuing.certificate}, "別の証明書について"),
    "expired": (lambda s: {"since": NOON - timedelta(days=9), "days": 7}, "有効期限の切れた"),
    "no end, old": (lambda s: {"since": NOON - timedelta(days=2), "days": 0}, "有効期限の切れた"),
    "of the future": (lambda s: {"since": NOON + timedelta(hours=1)}, "未来"),
    "unknown": (lambda s: {"status": ocsp.OCSPCertStatus.UNKNOWN}, "知らないと答えました"),
    "wrong nonce": (lambda s: {"nonce": b"0123456789abcdef"}, "ノンス"),
}


@pytest.mark.parametrize("case", FALSE_OCSP, ids=lambda case: case)
def test_false_ocsp_answer_is_not_used(server, clock, case):
    how, words = FALSE_OCSP[case]
    changes = how(server)
    server.answers["/ocsp"] = lambda body: server.pki.ocsp(body, **changes)
    server.trouble["/crl/issuing"] = 404
    reason = refusal(server, clock)
    assert words in reason
    assert "署名者" in reason
    assert "HTTP 404" in reason


@pytest.mark.parametrize("status", [ocsp.OCSPResponseStatus.TRY_LATER, ocsp.OCSPResponseStatus.UNAUTHORIZED])
def test_responder_that_says_it_cannot_answer(server, clock, status):
    failed = ocsp.OCSPResponseBuilder.build_unsuccessful(status).public_bytes(Encoding.DER)
    server.answers["/ocsp"] = lambda _: failed
    server.trouble["/crl/issuing"] = 500
    assert status.name in refusal(server, clock)


def test_answer_signed_by_the_issuer_itself_and_without_nonce_is_good(server, clock):
    server.answers["/ocsp"] = lambda body: server.pki.ocsp(body, signer=server.pki.issuing, nonce=None)
    assert len(source(server).gather(chain(server), clock()).ocsps) == 1


def _scope(**how) -> x509.IssuingDistributionPoint:
    names = "only_contains_user_certs only_contains_ca_certs indirect_crl only_contains_attribute_certs"
    flags = dict.fromkeys(names.split(), False) | how
    return x509.IssuingDistributionPoint(
        full_name=None if flags["only_contains_ca_certs"] or flags["indirect_crl"] else [x509.DNSName("x")],
        relative_name=None, only_some_reasons=None, **flags,
    )  # fmt: skip


FALSE_LISTS = {
    "signed by another": (lambda s: {"signer": s.pki.root}, "署名が発行元のものではありません"),
    "of another issuer": (lambda s: {"issuer": s.pki.root}, "別の発行元"),
    "expired": (lambda s: {"since": NOON - timedelta(days=9)}, "有効期限の切れた"),
    "of the future": (lambda s: {"since": NOON + timedelta(days=1)}, "未来"),
    "for authorities only": (lambda s: {"extensions": [_scope(only_contains_ca_certs=True)]}, "対象としない"),
    "indirect": (lambda s: {"extensions": [_scope(indirect_crl=True)]}, "対象としない"),
    "changes only": (lambda s: {"extensions": [x509.DeltaCRLIndicator(1)]}, "差分だけ"),
}


@pytest.mark.parametrize("case", FALSE_LISTS, ids=lambda case: case)
def test_false_list_is_not_used(server, clock, case):
    how, words = FALSE_LISTS[case]
    changes = how(server)
    server.trouble["/ocsp"] = 500
    server.answers["/crl/issuing"] = lambda _: server.pki.crl("issuing", **changes)
    assert words in refusal(server, clock)


def test_list_in_pem_is_read(server, clock):
    crl = x509.load_der_x509_crl(server.pki.crl())
    assert as_der(crl.public_bytes(Encoding.PEM)) == crl.public_bytes(Encoding.DER)


@pytest.mark.parametrize("by", ["ocsp", "list"])
def test_revoked_certificate_stops_the_seal_with_words(server, clock, by):
    server.pki.revoke(server.signer, YESTERDAY, ReasonFlags.key_compromise)
    if by == "list":
        server.trouble["/ocsp"] = 500
    with pytest.raises(CertificateRevoked) as refused:
        source(server).gather(chain(server), clock())
    assert refused.value.code == "certificate_revoked"
    assert refused.value.text.startswith(
        "証明書「署名者」は、2026年4月30日 12:00に失効しています（理由: 鍵の漏えい）。"
    )
    assert "差し替え" in refused.value.remedy


def test_answer_is_kept_fetched_anew_at_half_its_life_and_used_to_its_end_when_nobody_answers(server, clock):
    kept = MemoryAnswerBook()
    revocation = source(server, kept=kept)
    first = revocation.gather(chain(server), clock())
    clock.move(days=3)
    assert revocation.gather(chain(server), clock()) == first
    clock.move(days=1)
    second = revocation.gather(chain(server), clock())
    assert second.ocsps != first.ocsps
    server.trouble |= {"/ocsp": 500, "/crl/issuing": 500, "/crl/root": 500}
    clock.move(days=6)
    asked = server.asked("/ocsp")
    assert revocation.gather(chain(server), clock()) == second
    assert server.asked("/ocsp") == asked + 1, "it was tried"
    assert source(server, kept=kept).gather(chain(server), clock()) == second, "another process has it too"
    clock.move(days=2)
    assert "HTTP 500" in refusal(server, clock, revocation)


def test_kept_list_says_nothing_good_about_a_certificate_that_it_names(server, clock):
    """One list serves all certificates of an issuer: it is looked into for each."""
    other = server.pki.issue("別の署名者")
    server.pki.revoke(other, YESTERDAY, ReasonFlags.superseded)
    server.trouble["/ocsp"] = 500
    revocation = source(server)
    assert revocation.gather(chain(server), clock())
    with pytest.raises(CertificateRevoked):
        revocation.gather([other.asn1, server.pki.issuing.asn1], clock())


def test_responder_that_fails_is_left_alone_for_a_while(server, clock):
    server.trouble["/ocsp"] = 500
    revocation = source(server)
    for _ in range(3):
        revocation.gather([server.pki.issue("人").asn1, server.pki.issuing.asn1], clock())
    assert server.asked("/ocsp") == 1


def test_certificate_that_names_no_place_or_whose_issuer_is_unknown(server, clock):
    untold = server.pki.issue("問い合わせ先なし", is_told=False)
    for certificates, words in (
        ([untold.asn1, server.pki.issuing.asn1], "問い合わせ先の記載がありません"),
        ([server.signer.asn1], "発行元の証明書がありません"),
    ):
        with pytest.raises(RevocationUnavailable) as refused:
            source(server).gather(certificates, clock())
        assert words in refused.value.facts["reason"]


def test_another_issuer_of_the_same_name_is_not_taken_for_the_issuer(server, clock):
    key = ec.generate_private_key(ec.SECP256R1())
    name = server.pki.issuing.certificate.subject
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    builder = builder.serial_number(7).not_valid_before(YESTERDAY).not_valid_after(NOON + timedelta(days=9))
    namesake = type(server.signer)(key, builder.sign(key, hashes.SHA256()))
    with pytest.raises(RevocationUnavailable):
        source(server).gather([server.signer.asn1, namesake.asn1], clock())


def test_answers_of_the_installations_own_ca_are_made_here_and_a_revocation_counts_at_once(
    keys, tmp_path, clock
):
    shutil.copytree(keys, tmp_path / "keys")
    pki = open_demo_pki(tmp_path / "keys")
    revocation = BuiltInRevocation(pki.ca)
    witness = _witness(pki)
    first = revocation.gather([witness], clock())
    clock.move(minutes=9)
    assert revocation.gather([witness], clock()) == first
    clock.move(minutes=2)
    assert revocation.gather([witness], clock()) != first
    pki.ca.revoke(witness.serial_number, clock())
    clock.move(seconds=1)
    with pytest.raises(CertificateRevoked):
        revocation.gather([witness], clock())


def _witness(pki):
    from cryptography.hazmat.primitives.serialization import pkcs12

    from signing.pades.revocation import x509 as asn1

    _, certificate, _ = pkcs12.load_key_and_certificates(pki.witness_p12.read_bytes(), pki.witness_password)
    return asn1.Certificate.load(certificate.public_bytes(Encoding.DER))
