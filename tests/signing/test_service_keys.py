"""The service's own key: request, import, rotation; the former one is kept, nothing lies in plain form."""

import shutil
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, pkcs12
from flask import Flask

from portal import clock
from portal.app import create_app
from signing.errors import SetupRequired
from signing.pades.certificate_requests import KeyAlgorithm, Subject, make_request, new_key
from signing.pades.demo_pki import DemoPki, open_demo_pki
from signing.pades.issued_chains import BadCertificate
from signing.pades.signers import load_pkcs12
from signing.pades.trust import TrustStore
from signing.service_keys import (
    KeyPending,
    NoKeyPending,
    import_service_chain,
    request_service_key,
    rotate_service_key,
)
from signing.testing import NOON
from tests.conftest import NOON as PORTAL_NOON

PASSWORD = "a long password"
CITY = Subject("見本市 電子契約", "見本市", "契約課")


@pytest.fixture
def pki(keys: Path, tmp_path: Path) -> DemoPki:
    shutil.copytree(keys, tmp_path / "keys")
    return open_demo_pki(tmp_path / "keys")


@pytest.fixture
def trust(pki: DemoPki) -> TrustStore:
    return TrustStore(demo=(pki.ca.root,))


def chain_for(pki: DemoPki, request: bytes) -> bytes:
    from cryptography import x509

    asked = x509.load_pem_x509_csr(request).public_bytes(Encoding.DER)
    chain = (pki.ca.issue(asked, NOON), pki.certificates["issuing"])
    return b"".join(each.public_bytes(Encoding.PEM) for each in chain)


def renewed(folder: Path, pki: DemoPki, trust: TrustStore) -> tuple[str, str]:
    request = request_service_key(folder, PASSWORD, CITY, KeyAlgorithm.P256)
    import_service_chain(folder, PASSWORD, chain_for(pki, request), trust, NOON)
    return rotate_service_key(folder, folder / "witness.p12", PASSWORD)


def test_two_generations_of_the_key(tmp_path, pki, trust):
    folder = tmp_path / "keys"
    first, nothing = renewed(folder, pki, trust)
    second, former = renewed(folder, pki, trust)
    assert (nothing, former) == ("", first)
    present = load_pkcs12(folder / "witness.p12", PASSWORD.encode())
    kept = load_pkcs12(folder / f"witness-{first}.p12", PASSWORD.encode())
    assert f"{present.certificate.serial_number:x}" == second
    assert f"{kept.certificate.serial_number:x}" == first
    assert [each.subject.native["common_name"] for each in present.chain] == ["割符 デモ認証局 発行"]
    assert not list(folder.glob("service-next*"))
    for path in folder.glob("*.p12"):
        assert path.stat().st_mode & 0o077 == 0


def test_no_key_lies_plain_at_any_step(tmp_path, pki, trust):
    folder = tmp_path / "keys"
    request = request_service_key(folder, PASSWORD, CITY, KeyAlgorithm.P256)
    assert b"BEGIN ENCRYPTED PRIVATE KEY" in (folder / "service-next.key.pem").read_bytes()
    assert (folder / "service-next.key.pem").stat().st_mode & 0o077 == 0
    import_service_chain(folder, PASSWORD, chain_for(pki, request), trust, NOON)
    for path in folder.rglob("*"):
        content = path.read_bytes() if path.is_file() else b""
        assert b"BEGIN PRIVATE KEY" not in content
        assert b"BEGIN EC PRIVATE KEY" not in content
    with pytest.raises(ValueError):
        pkcs12.load_key_and_certificates((folder / "service-next.p12").read_bytes(), b"")


def test_a_second_request_does_not_overwrite_the_first(tmp_path, pki, trust):
    folder = tmp_path / "keys"
    request = request_service_key(folder, PASSWORD, CITY, KeyAlgorithm.P256)
    with pytest.raises(KeyPending):
        request_service_key(folder, PASSWORD, CITY, KeyAlgorithm.P256)
    import_service_chain(folder, PASSWORD, chain_for(pki, request), trust, NOON)
    with pytest.raises(KeyPending):
        request_service_key(folder, PASSWORD, CITY, KeyAlgorithm.P256)


def test_a_request_that_was_cut_off_is_finished_for_the_same_key(tmp_path, pki, trust):
    folder = tmp_path / "keys"
    request_service_key(folder, PASSWORD, CITY, KeyAlgorithm.P256)
    key = (folder / "service-next.key.pem").read_bytes()
    (folder / "service-next.csr.pem").unlink()  # killed between the two
    with pytest.raises(NoKeyPending):
        import_service_chain(folder, PASSWORD, b"", trust, NOON)
    request = request_service_key(folder, PASSWORD, CITY, KeyAlgorithm.P256)
    assert (folder / "service-next.key.pem").read_bytes() == key
    import_service_chain(folder, PASSWORD, chain_for(pki, request), trust, NOON)


