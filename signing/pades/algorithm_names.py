"""Names of algorithms (方式の識別子): what some makers write in a place where another identifier belongs.

Microsoft's library names a signature algorithm (sha1WithRSAEncryption) where CMS wants a digest; some smart cards name
the kind of key (id-ecPublicKey) where CMS wants a signature algorithm. What is meant is never in doubt, and what is
checked is the same: the digest of the signed bytes and the signature over it.
"""

from asn1crypto import algos

_DIGESTS = {
    "1.2.840.113549.1.1.4": "md5",
    "1.2.840.113549.1.1.5": "sha1",
    "1.2.840.113549.1.1.14": "sha224",
    "1.2.840.113549.1.1.11": "sha256",
    "1.2.840.113549.1.1.12": "sha384",
    "1.2.840.113549.1.1.13": "sha512",
    "1.2.840.10045.4.1": "sha1",
    "1.2.840.10045.4.3.2": "sha256",
    "1.2.840.10045.4.3.3": "sha384",
    "1.2.840.10045.4.3.4": "sha512",
}
_SIGNATURES = {"1.2.840.10045.2.1": "ecdsa"}


def install() -> None:
    """Makes asn1crypto read them; what it writes stays as it was."""
    for kind, more in ((algos.DigestAlgorithmId, _DIGESTS), (algos.SignedDigestAlgorithmId, _SIGNATURES)):
        kind.unmap("2.5.4.3")  # builds the table for writing from the identifiers that belong there
        kind._map.update(more)
