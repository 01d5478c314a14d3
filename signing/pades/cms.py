"""CMS signatures (電子署名データ, RFC 5652) as PAdES baseline wants them, written in DER by hand.

Signed attributes: content-type, message-digest, ESS signing-certificate-v2, signature policy where one is
configured; no signing-time (ETSI EN 319 142-1, 6.3). What is constant for a certificate is encoded once.
"""

import hashlib
from collections.abc import Sequence
from functools import lru_cache

from asn1crypto import cms, x509

from signing.errors import SigningRefused
from signing.pades import der
from signing.pades.algorithms import SignatureAlgorithm, digest_name, public_key
from signing.pades.profiles import SignaturePolicy

_DATA = der.identifier("1.2.840.113549.1.7.1")
_SIGNED_DATA = der.identifier("1.2.840.113549.1.7.2")
_CONTENT_TYPE = der.identifier("1.2.840.113549.1.9.3")
_MESSAGE_DIGEST = der.identifier("1.2.840.113549.1.9.4")
_SIGNATURE_TIMESTAMP = der.identifier("1.2.840.113549.1.9.16.2.14")
_SIGNATURE_POLICY = der.identifier("1.2.840.113549.1.9.16.2.15")
_SIGNING_CERTIFICATE_V2 = der.identifier("1.2.840.113549.1.9.16.2.47")
_POLICY_URI = der.identifier("1.2.840.113549.1.9.16.5.1")
_VERSION_1 = der.integer(1)
_DATA_ATTRIBUTE = der.sequence(_CONTENT_TYPE, der.set_of(_DATA))
_DETACHED = der.sequence(_DATA)


def signed_attributes(
    digest: bytes, certificate: x509.Certificate, policy: SignaturePolicy | None = None
) -> bytes:
    """The signed attributes (署名属性) for the digest of a document, DER SET OF: what the key signs.

    The length of the digest tells the hash: 32 bytes SHA-256, 48 SHA-384, 64 SHA-512.
    """
    hash_name = digest_name(digest)
    attributes = [
        _DATA_ATTRIBUTE,
        der.sequence(_MESSAGE_DIGEST, der.set_of(der.octets(digest))),
        certificate_attribute(certificate.dump(), hash_name),
    ]
    if policy is not None:
        attributes.append(_policy_attribute(policy))
    return der.set_of(*attributes)


def assemble(
    attributes: bytes,
    signature: bytes,
    certificate: x509.Certificate,
    chain: Sequence[x509.Certificate],
    algorithm: SignatureAlgorithm,
    token: bytes | None,
) -> bytes:
    """The whole CMS object in DER: SignedData with one signer, the chain, and the signature time-stamp."""
    unsigned = []
    if token is not None:
        unsigned.append(der.tlv(0xA1, der.sequence(_SIGNATURE_TIMESTAMP, der.set_of(token))))
    signer = der.sequence(
        _VERSION_1,
        issuer_and_serial(certificate.dump()),
        algorithm.encoded_digest,
        der.with_tag(0xA0, attributes),
        algorithm.encoded,
        der.octets(signature),
        *unsigned,
    )
    signed_data = der.sequence(
        _VERSION_1,
        der.set_of(algorithm.encoded_digest),
        _DETACHED,
        _certificates(tuple(each.dump() for each in (certificate, *chain))),
        der.set_of(signer),
    )
    return der.sequence(_SIGNED_DATA, der.tlv(0xA0, signed_data))


def check_signature(certificate: x509.Certificate, attributes: bytes, signature: bytes) -> None:
    """Refuses a signature over the attributes that the certificate's key did not make.

    So that a wrong token, card or answer from outside is noticed before it is embedded.
    """
    key = public_key(certificate)
    kind = "rsa" if certificate.public_key.algorithm == "rsa" else "ec"
    algorithm = SignatureAlgorithm(kind, digest_name(message_digest(attributes)))
    if not algorithm.fits(key, signature, attributes):
        raise SigningRefused(
            "署名値が、署名する証明書と合いません。",
            remedy="証明書と対になる鍵で、表示されたデータにもう一度署名してください。",
        )


def message_digest(attributes: bytes) -> bytes:
    """The digest of the document in signed attributes."""
    for attribute in cms.CMSAttributes.load(attributes):
        if attribute["type"].native == "message_digest":
            digest: bytes = attribute["values"][0].native
            return digest
    raise ValueError("no message-digest in the signed attributes")


@lru_cache(maxsize=256)
def certificate_attribute(encoded: bytes, hash_name: str) -> bytes:
    """ESS signing-certificate-v2 (RFC 5035) with issuer and serial; SHA-256 is the default, so left out.

    `encoded`: the certificate in DER.
    """
    certificate = x509.Certificate.load(encoded)
    issuer = der.tlv(0xA4, certificate.issuer.dump())  # directoryName of GeneralName, explicit
    issuer_serial = der.sequence(der.sequence(issuer), certificate["tbs_certificate"]["serial_number"].dump())
    fingerprint = der.octets(hashlib.new(hash_name, encoded).digest())
    algorithm = b"" if hash_name == "sha256" else SignatureAlgorithm("", hash_name).encoded_digest
    identifier = der.sequence(algorithm, fingerprint, issuer_serial)
    value = der.sequence(der.sequence(identifier))
    return der.sequence(_SIGNING_CERTIFICATE_V2, der.set_of(value))


@lru_cache(maxsize=256)
def issuer_and_serial(encoded: bytes) -> bytes:
    """How a signer is named in CMS, from the certificate in DER."""
    certificate = x509.Certificate.load(encoded)
    return der.sequence(certificate.issuer.dump(), certificate["tbs_certificate"]["serial_number"].dump())


@lru_cache(maxsize=16)
def _policy_attribute(policy: SignaturePolicy) -> bytes:
    """signature-policy-identifier (ETSI EN 319 122-1, 5.2.9.1) with hash and, where given, place."""
    algorithm = SignatureAlgorithm("", policy.digest).encoded_digest
    parts = [der.identifier(policy.identifier), der.sequence(algorithm, der.octets(policy.hash))]
    if policy.uri:
        uri = der.tlv(der.IA5_STRING, policy.uri.encode("ascii"))
        parts.append(der.sequence(der.sequence(_POLICY_URI, uri)))
    return der.sequence(_SIGNATURE_POLICY, der.set_of(der.sequence(*parts)))


@lru_cache(maxsize=256)
def _certificates(encoded: tuple[bytes, ...]) -> bytes:
    """CertificateSet: each once, in the order of their encodings."""
    return der.tlv(0xA0, *sorted(set(encoded)))
