"""Certificate chains (証明書のパス): built and checked at one moment, with the revocation data at hand; no network."""

import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from asn1crypto import algos, keys, x509
from pyhanko.sign.ades.report import AdESIndeterminate
from pyhanko.sign.validation.generic_cms import validate_cert_usage
from pyhanko.sign.validation.settings import KeyUsageConstraints
from pyhanko_certvalidator import ValidationContext
from pyhanko_certvalidator.errors import (
    CRLValidationError,
    OCSPValidationError,
    RevokedError,
    ValidationError,
)
from pyhanko_certvalidator.ltv.poe import POEManager
from pyhanko_certvalidator.path import ValidationPath
from pyhanko_certvalidator.policy_decl import (
    NO_REVOCATION,
    AlgorithmUsageConstraint,
    AlgorithmUsagePolicy,
    CertRevTrustPolicy,
    RevocationCheckingPolicy,
)
from pyhanko_certvalidator.registry import CertificateRegistry
from pyhanko_certvalidator.revinfo.archival import process_legacy_crl_input, process_legacy_ocsp_input
from pyhanko_certvalidator.revinfo.manager import RevinfoManager
from pyhanko_certvalidator.revinfo.validate_crl import verify_crl
from pyhanko_certvalidator.revinfo.validate_ocsp import verify_ocsp_response

from signing.pades.trust import TrustStore

for _name in ("pyhanko", "pyhanko_certvalidator"):
    logging.getLogger(_name).addFilter(lambda record: record.levelno >= logging.ERROR)
    logging.getLogger(_name).setLevel(logging.ERROR)
"""They write each finding with its stack; our verdict says it in words."""

SIGNER = KeyUsageConstraints(key_usage={"digital_signature", "non_repudiation"}, match_all_key_usages=False)
AUTHORITY = KeyUsageConstraints(extd_key_usage={"time_stamping"}, explicit_extd_key_usage_required=True)
_ANY_USE = KeyUsageConstraints()
_BROKEN_DIGESTS = frozenset({"md2", "md4", "md5"})
_MIN_RSA_BITS = 1024

_SOFT = RevocationCheckingPolicy.from_legacy("soft-fail")
_UNKNOWN: tuple[str, datetime | None] = ("unknown", None)
_NO_ANSWER = (OCSPValidationError, CRLValidationError, ValidationError, ValueError, TypeError, LookupError)
_REVOKED = (AdESIndeterminate.REVOKED_NO_POE, AdESIndeterminate.REVOKED_CA_NO_POE)


class ChainFault(StrEnum):
    """Why a chain is not trusted."""

    NONE = "none"
    UNKNOWN_AUTHORITY = "unknown_authority"
    EXPIRED = "expired"
    NOT_YET_VALID = "not_yet_valid"
    REVOKED = "revoked"
    WRONG_USE = "wrong_use"
    BROKEN_ALGORITHM = "broken_algorithm"
    OTHER = "other"


@dataclass(frozen=True)
class Chain:
    """A checked chain: root first. `revocation` is good, revoked, unknown or not_needed.

    `is_complete`: there is revocation data for every certificate of the chain that needs it.
    """

    certificates: tuple[x509.Certificate, ...] = ()
    fault: ChainFault = ChainFault.NONE
    revocation: str = "unknown"
    is_complete: bool = False
    revoked_at: datetime | None = None

    @property
    def is_trusted(self) -> bool:
        return self.fault is ChainFault.NONE

    @property
    def anchor(self) -> x509.Certificate | None:
        return self.certificates[0] if self.certificates else None


class TolerantAlgorithms(AlgorithmUsagePolicy):
    """Refuses what is broken (MD5, RSA below 1024 bits). What is only weak is told apart as a warning."""

    def digest_algorithm_allowed(
        self, algo: algos.DigestAlgorithm, moment: datetime | None
    ) -> AlgorithmUsageConstraint:
        return AlgorithmUsageConstraint(algo["algorithm"].native not in _BROKEN_DIGESTS)

    def signature_algorithm_allowed(
        self,
        algo: algos.SignedDigestAlgorithm,
        moment: datetime | None,
        public_key: keys.PublicKeyInfo | None,
    ) -> AlgorithmUsageConstraint:
        return AlgorithmUsageConstraint(not is_broken(algo, public_key))


def is_broken(algorithm: algos.SignedDigestAlgorithm, key: keys.PublicKeyInfo | None) -> bool:
    """Whether anybody could forge such a signature today."""
    try:
        digest = algorithm.hash_algo
    except ValueError:
        digest = None
    too_short = key is not None and key.algorithm in ("rsa", "dsa") and key.bit_size < _MIN_RSA_BITS
    return digest in _BROKEN_DIGESTS or too_short


