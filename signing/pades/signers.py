"""Sealing keys (署名鍵): loaded once, used many times; from a PKCS#12 file or a PKCS#11 token."""

from dataclasses import dataclass
from pathlib import Path

from asn1crypto import x509
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding, pkcs12
from pyhanko.sign import Signer
from pyhanko_certvalidator.registry import SimpleCertificateStore
from pyhanko_certvalidator.util import get_pyca_cryptography_hash

from signing.errors import SetupRequired

MIN_RSA_BITS = 2048
MIN_CURVE_BITS = 256


@dataclass(frozen=True)
class SealingKey:
    """A key that can seal, with its certificate and the chain above it (without the root)."""

    signer: Signer
    certificate: x509.Certificate
    chain: tuple[x509.Certificate, ...]


class CachedKeySigner(Signer):
    """Keeps the parsed key object.

    pyHanko's own signer parses and checks the key anew for each signature, nine tenths of its time.
    """

    def __init__(
        self,
        key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey,
        certificate: x509.Certificate,
        chain: tuple[x509.Certificate, ...],
    ) -> None:
        store = SimpleCertificateStore()  # type: ignore[no-untyped-call]
        store.register_multiple([certificate, *chain])
        super().__init__(signing_cert=certificate, cert_registry=store, embed_roots=False)
        self._key = key

    async def async_sign_raw(self, data: bytes, digest_algorithm: str, dry_run: bool = False) -> bytes:
        """Signs with the key in memory; a dry run costs no more than the real one."""
        algorithm = get_pyca_cryptography_hash(digest_algorithm)
        if isinstance(self._key, rsa.RSAPrivateKey):
            return self._key.sign(data, padding.PKCS1v15(), algorithm)
        return self._key.sign(data, ec.ECDSA(algorithm))


def load_pkcs12(path: Path, password: bytes | None) -> SealingKey:
    """Opens a PKCS#12 file (.p12, .pfx) and refuses keys that are too weak to seal a contract."""
    try:
        key, certificate, others = pkcs12.load_key_and_certificates(path.read_bytes(), password)
    except (OSError, ValueError) as error:
        raise SetupRequired(
            f"署名鍵 {path} を開けません。", remedy="ファイルの場所とパスワードを確認してください。"
        ) from error
    if certificate is None or not isinstance(key, rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey):
        raise SetupRequired(f"署名鍵 {path} に、RSAまたは楕円曲線の秘密鍵と証明書がありません。")
    _refuse_weak(key)
    leaf = _asn1(certificate.public_bytes(Encoding.DER))
    chain = tuple(_asn1(other.public_bytes(Encoding.DER)) for other in others)
    intermediates = tuple(c for c in chain if not c.self_issued)
    return SealingKey(CachedKeySigner(key, leaf, intermediates), leaf, intermediates)


def load_pkcs11(
    library: Path,
    token_label: str,
    pin: str,
    certificate_label: str,
    key_label: str,
    chain: tuple[x509.Certificate, ...] = (),
) -> SealingKey:
    """Opens a key on a PKCS#11 token (HSM, SoftHSM2). The session belongs to this process alone."""
    try:
        from pyhanko.config.pkcs11 import TokenCriteria
        from pyhanko.sign.pkcs11 import PKCS11Signer, open_pkcs11_session
    except ImportError as error:
        raise SetupRequired(
            "PKCS#11の署名鍵を使う部品がありません。", remedy="python-pkcs11 を追加してください。"
        ) from error
    try:
        session = open_pkcs11_session(
            str(library), token_criteria=TokenCriteria(label=token_label), user_pin=pin
        )
        signer = PKCS11Signer(
            session,
            cert_label=certificate_label,
            key_label=key_label,
            ca_chain=set(chain),
            embed_roots=False,
            use_raw_mechanism=True,
        )
        certificate = signer.signing_cert
    except Exception as error:  # the token library has exceptions of its own for every fault
        raise SetupRequired(
            f"PKCS#11トークン「{token_label}」を開けません。", reason=type(error).__name__
        ) from error
    if certificate is None:
        raise SetupRequired(f"PKCS#11トークンに証明書「{certificate_label}」がありません。")
    return SealingKey(signer, certificate, chain)


def _refuse_weak(key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey) -> None:
    needed = MIN_RSA_BITS if isinstance(key, rsa.RSAPrivateKey) else MIN_CURVE_BITS
    if key.key_size < needed:
        raise SetupRequired(f"署名鍵が短すぎます({key.key_size}ビット)。{needed}ビット以上が必要です。")


def _asn1(der: bytes) -> x509.Certificate:
    """Parses from bytes: a constructed certificate would be encoded again at each use."""
    certificate: x509.Certificate = x509.Certificate.load(der)
    return certificate
