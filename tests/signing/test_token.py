"""The witness key on a PKCS#11 token (SoftHSM2): the same main job, the key never leaves the token."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, pkcs12

import signing
from portal.database import Database
from signing.pades.demo_pki import open_demo_pki
from signing.services import Pkcs11Settings, open_services
from signing.stores import FileStore
from signing.testing import FONT, NOON, MovableClock
from tests.signing import flows
from tests.signing.conftest import transactions

LIBRARY = Path("/usr/lib/softhsm/libsofthsm2.so")
PIN = "1234"
MISSING = "SoftHSM2 is not installed (apt install softhsm2 opensc): the token is not tested"


@pytest.fixture(scope="session")
def token(tmp_path_factory: pytest.TempPathFactory, keys: Path) -> Iterator[Pkcs11Settings]:
    """A token that holds the demo's witness key and certificate; the library knows one folder per process."""
    if not LIBRARY.exists():
        if os.environ.get("CI") == "true":
            pytest.fail(MISSING)
        pytest.skip(MISSING)
    folder = tmp_path_factory.mktemp("token")
    settings = folder / "softhsm2.conf"
    settings.write_text(f"directories.tokendir = {folder}\nobjectstore.backend = file\n")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SOFTHSM2_CONF", str(settings))
        fill_token(folder, keys)
        yield Pkcs11Settings(LIBRARY, "warifu", PIN, certificate_label="witness", key_label="witness")


def fill_token(folder: Path, keys: Path) -> None:
    run("softhsm2-util", "--init-token", "--free", "--label", "warifu", "--pin", PIN, "--so-pin", "5678")
    pki = open_demo_pki(keys)
    key, certificate, _ = pkcs12.load_key_and_certificates(pki.witness_p12.read_bytes(), pki.witness_password)
    assert key is not None
    assert certificate is not None
    put(folder, "privkey", key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption()))
    put(folder, "cert", certificate.public_bytes(Encoding.DER))


def put(folder: Path, kind: str, content: bytes) -> None:
    file = folder / f"{kind}.der"
    file.write_bytes(content)
    login = ["--module", str(LIBRARY), "--token-label", "warifu", "--login", "--pin", PIN]
    run(
        "pkcs11-tool", *login, "--write-object", str(file), "--type", kind, "--id", "01", "--label", "witness"
    )
    file.unlink()


def run(*line: str) -> None:
    subprocess.run(line, check=True, capture_output=True)


def roots(folder: Path, keys: Path) -> Path:
    """Root and issuing certificate, as an operator configures them."""
    pki = open_demo_pki(keys)
    file = folder / "roots.pem"
    file.write_bytes(
        b"".join(pki.certificates[name].public_bytes(Encoding.PEM) for name in ("root", "issuing"))
    )
    return file


def test_two_parties_seal_with_the_key_on_the_token(
    token: Pkcs11Settings, tmp_path: Path, keys: Path, sqlite_only: str, clock: MovableClock
) -> None:
    transaction = transactions(Database(sqlite_only))
    services = open_services(
        keys,
        store=FileStore(tmp_path / "documents"),
        font=FONT,
        clock=clock,
        allow_demo=True,
        trust_roots=[roots(tmp_path, keys)],
        witness_pkcs11=token,
    )
    envelope_id = flows.conclude(transaction, services, clock)
    (head,) = flows.heads(transaction, envelope_id)
    verdict = signing.verify_pdf(services.store.path(head), services.trust, clock())
    assert verdict.is_valid, verdict.to_json()
    assert [s.kind for s in verdict.signatures] == ["signature", "signature", "document_timestamp"]


def test_a_wrong_pin_is_told_without_the_pin(token: Pkcs11Settings, tmp_path: Path, keys: Path) -> None:
    wrong = Pkcs11Settings(LIBRARY, "warifu", "9999", "witness", "witness")
    with pytest.raises(signing.SigningRefused) as told:
        open_services(
            keys,
            store=FileStore(tmp_path / "documents"),
            font=FONT,
            clock=MovableClock(NOON),
            allow_demo=True,
            witness_pkcs11=wrong,
        )
    assert told.value.code == "setup_required"
    assert "9999" not in str(told.value)
