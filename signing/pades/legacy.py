"""Signatures of old kinds (古い形式の署名): checked for damage; whole ones cannot be relied on, as they rest on SHA-1."""

import hashlib
import io
from dataclasses import dataclass
from typing import BinaryIO

from asn1crypto import cms, core, x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed
from cryptography.hazmat.primitives.serialization import load_der_public_key
from pyhanko.pdf_utils import generic
from pyhanko.sign.general import extract_certificate_info

from signing.pades.fields import FoundSignature
from signing.pades.objects import entry
from signing.pades.structure import CHUNK


@dataclass(frozen=True)
class OldSignature:
    """What can be said of one: its certificate, and whether the bytes are those that were signed."""

    certificate: x509.Certificate | None = None
    is_intact: bool | None = None


def check_old(signature: FoundSignature, stream: BinaryIO) -> OldSignature:
    """adbe.pkcs7.sha1 and adbe.x509.rsa_sha1."""
    if signature.byte_range is None or signature.is_broken:
        return OldSignature(is_intact=False)
    digest = _sha1(stream, signature.byte_range)
    try:
        if signature.subfilter == "/adbe.pkcs7.sha1":
            return _enveloped(signature.contents, digest)
        return _plain(signature, digest)
    except (ValueError, TypeError, KeyError, AttributeError):
        return OldSignature()


def _enveloped(contents: bytes, digest: bytes) -> OldSignature:
    token = cms.ContentInfo.load(contents)["content"]
    certificate = extract_certificate_info(token).signer_cert
    return OldSignature(certificate, token["encap_content_info"]["content"].native == digest)


def _plain(signature: FoundSignature, digest: bytes) -> OldSignature:
    found = entry(signature.value, "/Cert")
    found = found[0] if isinstance(found, generic.ArrayObject) else found
    certificate = x509.Certificate.load(found.original_bytes)
    key = load_der_public_key(certificate.public_key.dump())
    value = core.OctetString.load(signature.contents).native
    if not isinstance(key, rsa.RSAPublicKey):
        return OldSignature(certificate)
    try:
        key.verify(value, digest, padding.PKCS1v15(), Prehashed(hashes.SHA1()))  # noqa: S303 - an old kind
    except InvalidSignature:
        return OldSignature(certificate, False)
    return OldSignature(certificate, True)


def _sha1(stream: BinaryIO, byte_range: tuple[int, int, int, int]) -> bytes:
    hasher = hashlib.sha1(usedforsecurity=False)
    a, b, c, d = byte_range
    for start, length in ((a, b), (c, d)):
        stream.seek(start, io.SEEK_SET)
        while length > 0 and (piece := stream.read(min(length, CHUNK))):
            hasher.update(piece)
            length -= len(piece)
    return hasher.digest()
