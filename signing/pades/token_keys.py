"""Keys on a PKCS#11 token (トークン上の署名鍵): used, asked for, imported, put to work; they never leave it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from asn1crypto import algos, core, csr, keys, x509
from cryptography import x509 as pyca
from cryptography.hazmat.primitives.serialization import Encoding

from signing.errors import SetupRequired, SigningRefused
from signing.pades.algorithms import SignatureAlgorithm, algorithm_for
from signing.pades.certificate_requests import KeyAlgorithm, Subject
from signing.pades.issued_chains import IssuedChain, check_issued
from signing.pades.profiles import PadesProfile
from signing.pades.signers import SealingKey
from signing.pades.token_sessions import (
    TokenAddress,
    TokenSession,
    TokenUnavailable,
    administration,
    certificate_on,
    certificates_on,
    sign_on,
)
from signing.pades.trust import TrustStore

CURVES = {KeyAlgorithm.P256: "secp256r1", KeyAlgorithm.P384: "secp384r1"}


class NothingPending(SigningRefused):
    code = "no_key_pending"
    text = "トークンに、申込み中の署名鍵がありません。"
    remedy = "先に keys request で署名要求(CSR)を作ってください。"


def load_token_key(
    address: TokenAddress, chain: tuple[x509.Certificate, ...] = (), profile: PadesProfile | None = None
) -> SealingKey:
    """The key on a token. SetupRequired when it cannot be opened now; once open, TokenUnavailable heals itself."""
    held = TokenSession(address)
    session = held.first()
    certificate = certificate_on(session, address.certificate_label)
    chain = _merged(chain, certificates_on(session, _chain(address.key_label)))
    if certificate is None:
        raise SetupRequired(f"PKCS#11トークンに証明書「{address.certificate_label}」がありません。")
    algorithm = algorithm_for(certificate, profile)

    def with_digest(digest: str) -> SealingKey:
        def sign(data: bytes) -> bytes:
            return held.use(lambda session: _sign(session, address, certificate, digest, data))

        return SealingKey(sign, certificate, chain, SignatureAlgorithm(algorithm.key, digest), with_digest)

    return with_digest(algorithm.digest)


def request_on_token(address: TokenAddress, subject: Subject, algorithm: KeyAlgorithm) -> bytes:
    """Has the token make the next key pair, and signs its request (CSR, DER) on the token."""
    from pkcs11 import Attribute, ObjectClass

    label = _next(address)
    with administration(address) as session:
        if list(session.get_objects({Attribute.CLASS: ObjectClass.PRIVATE_KEY, Attribute.LABEL: label})):
            raise SigningRefused(
                "申込み中の署名鍵がすでにトークンにあります。",
                remedy=f"発行された証明書を取り込むか、不要ならトークンの「{label}」を消してください。",
            )
        public = _generate(session, label, algorithm)
        info = csr.CertificationRequestInfo(
            {
                "version": "v1",
                "subject": x509.Name.load(subject.as_name().public_bytes()),
                "subject_pk_info": keys.PublicKeyInfo.load(public),
                "attributes": [_asked_usage()],
            }
        )
        signature = sign_on(session, label, "sha256", info.dump())
    kind = "sha256_ecdsa" if algorithm in CURVES else "sha256_rsa"
    request = csr.CertificationRequest(
        {
            "certification_request_info": info,
            "signature_algorithm": algos.SignedDigestAlgorithm({"algorithm": kind}),
            "signature": core.OctetBitString(signature),
        }
    )
    encoded: bytes = request.dump()
    return encoded


def import_to_token(address: TokenAddress, content: bytes, trust: TrustStore, now: datetime) -> IssuedChain:
    """Puts the issued certificate beside the next key, after it proved to belong to it."""
    issued = check_issued(content, trust, now)
    with administration(address) as session:
        _refuse_other_key(session, address, issued)
        _store_certificates(session, _next(address), [issued.certificate])
        _store_certificates(session, _chain(_next(address)), issued.chain)
    return issued


def rotate_on_token(address: TokenAddress) -> tuple[str, str]:
    """Gives the next key the label that the portal looks for; the former one keeps its number as its label."""
    with administration(address) as session:
        waiting = certificate_on(session, _next(address))
        if waiting is None:
            raise NothingPending("トークンに、取り込んだ証明書がありません。")
        present = certificate_on(session, address.certificate_label)
        former = f"{present.serial_number:x}" if present else ""
        if former:
            for label in {address.certificate_label, address.key_label}:
                _rename(session, label, f"{label}-{former}")
            _rename(session, _chain(address.key_label), _chain(f"{address.key_label}-{former}"))
        _rename(session, _next(address), address.key_label)
        _rename(session, _chain(_next(address)), _chain(address.key_label))
        return f"{waiting.serial_number:x}", former


def _next(address: TokenAddress) -> str:
    return f"{address.key_label}-next"


def _chain(label: str) -> str:
    return f"{label}-chain"


def _merged(
    given: tuple[x509.Certificate, ...], found: Sequence[x509.Certificate]
) -> tuple[x509.Certificate, ...]:
    """What was configured and what lies on the token, each certificate once."""
    return tuple({each.sha256: each for each in (*given, *found)}.values())


def _sign(
    session: Any, address: TokenAddress, certificate: x509.Certificate, digest: str, data: bytes
) -> bytes:
    signature = sign_on(session, address.key_label, digest, data)
    if not _fits(certificate, digest, data, signature):
        raise TokenUnavailable("トークンの署名鍵が、起動時の証明書と違います。")
    return signature


def _fits(certificate: x509.Certificate, digest: str, data: bytes, signature: bytes) -> bool:
    from signing.pades.algorithms import public_key

    kind = "rsa" if certificate.public_key.algorithm == "rsa" else "ec"
    return SignatureAlgorithm(kind, digest).fits(public_key(certificate), signature, data)


def _generate(session: Any, label: str, algorithm: KeyAlgorithm) -> bytes:
    from pkcs11 import Attribute, KeyType
    from pkcs11.util.ec import encode_ec_public_key, encode_named_curve_parameters
    from pkcs11.util.rsa import encode_rsa_public_key

    identifier = label.encode()
    if algorithm in CURVES:
        curve = encode_named_curve_parameters(CURVES[algorithm])
        parameters = session.create_domain_parameters(KeyType.EC, {Attribute.EC_PARAMS: curve}, local=True)
        public, _ = parameters.generate_keypair(store=True, label=label, id=identifier)
        encoded: bytes = encode_ec_public_key(public)
        return encoded
    size = int(algorithm.value.removeprefix("rsa"))
    public, _ = session.generate_keypair(KeyType.RSA, size, store=True, label=label, id=identifier)
    plain = keys.RSAPublicKey.load(encode_rsa_public_key(public))
    wrapped: bytes = keys.PublicKeyInfo.wrap(plain, "rsa").dump()
    return wrapped


def _asked_usage() -> csr.CRIAttribute:
    usage = x509.Extension(
        {
            "extn_id": "key_usage",
            "critical": True,
            "extn_value": x509.KeyUsage({"digital_signature", "non_repudiation"}),
        }
    )
    return csr.CRIAttribute({"type": "extension_request", "values": [[usage]]})


def _refuse_other_key(session: Any, address: TokenAddress, issued: IssuedChain) -> None:
    """A signature of the token's next key must fit the certificate: that needs no reading of public keys."""
    test = b"warifu: does the certificate belong to this key?"
    try:
        signature = sign_on(session, _next(address), "sha256", test)
    except LookupError:
        raise NothingPending from None
    leaf: x509.Certificate = x509.Certificate.load(issued.certificate.public_bytes(Encoding.DER))
    if not _fits(leaf, "sha256", test, signature):
        raise SigningRefused(
            "証明書の公開鍵が、トークンで申込み中の鍵と違います。",
            remedy="この申込みに対して発行された証明書を取り込んでください。",
        )


def _store_certificates(session: Any, label: str, certificates: Sequence[pyca.Certificate]) -> None:
    from pkcs11 import Attribute, CertificateType, ObjectClass

    of_label = {Attribute.CLASS: ObjectClass.CERTIFICATE, Attribute.LABEL: label}
    for old in list(session.get_objects(of_label)):
        old.destroy()
    for certificate in certificates:
        rest = {
            Attribute.CERTIFICATE_TYPE: CertificateType.X_509,
            Attribute.TOKEN: True,
            Attribute.ID: label.encode(),
            Attribute.SUBJECT: certificate.subject.public_bytes(),
            Attribute.VALUE: certificate.public_bytes(Encoding.DER),
        }
        session.create_object(of_label | rest)


def _rename(session: Any, label: str, other: str) -> None:
    from pkcs11 import Attribute

    for found in list(session.get_objects({Attribute.LABEL: label})):
        found[Attribute.LABEL] = other
