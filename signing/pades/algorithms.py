"""Signature algorithms (署名アルゴリズム): RSA PKCS#1 v1.5 and ECDSA over SHA-2, and nothing weaker."""

from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any

from asn1crypto import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import load_der_public_key

from signing.errors import SetupRequired
from signing.pades import der
from signing.pades.profiles import DIGEST, PadesProfile

PrivateKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey
PublicKey = rsa.RSAPublicKey | ec.EllipticCurvePublicKey

HASHES: dict[str, hashes.HashAlgorithm] = {
    "sha256": hashes.SHA256(),
    "sha384": hashes.SHA384(),
    "sha512": hashes.SHA512(),
}
_BY_SIZE = {algorithm.digest_size: name for name, algorithm in HASHES.items()}
_DIGEST_IDENTIFIERS = {
    "sha256": "2.16.840.1.101.3.4.2.1",
    "sha384": "2.16.840.1.101.3.4.2.2",
    "sha512": "2.16.840.1.101.3.4.2.3",
}
_RSA = {
    "sha256": "1.2.840.113549.1.1.11",
    "sha384": "1.2.840.113549.1.1.12",
    "sha512": "1.2.840.113549.1.1.13",
}
_ECDSA = {"sha256": "1.2.840.10045.4.3.2", "sha384": "1.2.840.10045.4.3.3", "sha512": "1.2.840.10045.4.3.4"}


@dataclass(frozen=True)
class SignatureAlgorithm:
    """What a key signs with: `key` is "rsa" or "ec", `digest` names the hash of data and document."""

    key: str
    digest: str = DIGEST

    @cached_property
    def encoded(self) -> bytes:
        """AlgorithmIdentifier in DER; RSA carries a NULL (RFC 4055), ECDSA nothing (RFC 5758)."""
        if self.key == "rsa":
            return der.sequence(der.identifier(_RSA[self.digest]), der.NULL)
        return der.sequence(der.identifier(_ECDSA[self.digest]))

    @cached_property
    def encoded_digest(self) -> bytes:
        """AlgorithmIdentifier of the hash; RFC 5754 wants its parameters absent."""
        return der.sequence(der.identifier(_DIGEST_IDENTIFIERS[self.digest]))

    def sign(self, key: PrivateKey, data: bytes) -> bytes:
        """Signs with a key in memory."""
        if isinstance(key, rsa.RSAPrivateKey):
            return key.sign(data, padding.PKCS1v15(), HASHES[self.digest])
        return key.sign(data, ec.ECDSA(HASHES[self.digest]))

    def fits(self, key: PublicKey, signature: bytes, data: bytes) -> bool:
        """Whether a signature over the data is this key's."""
        try:
            if isinstance(key, rsa.RSAPublicKey):
                key.verify(signature, data, padding.PKCS1v15(), HASHES[self.digest])
            else:
                key.verify(signature, data, ec.ECDSA(HASHES[self.digest]))
        except InvalidSignature:
            return False
        return True


def algorithm_for(certificate: x509.Certificate, profile: PadesProfile | None = None) -> SignatureAlgorithm:
    """The algorithm for a certificate's key; refuses keys that are too weak to seal a contract."""
    profile = profile or PadesProfile()
    key = public_key(certificate)
    if isinstance(key, rsa.RSAPublicKey):
        if key.key_size < profile.min_rsa_bits:
            raise SetupRequired(
                f"署名鍵が短すぎます({key.key_size}ビット)。{profile.min_rsa_bits}ビット以上が必要です。"
            )
        return SignatureAlgorithm("rsa", profile.digest)
    if key.curve.name not in profile.curves:
        raise SetupRequired(
            f"署名鍵の楕円曲線「{key.curve.name}」({key.key_size}ビット)は使えません。",
            remedy=f"{'、'.join(profile.curves)}の鍵を使ってください。",
        )
    return SignatureAlgorithm("ec", profile.digest)


def digest_name(digest: bytes) -> str:
    """Which hash made a digest: its length tells. 32 bytes SHA-256, 48 SHA-384, 64 SHA-512; else ValueError."""
    try:
        return _BY_SIZE[len(digest)]
    except KeyError:
        raise ValueError(f"a digest of {len(digest)} bytes is none of SHA-256, SHA-384, SHA-512") from None


def public_key(certificate: x509.Certificate) -> PublicKey:
    """The key in a certificate; anything but RSA and ECDSA is refused."""
    return _public_key(certificate.public_key.dump())


@lru_cache(maxsize=256)
def _public_key(encoded: bytes) -> PublicKey:
    key: Any = load_der_public_key(encoded)
    if not isinstance(key, rsa.RSAPublicKey | ec.EllipticCurvePublicKey):
        raise SetupRequired("署名に使えるのは、RSAまたは楕円曲線(ECDSA)の鍵だけです。")
    return key
