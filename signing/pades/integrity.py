"""Mathematics of one signature (署名の計算): whether a CMS object signs these bytes, as far as we can compute it."""

from asn1crypto import cms
from asn1crypto.algos import SignedDigestAlgorithm
from asn1crypto.keys import PublicKeyInfo
from cryptography.exceptions import UnsupportedAlgorithm
from pyhanko.sign.general import extract_certificate_info, extract_signer_info
from pyhanko.sign.validation.errors import SignatureValidationError
from pyhanko.sign.validation.generic_cms import validate_sig_integrity
from pyhanko_certvalidator.errors import AlgorithmNotSupported
from pyhanko_certvalidator.sig_validate import (
    DEFAULT_VALIDATION_CONTEXT,
    DefaultSignatureValidator,
    SignatureValidationContext,
)

from signing.pades.digests import Hasher, hasher


class UnknownAlgorithm(Exception):
    """An algorithm that we cannot compute (知らない暗号方式): neither right nor wrong can be said."""


class _Validator(DefaultSignatureValidator):
    """As pyHanko's, but what cannot be computed is not called wrong."""

    def validate_signature(
        self,
        signature: bytes,
        signed_data: bytes,
        public_key_info: PublicKeyInfo,
        signature_algorithm: SignedDigestAlgorithm,
        context: SignatureValidationContext = DEFAULT_VALIDATION_CONTEXT,
    ) -> None:
        """Raises InvalidSignature or UnknownAlgorithm."""
        try:
            super().validate_signature(signature, signed_data, public_key_info, signature_algorithm, context)
        except (AlgorithmNotSupported, UnsupportedAlgorithm) as error:
            raise UnknownAlgorithm(str(error)) from error


def is_intact(token: cms.SignedData, digest: bytes) -> bool:
    """Whether the digest is the signed one and the signature that of the named certificate's key.

    Raises UnknownAlgorithm.
    """
    signer = extract_signer_info(token)
    certificate = extract_certificate_info(token).signer_cert
    kind = token["encap_content_info"]["content_type"].native
    try:
        intact, valid = validate_sig_integrity(signer, certificate, kind, digest, _Validator())
    except (SignatureValidationError, ValueError, TypeError, NotImplementedError):
        return False
    return bool(intact and valid)


def known_hasher(name: str) -> Hasher:
    """A hasher by its name. Raises UnknownAlgorithm."""
    try:
        return hasher(name)
    except ValueError as error:
        raise UnknownAlgorithm(name) from error
