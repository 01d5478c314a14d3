"""Weak algorithms (弱い暗号方式): what a signature uses, and what of it is no longer strong enough."""

from collections.abc import Collection, Iterable, Iterator, Sequence

from asn1crypto import cms, x509
from pyhanko.sign.general import extract_certificate_info, extract_signer_info
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
    bits = 521 if bits == 528 else bits  # the curve P-521, counted in whole bytes
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


def loose_parts(token: cms.SignedData, known: Collection[x509.Certificate]) -> bool:
    """Whether parts of a CMS object that its signature does not cover are not what they must be.

    `known` are the certificates of the file's validation data, of checked chains and of the roots. Whatever
    came along must be one of them or bear the signature of one; a change there goes unnoticed otherwise.
    """
    found = extract_certificate_info(token)
    everyone = {c.dump(): c for c in (*known, found.signer_cert, *found.other_certs)}
    used = {certificate.dump() for certificate in known}
    if any(c.dump() not in used and not _vouched(c, everyone.values()) for c in found.other_certs):
        return True
    name = extract_signer_info(token)["digest_algorithm"]["algorithm"].native
    names = {algorithm["algorithm"].native for algorithm in token["digest_algorithms"]}
    is_stamp = token["encap_content_info"]["content_type"].native == "tst_info"
    return names != {name} or (is_stamp and token["version"].native != "v3")


def name_of(digest: str) -> str:
    """How a person reads a digest algorithm: SHA-256."""
    if digest.startswith("sha3_"):
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


def _vouched(certificate: x509.Certificate, everyone: Iterable[x509.Certificate]) -> bool:
    issuer = certificate.issuer.dump()
    return any(_signed_by(certificate, other) for other in everyone if other.subject.dump() == issuer)


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
