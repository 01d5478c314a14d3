"""The built-in CA: what it issues and says is judged by OpenSSL; revocations are told to everybody."""

import subprocess
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp
from cryptography.x509.oid import AuthorityInformationAccessOID, NameOID

from signing.errors import SetupRequired, SigningRefused
from signing.pades.built_in_ca import BuiltInCa, Unissued
from signing.pades.ca_folders import make_ca, make_folder_once, open_ca, plan_of_city
from signing.pades.ca_parts import CaAddresses
from signing.pades.certificate_requests import BadSubject, KeyAlgorithm, Subject, make_request, new_key
from signing.pades.demo_pki import open_demo_pki
from signing.testing import NOON

ADDRESSES = CaAddresses.below("https://keiyaku.example.jp/")
TARO = Subject("山田 太郎", "株式会社山田建設", "契約部", "代表取締役")


@pytest.fixture
def ca(tmp_path: Path) -> BuiltInCa:
    folder = tmp_path / "keys" / "ca"
    make_folder_once(
        folder, lambda at: make_ca(at, b"password", plan_of_city("見本市 認証局", NOON, ADDRESSES))
    )
    return open_ca(folder, b"password", addresses=ADDRESSES)


@pytest.fixture
def taro(ca: BuiltInCa) -> x509.Certificate:
    return ca.issue(make_request(new_key(), TARO), NOON)


def openssl(*words: str | Path) -> str:
    done = subprocess.run(["openssl", *map(str, words)], capture_output=True, text=True, check=False)
    return done.stdout + done.stderr


def written(folder: Path, name: str, *certificates: x509.Certificate) -> Path:
    path = folder / name
    path.write_bytes(b"".join(each.public_bytes(Encoding.PEM) for each in certificates))
    return path


def judged_by_openssl(ca: BuiltInCa, certificate: x509.Certificate, folder: Path, now) -> str:
    """What OpenSSL says of a certificate with both lists of revoked certificates at hand."""
    crls = b"".join(
        x509.load_der_x509_crl(each).public_bytes(Encoding.PEM) for each in (ca.crl(now), ca.root_crl(now))
    )
    (folder / "crls.pem").write_bytes(crls)
    root = written(folder, "root.pem", ca.certificates["root"])
    issuing = written(folder, "issuing.pem", ca.certificates["issuing"])
    leaf = written(folder, "leaf.pem", certificate)
    moment = str(int(now.timestamp()))
    return openssl(
        "verify", "-x509_strict", "-crl_check_all", "-CRLfile", folder / "crls.pem", "-attime", moment,
        "-CAfile", root, "-untrusted", issuing, leaf,
    )  # fmt: skip


def test_subject_names_person_organisation_unit_and_title(taro):
    named = {attribute.oid: attribute.value for attribute in taro.subject}
    assert named == {
        NameOID.COUNTRY_NAME: "JP",
        NameOID.ORGANIZATION_NAME: "株式会社山田建設",
        NameOID.ORGANIZATIONAL_UNIT_NAME: "契約部",
        NameOID.TITLE: "代表取締役",
        NameOID.COMMON_NAME: "山田 太郎",
    }


def test_openssl_accepts_the_chain_strictly(ca, taro, tmp_path):
    assert "leaf.pem: OK" in judged_by_openssl(ca, taro, tmp_path, NOON + timedelta(days=1))


def test_openssl_refuses_it_after_its_revocation(ca, taro, tmp_path):
    ca.revoke(taro.serial_number, NOON, x509.ReasonFlags.key_compromise)
    said = judged_by_openssl(ca, taro, tmp_path, NOON + timedelta(days=1))
    assert "certificate revoked" in said


