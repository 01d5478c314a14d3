"""Keys and set-up: what is weak or missing is refused, what is demo says so, no key lies plain on the disk."""

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, pkcs12
from pikepdf import pdfa

import signing
from signing import errors
from signing.pades.demo_pki import issue_witness, open_demo_pki
from signing.pades.seal import Sealer
from signing.pades.signers import load_pkcs12
from signing.stores import FileStore
from signing.testing import FONT
from tests.signing import flows


@pytest.fixture
def database_url(sqlite_only: str) -> str:
    return sqlite_only


def witness(folder: Path, key) -> Path:
    """A PKCS#12 file with another key, certified by the demo CA."""
    pki = open_demo_pki(folder / "keys")
    certificate = issue_witness(pki, "割符 デモ別鍵", key)
    path = folder / "other.p12"
    path.write_bytes(
        pkcs12.serialize_key_and_certificates(
            b"other", key, certificate, [pki.certificates["issuing"]], BestAvailableEncryption(b"secret")
        )
    )
    return path


def test_elliptic_curve_key_seals_valid_files_that_stay_pdf_a(transaction, services, clock, tmp_path):
    key = load_pkcs12(witness(tmp_path, ec.generate_private_key(ec.SECP256R1())), b"secret")
    old = services.sealer
    sealer = Sealer(key, old._timestamper, old._revocation, services.trust)
    envelope_id = flows.conclude(transaction, replace(services, sealer=sealer), clock)
    [head] = flows.heads(transaction, envelope_id)
    path = services.store.path(head)
    assert signing.verify_pdf(path, services.trust, clock()).is_valid
    assert pdfa.validate_written(str(path), "2b").violations == ()


def test_weak_key_is_refused(tmp_path):
    path = witness(tmp_path, rsa.generate_private_key(public_exponent=65537, key_size=1024))
    with pytest.raises(errors.SetupRequired, match="1024"):
        load_pkcs12(path, b"secret")


def test_wrong_password_is_a_set_up_problem(tmp_path):
    path = witness(tmp_path, ec.generate_private_key(ec.SECP256R1()))
    with pytest.raises(errors.SetupRequired, match="開けません"):
        load_pkcs12(path, b"wrong")


def test_no_private_key_lies_plain_on_the_disk(keys):
    files = [path for path in keys.rglob("*") if path.is_file()]
    assert len(files) == 12
    for path in files:
        content = path.read_bytes()
        assert b"BEGIN PRIVATE KEY" not in content
        assert b"BEGIN RSA PRIVATE KEY" not in content
        if path.suffix != ".pem" or "key" in path.name:
            assert path.stat().st_mode & 0o077 == 0


def test_demo_parts_are_refused_where_they_are_not_allowed(tmp_path, clock):
    with pytest.raises(errors.SetupRequired) as refused:
        signing.open_services(tmp_path / "keys", store=FileStore(tmp_path), font=FONT, clock=clock)
    assert refused.value.facts["missing"] == ["署名鍵", "時刻認証局", "信頼するルート証明書"]
    assert not (tmp_path / "keys").exists()


def test_missing_font_is_said_plainly(tmp_path, clock):
    with pytest.raises(errors.SetupRequired, match="フォント"):
        signing.open_services(
            tmp_path, store=FileStore(tmp_path), font=tmp_path / "none.ttf", clock=clock, allow_demo=True
        )


def test_demo_parts_say_that_they_are_a_demo(services):
    assert services.is_demo
    assert services.authorities == ("割符 デモ時刻認証局",)
    subject = services.trust.demo[0].subject.native
    assert "デモ" in subject["organization_name"]


def test_two_first_starts_at_once_end_up_with_one_authority(tmp_path):
    program = (
        "import sys, pathlib; from signing.pades.demo_pki import open_demo_pki;"
        "print(open_demo_pki(pathlib.Path(sys.argv[1])).certificates['root'].serial_number)"
    )
    command = [sys.executable, "-c", program, str(tmp_path / "keys")]
    starts = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(3)]
    serials = {start.communicate()[0] for start in starts}
    assert len(serials) == 1
    assert [path.name for path in (tmp_path / "keys").iterdir()] == ["demo-pki"]
