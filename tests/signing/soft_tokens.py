"""A PKCS#11 token in software (SoftHSM2), one for the whole test session: the library knows one folder per process."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, pkcs12

from signing.pades.demo_pki import open_demo_pki
from signing.services import Pkcs11Settings

LIBRARY = Path("/usr/lib/softhsm/libsofthsm2.so")
PIN = "1234"
MISSING = "SoftHSM2 is not installed (apt install softhsm2 opensc): the token is not tested"


@dataclass(frozen=True)
class Token:
    """A token in the hand of the test."""

    settings: Pkcs11Settings
    folder: Path

    @contextmanager
    def unplugged(self) -> Iterator[None]:
        """Without the token: the library finds its folder empty."""
        place, away = self.folder / "tokens", self.folder / "away"
        place.rename(away)
        place.mkdir()
        try:
            yield
        finally:
            place.rmdir()
            away.rename(place)


@pytest.fixture(scope="session")
def plugged(tmp_path_factory: pytest.TempPathFactory, keys: Path) -> Iterator[Token]:
    """A token that holds the demo's witness key and certificate; the library knows one folder per process."""
    if not LIBRARY.exists():
        if os.environ.get("CI") == "true":
            pytest.fail(MISSING)
        pytest.skip(MISSING)
    folder = tmp_path_factory.mktemp("token")
    (folder / "tokens").mkdir()
    settings = folder / "softhsm2.conf"
    settings.write_text(f"directories.tokendir = {folder}/tokens\nobjectstore.backend = file\n")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SOFTHSM2_CONF", str(settings))
        fill_token(folder, keys)
        yield Token(
            Pkcs11Settings(LIBRARY, "warifu", PIN, certificate_label="witness", key_label="witness"), folder
        )


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
