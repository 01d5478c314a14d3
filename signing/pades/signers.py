"""Sealing keys (署名鍵): loaded once, used many times; from a PKCS#12 file or a PKCS#11 token."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from asn1crypto import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, pkcs12

from signing.errors import SetupRequired
from signing.pades.algorithms import PrivateKey, SignatureAlgorithm, algorithm_for
from signing.pades.profiles import PadesProfile


@dataclass(frozen=True)
class Identity:
    """A signer as far as others see it: the certificate and the chain above it (without the root)."""

    certificate: x509.Certificate
    chain: tuple[x509.Certificate, ...] = ()


@dataclass(frozen=True)
class SealingKey:
    """A key that can seal. `sign` returns the raw signature over data, hashed with the algorithm's digest.

    `with_digest` makes the same key with another digest, where its source can do that.
    """

    sign: Callable[[bytes], bytes]
    certificate: x509.Certificate
    chain: tuple[x509.Certificate, ...]
    algorithm: SignatureAlgorithm
    with_digest: "Callable[[str], SealingKey] | None" = None

    @property
    def identity(self) -> Identity:
        return Identity(self.certificate, self.chain)

    def following(self, profile: PadesProfile) -> "SealingKey":
        """This key as the profile wants it: strong enough, and with its digest."""
        wanted = algorithm_for(self.certificate, profile)
        if self.algorithm == wanted:
            return self
        if self.with_digest is None:
            raise SetupRequired(f"この署名鍵は{wanted.digest}で署名できません。")
        return self.with_digest(wanted.digest)


def key_in_memory(
    key: PrivateKey,
    certificate: x509.Certificate,
    chain: tuple[x509.Certificate, ...],
    profile: PadesProfile | None = None,
) -> SealingKey:
    """A sealing key from an opened private key; refuses what is too weak to seal a contract."""
    algorithm = algorithm_for(certificate, profile)

    def with_digest(digest: str) -> SealingKey:
        other = SignatureAlgorithm(algorithm.key, digest)
        return SealingKey(lambda data: other.sign(key, data), certificate, chain, other, with_digest)

    return with_digest(algorithm.digest)


def load_pkcs12(
    source: Path | bytes, password: bytes | None, profile: PadesProfile | None = None
) -> SealingKey:
    """Opens a PKCS#12 file (.p12, .pfx) and refuses keys that are too weak to seal a contract."""
    name = f" {source} " if isinstance(source, Path) else ""
    try:
        content = source.read_bytes() if isinstance(source, Path) else source
        key, certificate, others = pkcs12.load_key_and_certificates(content, password)
    except (OSError, ValueError) as error:
        raise SetupRequired(
            f"署名鍵{name}を開けません。", remedy="ファイルの場所とパスワードを確認してください。"
        ) from error
    if certificate is None or not isinstance(key, rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey):
        raise SetupRequired(f"署名鍵{name}に、RSAまたは楕円曲線の秘密鍵と証明書がありません。")
    leaf = _asn1(certificate.public_bytes(Encoding.DER))
    chain = tuple(_asn1(other.public_bytes(Encoding.DER)) for other in others)
    return key_in_memory(key, leaf, tuple(c for c in chain if not c.self_issued), profile)


def load_pkcs11(
    library: Path,
    token_label: str,
    pin: str,
    certificate_label: str,
    key_label: str,
    chain: tuple[x509.Certificate, ...] = (),
    profile: PadesProfile | None = None,
) -> SealingKey:
    """Opens a key on a PKCS#11 token (HSM, SoftHSM2). The session belongs to this process alone."""
    try:
        from signing.pades.token_keys import load_token_key
        from signing.pades.token_sessions import TokenAddress
    except ImportError as error:
        raise SetupRequired(
            "PKCS#11の署名鍵を使う部品がありません。", remedy="python-pkcs11 を追加してください。"
        ) from error
    address = TokenAddress(library, token_label, pin, certificate_label, key_label)
    return load_token_key(address, chain, profile)


def _asn1(encoded: bytes) -> x509.Certificate:
    """Parses from bytes: a constructed certificate would be encoded again at each use."""
    certificate: x509.Certificate = x509.Certificate.load(encoded)
    return certificate