def test_the_answer_to_a_request_is_verified_by_openssl(ca, taro, tmp_path):
    leaf, issuing = (
        written(tmp_path, "leaf.pem", taro),
        written(tmp_path, "issuing.pem", ca.certificates["issuing"]),
    )
    root = written(tmp_path, "root.pem", ca.certificates["root"])
    openssl("ocsp", "-issuer", issuing, "-cert", leaf, "-no_nonce", "-reqout", tmp_path / "request.der")
    asked = (tmp_path / "request.der").read_bytes()
    for is_revoked in (False, True):
        if is_revoked:
            ca.revoke(taro.serial_number, NOON, x509.ReasonFlags.superseded)
        (tmp_path / "answer.der").write_bytes(ca.answer_ocsp(asked, NOON))
        said = openssl(
            "ocsp", "-no_nonce", "-respin", tmp_path / "answer.der", "-issuer", issuing, "-cert", leaf,
            "-CAfile", root, "-verify_other", issuing, "-attime", str(int(NOON.timestamp())),
            "-validity_period", "9999999999",
        )  # fmt: skip
        assert "Response verify OK" in said, said
        assert ("revoked" in said) is is_revoked
        assert ("Reason: superseded" in said) is is_revoked


def test_answers_carry_the_nonce_back(ca, taro):
    builder = ocsp.OCSPRequestBuilder().add_certificate(taro, ca.certificates["issuing"], hashes.SHA1())
    asked = builder.add_extension(x509.OCSPNonce(b"0123456789abcdef"), critical=False).build()
    answer = ocsp.load_der_ocsp_response(ca.answer_ocsp(asked.public_bytes(Encoding.DER), NOON))
    assert answer.extensions.get_extension_for_class(x509.OCSPNonce).value.nonce == b"0123456789abcdef"


def test_of_a_certificate_that_it_never_issued_it_says_nothing(ca, tmp_path):
    other_folder = tmp_path / "other" / "ca"
    make_folder_once(other_folder, lambda at: make_ca(at, b"p", plan_of_city("別の認証局", NOON, None)))
    other = open_ca(other_folder, b"p")
    stranger = other.issue(make_request(new_key(), TARO), NOON)
    for issuer in (other.certificates["issuing"], ca.certificates["issuing"]):
        asked = ocsp.OCSPRequestBuilder().add_certificate(stranger, issuer, hashes.SHA256()).build()
        answer = ocsp.load_der_ocsp_response(ca.answer_ocsp(asked.public_bytes(Encoding.DER), NOON))
        assert answer.response_status is ocsp.OCSPResponseStatus.UNAUTHORIZED
    garbage = ocsp.load_der_ocsp_response(ca.answer_ocsp(b"not a request", NOON))
    assert garbage.response_status is ocsp.OCSPResponseStatus.MALFORMED_REQUEST
    with pytest.raises(Unissued):
        ca.revoke(stranger.serial_number, NOON)


def test_addresses_stand_in_what_it_issues(ca, taro):
    access = taro.extensions.get_extension_for_class(x509.AuthorityInformationAccess).value
    found = {each.access_method: each.access_location.value for each in access}
    assert found == {
        AuthorityInformationAccessOID.OCSP: "https://keiyaku.example.jp/ca/ocsp",
        AuthorityInformationAccessOID.CA_ISSUERS: "https://keiyaku.example.jp/ca/issuing.cer",
    }
    points = taro.extensions.get_extension_for_class(x509.CRLDistributionPoints).value
    assert points[0].full_name[0].value == "https://keiyaku.example.jp/ca/crl/issuing.crl"
    above = ca.certificates["issuing"].extensions.get_extension_for_class(x509.CRLDistributionPoints).value
    assert above[0].full_name[0].value == "https://keiyaku.example.jp/ca/crl/root.crl"


def test_the_first_revocation_stands(ca, taro):
    first = ca.revoke(taro.serial_number, NOON, x509.ReasonFlags.key_compromise)
    again = ca.revoke(taro.serial_number, NOON + timedelta(days=3), x509.ReasonFlags.superseded)
    assert again == first
    assert ca.every_revocation() == [first]