def test_steps_out_of_order_are_refused_in_words(tmp_path, pki, trust):
    folder = tmp_path / "keys"
    with pytest.raises(NoKeyPending):
        import_service_chain(folder, PASSWORD, b"", trust, NOON)
    with pytest.raises(NoKeyPending):
        rotate_service_key(folder, folder / "witness.p12", PASSWORD)
    with pytest.raises(SetupRequired, match="WITNESS_P12_PASSWORD"):
        request_service_key(folder, "", CITY, KeyAlgorithm.P256)
    request_service_key(folder, PASSWORD, CITY, KeyAlgorithm.P256)
    with pytest.raises(SetupRequired, match="開けません"):
        import_service_chain(folder, "another password", b"", trust, NOON)


def test_a_chain_for_another_key_changes_nothing(tmp_path, pki, trust):
    folder = tmp_path / "keys"
    request_service_key(folder, PASSWORD, CITY, KeyAlgorithm.P256)
    leaf = pki.ca.issue(make_request(new_key(), CITY), NOON)
    with pytest.raises(BadCertificate, match="CSR"):
        import_service_chain(folder, PASSWORD, leaf.public_bytes(Encoding.PEM), trust, NOON)
    assert (folder / "service-next.key.pem").exists()
    assert not (folder / "service-next.p12").exists()


@pytest.fixture
def app(pki: DemoPki, tmp_path: Path, sqlite_only: str) -> Flask:
    return create_app(
        {
            "MODE": "test",
            "INSTANCE": tmp_path,
            "DATABASE_URL": sqlite_only,
            "WITNESS_P12": "keys/city.p12",
            "WITNESS_P12_PASSWORD": PASSWORD,
        }
    )


def run(app: Flask, *words: str, code: int = 0) -> str:
    with clock.freeze(PORTAL_NOON):
        done = app.test_cli_runner().invoke(args=list(words))
    assert done.exit_code == code, done.output
    return done.output


def test_the_commands_from_request_to_rotation(app: Flask, tmp_path: Path) -> None:
    csr, chain = str(tmp_path / "city.csr"), str(tmp_path / "city.pem")
    name = ("--name", "見本市 電子契約", "--organisation", "見本市", "--algorithm", "p256")
    run(app, "keys", "request", *name, "--out", csr)
    assert "すでにあります" in run(app, "keys", "request", *name, code=1)
    run(app, "ca", "issue", csr, "--days", "100", "--out", chain)
    assert "取り込みました" in run(app, "keys", "import", chain)
    assert "切り替えました" in run(app, "keys", "rotate")
    told = run(app, "keys", "status")
    for words in ("見本市 電子契約", "割符 デモ認証局 発行", "あと99日", "ECDSA secp256r1", "keys/city.p12"):
        assert words in told
    assert PASSWORD not in told


def test_the_ca_commands(app: Flask, tmp_path: Path) -> None:
    assert "デモ用の認証局です" in run(app, "ca", "status")
    assert "公的な認証局ではありません" in run(app, "ca", "init", "--name", "見本市 電子契約認証局")
    assert "すでにあります" in run(app, "ca", "init", "--name", "見本市 電子契約認証局", code=1)
    csr = tmp_path / "taro.csr"
    csr.write_bytes(make_request(new_key(), CITY))
    told = run(app, "ca", "issue", str(csr), "--out", str(tmp_path / "taro.pem"))
    serial = told.split(": ")[1].split(" ")[0]
    run(app, "ca", "revoke", serial, "--reason", "key-compromise")
    assert "発行 1件、失効 1件" in run(app, "ca", "status")
    assert "発行したものではありません" in run(app, "ca", "revoke", "abc", code=1)
    run(app, "ca", "crl", "--out", str(tmp_path / "list.crl"))
    from cryptography import x509

    (entry,) = x509.load_der_x509_crl((tmp_path / "list.crl").read_bytes())
    assert f"{entry.serial_number:x}" == serial
    for path in (tmp_path / "keys" / "ca").glob("*.key.pem"):
        assert b"BEGIN ENCRYPTED PRIVATE KEY" in path.read_bytes()


def test_without_a_place_for_a_key_the_demo_s_is_not_replaced(
    tmp_path: Path, keys: Path, sqlite_only: str
) -> None:
    shutil.copytree(keys, tmp_path / "keys")
    app = create_app({"MODE": "test", "INSTANCE": tmp_path, "DATABASE_URL": sqlite_only})
    told = run(app, "keys", "request", "--name", "x", "--organisation", "x", code=1)
    assert "WITNESS_P12" in told
    assert "デモの鍵" in run(app, "keys", "status")