class Evidence:
    """Certificates and revocation data that may be used, and the chains judged with them so far.

    `now` is the moment from which on the data are known to exist.
    """

    def __init__(
        self,
        trust: TrustStore,
        now: datetime,
        certificates: Iterable[x509.Certificate] = (),
        ocsps: Sequence[Any] = (),
        crls: Sequence[Any] = (),
    ) -> None:
        self._trust = trust
        others = [*certificates, *trust.intermediates, *trust.anchors]
        self._registry = CertificateRegistry.build(others)
        self._has_data = bool(ocsps or crls)
        self._manager = RevinfoManager(
            certificate_registry=self._registry,
            poe_manager=POEManager(current_dt_override=now),
            crls=process_legacy_crl_input(crls) if crls else (),
            ocsps=process_legacy_ocsp_input(ocsps) if ocsps else (),
        )
        self._known: dict[tuple[bytes, datetime, bool], Chain] = {}

    def add(self, certificates: Iterable[x509.Certificate]) -> None:
        """Certificates that came with a signature; they help to build a chain and are not trusted for it."""
        self._registry.register_multiple(certificates)

    async def chain(self, certificate: x509.Certificate, at: datetime, is_authority: bool = False) -> Chain:
        """The chain of a signer's or time-stamping authority's certificate at a moment."""
        key = (certificate.sha256, at, is_authority)
        if key not in self._known:
            self._known[key] = await self._judge(certificate, at, AUTHORITY if is_authority else SIGNER)
        return self._known[key]

    async def _judge(self, certificate: x509.Certificate, at: datetime, use: KeyUsageConstraints) -> Chain:
        if use is SIGNER and certificate.key_usage_value is None:
            use = _ANY_USE  # RFC 5280: without the extension a key may be used for anything
        context = self._context(at, NO_REVOCATION)
        paths = context.path_builder.async_build_paths_lazy(certificate)
        result = await validate_cert_usage(certificate, context, use, paths)
        path = result.success_result
        if path is None:
            below = [certificate, *_list(result.error_path)[1:]]
            return Chain(_list(result.error_path), _fault(result.error_subindic, below, at))
        if path.pkix_len == 0:
            return Chain(_list(path), _outside(certificate, at), "not_needed", is_complete=True)
        return await self._with_revocation(path, certificate, at)

    async def _with_revocation(self, path: ValidationPath, leaf: x509.Certificate, at: datetime) -> Chain:
        """What the data says about each certificate below the anchor."""
        context = self._context(at, _SOFT)
        words: list[str] = []
        for certificate in _list(path)[1:]:
            word, revoked_at = await _revocation(certificate, path, context) if self._has_data else _UNKNOWN
            if word == "revoked":
                return Chain(_list(path), ChainFault.REVOKED, word, revoked_at=revoked_at)
            words.append(word)
        return Chain(_list(path), revocation=words[-1], is_complete="unknown" not in words)

    def _context(self, at: datetime, revocation: RevocationCheckingPolicy) -> ValidationContext:
        return ValidationContext(
            trust_roots=self._trust.anchors,
            moment=at,
            allow_fetching=False,
            revinfo_policy=CertRevTrustPolicy(revocation, retroactive_revinfo=True),
            revinfo_manager=self._manager,
            certificate_registry=self._registry,
            algorithm_usage_policy=TolerantAlgorithms(),
        )


async def _revocation(
    certificate: x509.Certificate, path: ValidationPath, context: ValidationContext
) -> tuple[str, datetime | None]:
    """OCSP first, then CRL; pyHanko alone would look at an answer only where the certificate names an address."""
    for check in (verify_ocsp_response, verify_crl):
        try:
            await check(certificate, path, context)
        except RevokedError as revoked:
            if not revoked.is_side_validation:
                return "revoked", revoked.revocation_dt
            continue
        except _NO_ANSWER:
            continue
        return "good", None
    return _UNKNOWN


def _list(path: ValidationPath | None) -> tuple[x509.Certificate, ...]:
    return tuple(path) if path is not None else ()


def _fault(
    indication: AdESIndeterminate | None, certificates: Sequence[x509.Certificate], at: datetime
) -> ChainFault:
    if indication in _REVOKED:
        return ChainFault.REVOKED
    is_own = len(certificates) == 1 and certificates[0].self_issued
    if indication is AdESIndeterminate.NO_CERTIFICATE_CHAIN_FOUND or is_own:
        return ChainFault.UNKNOWN_AUTHORITY
    outside = [fault for c in certificates if (fault := _outside(c, at)) is not ChainFault.NONE]
    if outside:
        return outside[0]
    return {
        AdESIndeterminate.CHAIN_CONSTRAINTS_FAILURE: ChainFault.WRONG_USE,
        AdESIndeterminate.CRYPTO_CONSTRAINTS_FAILURE: ChainFault.BROKEN_ALGORITHM,
    }.get(indication, ChainFault.OTHER)  # type: ignore[arg-type]


def _outside(certificate: x509.Certificate, at: datetime) -> ChainFault:
    """An anchor is believed without a check of its period; a signer's own certificate is not."""
    if certificate.not_valid_after < at:
        return ChainFault.EXPIRED
    return ChainFault.NOT_YET_VALID if certificate.not_valid_before > at else ChainFault.NONE