def test_a_revocation_of_tomorrow_is_not_told_today(ca, taro):
    ca.revoke(taro.serial_number, NOON + timedelta(days=1))
    good = ocsp.load_der_ocsp_response(ca.ocsp_response(taro, NOON))
    revoked = ocsp.load_der_ocsp_response(ca.ocsp_response(taro, NOON + timedelta(days=2)))
    assert good.certificate_status is ocsp.OCSPCertStatus.GOOD
    assert revoked.certificate_status is ocsp.OCSPCertStatus.REVOKED


def test_many_at_once_lose_nothing(ca):
    request = make_request(new_key(), TARO)
    with ThreadPoolExecutor(8) as pool:
        issued = list(pool.map(lambda _: ca.issue(request, NOON), range(24)))
        list(pool.map(lambda each: ca.revoke(each.serial_number, NOON), issued * 2))
    assert len({each.serial_number for each in issued}) == 24
    assert len(list(ca.every_issued())) == 24
    assert {each.serial for each in ca.every_revocation()} == {each.serial_number for each in issued}
    assert not list(ca.folder.rglob(".*"))


def test_nothing_outlives_the_authority(ca):
    late = ca.issue(make_request(new_key(), TARO), NOON + timedelta(days=9 * 365), days=5 * 365)
    assert late.not_valid_after_utc == ca.certificates["issuing"].not_valid_after_utc


def test_a_forged_request_is_refused(ca):
    request = bytearray(make_request(new_key(), TARO))
    request[-1] ^= 1
    with pytest.raises((SigningRefused, ValueError)):
        ca.issue(bytes(request), NOON)


def test_keys_are_strong_encrypted_and_need_the_right_password(ca, tmp_path):
    assert {key.curve.name for key in ca.keys.values()} == {"secp384r1"}
    assert ca.certificates["issuing"].signature_hash_algorithm.name == "sha384"
    for path in (tmp_path / "keys").rglob("*.key.pem"):
        assert b"BEGIN ENCRYPTED PRIVATE KEY" in path.read_bytes()
        assert path.stat().st_mode & 0o077 == 0
    assert "PrivateKey" not in repr(ca)
    with pytest.raises(SetupRequired, match="開けません"):
        open_ca(ca.folder, b"wrong")


def test_the_demo_authority_issues_and_revokes_too_and_says_that_it_is_a_demo(keys, tmp_path):
    import shutil

    shutil.copytree(keys, tmp_path / "keys")
    pki = open_demo_pki(tmp_path / "keys")
    taro = pki.ca.issue(make_request(new_key(), TARO), NOON)
    assert "デモ" in pki.ca.name
    assert pki.ca.is_demo
    pki.ca.revoke(taro.serial_number, NOON)
    again = open_demo_pki(tmp_path / "keys")
    answer = ocsp.load_der_ocsp_response(again.ocsp_response(taro, NOON))
    assert answer.certificate_status is ocsp.OCSPCertStatus.REVOKED


@pytest.mark.parametrize(
    ("subject", "told"),
    [
        (("", "株式会社山田建設"), "氏名が入力されていません"),
        (("山田 太郎", " "), "組織名が入力されていません"),
        (("山" * 65, "株式会社山田建設"), "氏名は64文字まで"),
        (("山田\n太郎", "株式会社山田建設"), "文字として使えない"),
    ],
)
def test_subjects_that_no_certificate_can_carry_are_refused_in_words(subject, told):
    with pytest.raises(BadSubject, match=told):
        Subject(*subject)


@pytest.mark.parametrize(("algorithm", "size"), [(KeyAlgorithm.P256, 256), (KeyAlgorithm.P384, 384)])
def test_key_of_the_configured_kind(algorithm, size):
    key = new_key(algorithm)
    assert isinstance(key, ec.EllipticCurvePrivateKey)
    assert key.key_size == size


def test_rsa_key_where_it_is_configured():
    assert new_key(KeyAlgorithm.RSA3072).key_size == 3072
