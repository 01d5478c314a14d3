"""Weak algorithms (弱い暗号方式): what a signature uses, and what of it is no longer strong enough."""

from collections.abc import Iterator, Sequence

from asn1crypto import cms, x509
from pyhanko.sign.general import extract_certificate_info
from pyhanko.sign.validation import EmbeddedPdfSignature
from pyhanko_certvalidator.sig_validate import DefaultSignatureValidator

from signing.pades.verdicts import Crypto

MIN_RSA_BITS = 2048
MIN_CURVE_BITS = 224
_BROKEN = frozenset({"md2", "md4", "md5"})
_WEAK = frozenset({"sha1", "ripemd160"})
_SIGNATURES = {
    "rsassa_pkcs1v15": "RSA",
    "rsassa_pss": "RSA-PSS",
    "ecdsa": "ECDSA",
    "dsa": "DSA",
    "ed25519": "Ed25519",
    "ed448": "Ed448",
}


def describe(embedded: EmbeddedPdfSignature) -> Crypto:
    """Algorithms of a signature and of its certificate's key."""
    signer = embedded.signer_info
    certificate = embedded.signer_cert
    digest = embedded.external_md_algorithm
    key = certificate.public_key
    bits = key.bit_size if key.algorithm in ("rsa", "rsassa_pss", "dsa", "ec") else None
    weak = list(dict.fromkeys(_weak(signer, digest, certificate)))
    return Crypto(digest=name_of(digest), signature=_signature(signer), key_bits=bits, weak=weak)


def is_broken(embedded: EmbeddedPdfSignature) -> bool:
    """Whether the signature rests on an algorithm that anybody can break today."""
    signer = embedded.signer_info
    key = embedded.signer_cert.public_key
    used = {embedded.external_md_algorithm, signer["digest_algorithm"]["algorithm"].native, _hash(signer)}
    return bool(used & _BROKEN) or (key.algorithm in ("rsa", "dsa") and key.bit_size < MIN_RSA_BITS // 2)


def weak_certificates(chain: Sequence[x509.Certificate]) -> list[str]:
    """Weaknesses of the certificates below the root; the root is trusted for itself."""
    return [
        f"証明書「{certificate.subject.native.get('common_name', '')}」の署名に使われた{name_of(digest)}"
        for certificate in chain[1:]
        if (digest := _certificate_digest(certificate)) in _WEAK | _BROKEN
    ]


def loose_certificates(token: cms.SignedData) -> bool:
    """Whether a certificate that came along bears a signature that its own issuer did not make.

    The list of certificates in a CMS object is not covered by the signature: a change there goes unnoticed
    unless somebody looks.
    """
    found = extract_certificate_info(token)
    everyone = [found.signer_cert, *found.other_certs]
    return any(_contradicts(certificate, everyone) for certificate in everyone)


def name_of(digest: str) -> str:
    """How a person reads a digest algorithm: SHA-256."""
    if digest.startswith("sha3"):
        return digest.upper().replace("_", "-")
    if digest.startswith("sha"):
        return f"SHA-{digest.removeprefix('sha').replace('_', '/')}"
    return digest.upper()


def _weak(signer: cms.SignerInfo, digest: str, certificate: x509.Certificate) -> Iterator[str]:
    for name in (digest, signer["digest_algorithm"]["algorithm"].native, _hash(signer)):
        if name in _BROKEN:
            yield f"{name_of(name)}(解読されている方式)"
        elif name in _WEAK:
            yield f"{name_of(name)}(弱い方式)"
    key = certificate.public_key
    if key.algorithm in ("rsa", "dsa", "rsassa_pss") and key.bit_size < MIN_RSA_BITS:
        yield f"{key.algorithm.upper()[:3]} {key.bit_size}ビット(短い鍵)"
    if key.algorithm == "ec" and key.bit_size < MIN_CURVE_BITS:
        yield f"楕円曲線 {key.bit_size}ビット(短い鍵)"


def _signature(signer: cms.SignerInfo) -> str:
    try:
        name = signer["signature_algorithm"].signature_algo
    except ValueError:
        name = signer["signature_algorithm"]["algorithm"].native
    return _SIGNATURES.get(name, str(name))


def _hash(signer: cms.SignerInfo) -> str | None:
    try:
        name: str = signer["signature_algorithm"].hash_algo
    except ValueError:
        return None
    return name


def _certificate_digest(certificate: x509.Certificate) -> str | None:
    try:
        name: str = certificate.hash_algo
    except ValueError:
        return None
    return name


def _contradicts(certificate: x509.Certificate, everyone: Sequence[x509.Certificate]) -> bool:
    issuers = [other for other in everyone if other.subject == certificate.issuer]
    return bool(issuers) and not any(_signed_by(certificate, issuer) for issuer in issuers)


def _signed_by(certificate: x509.Certificate, issuer: x509.Certificate) -> bool:
    try:
        DefaultSignatureValidator().validate_signature(
            certificate["signature_value"].native,
            certificate["tbs_certificate"].dump(),
            issuer.public_key,
            certificate["signature_algorithm"],
        )
    except Exception:  # whatever is wrong with it, it is not signed by that key
        return False
    return True
