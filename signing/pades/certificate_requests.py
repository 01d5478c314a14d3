"""Certificate requests (証明書署名要求, CSR, PKCS#10): a subject, a new key, and the request for both."""

import unicodedata
from dataclasses import dataclass
from enum import StrEnum

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from signing.errors import SigningRefused
from signing.pades.algorithms import PrivateKey

LONGEST_PART = 64
"""X.520 allows 64 characters in each part of a name."""


class BadSubject(SigningRefused):
    code = "bad_subject"
    text = "電子証明書に載せる名前に誤りがあります。"


class KeyAlgorithm(StrEnum):
    """What key a signer gets (鍵の種類)."""

    P256 = "p256"
    P384 = "p384"
    RSA3072 = "rsa3072"
    RSA4096 = "rsa4096"


@dataclass(frozen=True)
class Subject:
    """Subject of a certificate (証明書の名義): person, organisation, unit, title. (PTY-02)"""

    name: str
    organisation: str
    unit: str = ""
    title: str = ""
    serial: str = ""
    """Distinguishes two people of one name (X.520 serialNumber); not the certificate's own number."""

    def __post_init__(self) -> None:
        problems = [f"{label}が入力されていません。" for label, text in self._needed() if not text.strip()]
        problems += [
            f"{label}は{LONGEST_PART}文字までです({len(text)}文字あります)。"
            for label, text in self._parts()
            if len(text) > LONGEST_PART
        ]
        problems += [
            f"{label}に、文字として使えないものが含まれています。"
            for label, text in self._parts()
            if any(unicodedata.category(letter)[0] == "C" for letter in text)
        ]
        if problems:
            raise BadSubject("".join(problems), remedy="入力を直してください。", problems=problems)

    def as_name(self) -> x509.Name:
        """The X.509 name, in the order that Japanese authorities use: C, O, OU, T, CN."""
        given = (
            (NameOID.COUNTRY_NAME, "JP"),
            (NameOID.ORGANIZATION_NAME, self.organisation),
            (NameOID.ORGANIZATIONAL_UNIT_NAME, self.unit),
            (NameOID.TITLE, self.title),
            (NameOID.SERIAL_NUMBER, self.serial),
            (NameOID.COMMON_NAME, self.name),
        )
        return x509.Name([x509.NameAttribute(kind, text) for kind, text in given if text])

    def _needed(self) -> tuple[tuple[str, str], ...]:
        return (("氏名", self.name), ("組織名", self.organisation))

    def _parts(self) -> tuple[tuple[str, str], ...]:
        return (*self._needed(), ("部署名", self.unit), ("役職名", self.title), ("識別番号", self.serial))


def new_key(algorithm: KeyAlgorithm = KeyAlgorithm.P256) -> PrivateKey:
    """Makes a private key. RSA takes a good part of a second."""
    if algorithm is KeyAlgorithm.P256:
        return ec.generate_private_key(ec.SECP256R1())
    if algorithm is KeyAlgorithm.P384:
        return ec.generate_private_key(ec.SECP384R1())
    return rsa.generate_private_key(public_exponent=65537, key_size=int(algorithm.value.removeprefix("rsa")))


def make_request(key: PrivateKey, subject: Subject) -> bytes:
    """The request in DER, signed with the key, with the usage that a sealing certificate needs."""
    builder = x509.CertificateSigningRequestBuilder().subject_name(subject.as_name())
    builder = builder.add_extension(sealing_usage(), critical=True)
    return builder.sign(key, hashes.SHA256()).public_bytes(Encoding.DER)


def request_as_pem(request: bytes) -> bytes:
    """The same in PEM, as authorities take it."""
    return x509.load_der_x509_csr(request).public_bytes(Encoding.PEM)


def sealing_usage() -> x509.KeyUsage:
    """digitalSignature and nonRepudiation (contentCommitment): what a contract is sealed with."""
    return key_usage("digital_signature", "content_commitment")


def key_usage(*used: str) -> x509.KeyUsage:
    """A key usage extension with these bits set."""
    every = (
        "digital_signature",
        "content_commitment",
        "key_encipherment",
        "data_encipherment",
        "key_agreement",
        "key_cert_sign",
        "crl_sign",
        "encipher_only",
        "decipher_only",
    )
    return x509.KeyUsage(**{usage: usage in used for usage in every})
