"""Life of the service's key (立会人型の署名鍵): asked for, imported, put to work; the former ones are kept."""

import os
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from asn1crypto import x509 as asn1
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    PrivateFormat,
    load_pem_private_key,
    pkcs12,
)

from signing.errors import SetupRequired, SigningRefused
from signing.pades.algorithms import PrivateKey
from signing.pades.ca_parts import write_once
from signing.pades.certificate_requests import KeyAlgorithm, Subject, make_request, new_key, request_as_pem
from signing.pades.issued_chains import IssuedChain, check_issued
from signing.pades.trust import TrustStore

NEXT_KEY = "service-next.key.pem"
NEXT_REQUEST = "service-next.csr.pem"
NEXT_P12 = "service-next.p12"
FRIENDLY_NAME = "電子契約 署名鍵".encode()


class KeyPending(SigningRefused):
    code = "key_pending"
    text = "申込み中の署名鍵がすでにあります。"
    remedy = "発行された証明書を keys import で取り込むか、不要なら service-next で始まるファイルを片付けてください。"


class NoKeyPending(SigningRefused):
    code = "no_key_pending"
    text = "申込み中の署名鍵がありません。"
    remedy = "先に keys request で署名要求(CSR)を作ってください。"


@dataclass(frozen=True)
class KeyStatus:
    """What is to be known of a key (署名鍵の状態)."""

    part: str
    subject: str
    issuer: str
    serial: str
    not_before: datetime
    not_after: datetime
    algorithm: str
    lies_in: str

    def days_left(self, now: datetime) -> int:
        """Whole days until the certificate ends; negative after that."""
        return (self.not_after - now).days


def status_of(part: str, certificate: asn1.Certificate, lies_in: str) -> KeyStatus:
    """The status of a key by its certificate."""
    found = x509.load_der_x509_certificate(certificate.dump())
    return KeyStatus(
        part,
        found.subject.rfc4514_string(),
        found.issuer.rfc4514_string(),
        f"{found.serial_number:x}",
        found.not_valid_before_utc,
        found.not_valid_after_utc,
        _algorithm(found),
        lies_in,
    )


def request_service_key(folder: Path, password: str, subject: Subject, algorithm: KeyAlgorithm) -> bytes:
    """Makes the next key, encrypted under the password of the present one, and its CSR (PEM).

    A request that was cut off between key and CSR is finished for the key that lies there.
    """
    _refuse_no_password(password)
    if (folder / NEXT_P12).exists():
        raise KeyPending
    if not (folder / NEXT_KEY).exists():
        (folder / NEXT_REQUEST).unlink(missing_ok=True)
    elif (folder / NEXT_REQUEST).exists():
        raise KeyPending
    key = new_key(algorithm)
    if not write_once(folder / NEXT_KEY, _encrypted(key, password), 0o600):
        key = _pending_key(folder, password)
    request = request_as_pem(make_request(key, subject))
    if not write_once(folder / NEXT_REQUEST, request, 0o644):
        raise KeyPending
    return request


def _encrypted(key: PrivateKey, password: str) -> bytes:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(password.encode()))


def import_service_chain(
    folder: Path, password: str, content: bytes, trust: TrustStore, now: datetime
) -> IssuedChain:
    """Takes what the authority issued for the next key; it waits in a PKCS#12 file until it is put to work."""
    _refuse_no_password(password)
    key = _pending_key(folder, password)
    issued = check_issued(content, trust, now, request=_pending_request(folder))
    archive = pkcs12.serialize_key_and_certificates(
        FRIENDLY_NAME, key, issued.certificate, issued.chain, BestAvailableEncryption(password.encode())
    )
    if not write_once(folder / NEXT_P12, archive, 0o600):
        raise KeyPending
    (folder / NEXT_KEY).unlink()
    return issued


def rotate_service_key(folder: Path, p12: Path, password: str) -> tuple[str, str]:
    """Puts the imported key to work; the former one is kept beside it. Returns both serial numbers.

    A crash at any line leaves the old file or the new one in its place, never none.
    """
    waiting = folder / NEXT_P12
    if not waiting.exists():
        raise NoKeyPending(
            "取り込んだ署名鍵がありません。", remedy="先に keys import で証明書を取り込んでください。"
        )
    serial, former = _serial(waiting, password), ""
    if p12.exists():
        former = _serial(p12, password)
        write_once(p12.with_name(f"{p12.stem}-{former}.p12"), p12.read_bytes(), 0o600)
    os.replace(waiting, p12)
    for name in (NEXT_REQUEST, NEXT_KEY):
        (folder / name).unlink(missing_ok=True)
    return serial, former


def _pending_key(folder: Path, password: str) -> PrivateKey:
    try:
        key = load_pem_private_key((folder / NEXT_KEY).read_bytes(), password.encode())
    except FileNotFoundError:
        raise NoKeyPending from None
    except ValueError as error:
        raise SetupRequired(
            f"申込み中の署名鍵 {folder / NEXT_KEY} を開けません。",
            remedy="WITNESS_P12_PASSWORD が、keys request のときの値と同じことを確認してください。",
        ) from error
    assert isinstance(key, rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey)
    return key


def _pending_request(folder: Path) -> bytes:
    try:
        return x509.load_pem_x509_csr((folder / NEXT_REQUEST).read_bytes()).public_bytes(Encoding.DER)
    except FileNotFoundError:
        raise NoKeyPending from None


def _refuse_no_password(password: str) -> None:
    if len(password) < 8:
        raise SetupRequired(
            "署名鍵のパスワード(WITNESS_P12_PASSWORD)が設定されていないか、短すぎます。",
            remedy="8文字以上のパスワードを設定してください。鍵は暗号化せずには保管しません。",
        )


def _serial(p12: Path, password: str) -> str:
    try:
        _, certificate, _ = pkcs12.load_key_and_certificates(p12.read_bytes(), password.encode())
    except ValueError as error:
        raise SetupRequired(
            f"署名鍵 {p12} を開けません。", remedy="パスワードを確認してください。"
        ) from error
    assert certificate is not None
    return f"{certificate.serial_number:x}"


def _algorithm(certificate: x509.Certificate) -> str:
    key = certificate.public_key()
    if isinstance(key, rsa.RSAPublicKey):
        return f"RSA {key.key_size}"
    return f"ECDSA {key.curve.name}" if isinstance(key, ec.EllipticCurvePublicKey) else type(key).__name__
