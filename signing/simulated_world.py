"""A world for the simulation (模擬の世界): a clock of its own, and authorities that come, live and go.

Every ten years a new generation begins under a root of its own and lives for twelve; then its certificates have
expired and its servers are silent. Where the digests and keys of today no longer last for its whole life, a
generation is made with stronger ones.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import cached_property
from pathlib import Path

from asn1crypto import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding

from signing.pades.algorithm_ends import AlgorithmEnds
from signing.pades.generation_services import GenerationRevocation, GenerationTsa, newest_alive
from signing.pades.generations import Generation, make_generation
from signing.pades.holding import MARGIN
from signing.pades.preserve import Preserver
from signing.pades.revocation import RevocationSource
from signing.pades.seal import Sealer
from signing.pades.signers import SealingKey, key_in_memory
from signing.pades.timestamps import Timestamper
from signing.pades.trust import TrustStore
from signing.preservation import Preservation, Transaction
from signing.services import SealingServices
from signing.stores import DocumentStore

EVERY_YEARS = 10
LIFE_YEARS = 12
_CENTURY = timedelta(days=36525)
NOBODY = TrustStore()


class World:
    """Clock, generations, and the tools that sealing and preservation would have at the moment that it is."""

    def __init__(
        self,
        starts: datetime,
        years: int,
        ends: AlgorithmEnds,
        margin: timedelta = MARGIN,
        before: TrustStore = NOBODY,
        *,
        is_flat: bool = False,
    ) -> None:
        self.at = starts.replace(microsecond=0)
        self._ends = ends
        self._margin = margin
        self._before = before
        self._is_flat = is_flat
        self.generations = tuple(self._generation(number) for number in range(1, years // EVERY_YEARS + 3))

    def now(self) -> datetime:
        """The clock that is handed to everything."""
        return self.at

    @property
    def trust(self) -> TrustStore:
        """The roots that an administrator would have configured by now; none is ever taken away."""
        known = [generation for generation in self.generations if generation.starts <= self.at]
        return self._before.with_roots(generation.asn1("root") for generation in known)

    @property
    def authority(self) -> Generation | None:
        """The generation that time-stamps now."""
        return newest_alive(self.generations, self.at)

    def preservation(
        self,
        transaction: Transaction,
        store: DocumentStore,
        others: RevocationSource | None = None,
        *,
        is_takeover: bool = False,
    ) -> Preservation:
        """The real tools of preservation, with the authorities of this moment.

        `others` answers for certificates that are not of this world. A takeover stamps also where that does not
        make the file hold longer: from then on it rests on authorities of this world.
        """
        preserver = Preserver(
            self._timestamper(self.trust),
            GenerationRevocation(self.generations, others),
            self.trust,
            self._ends,
            self._margin,
        )
        if is_takeover:
            preserver = replace(preserver, min_gain=-_CENTURY)
        return Preservation(transaction, store, preserver, self.now)

    def sealing(self, store: DocumentStore, font: Path) -> SealingServices:
        """The real tools of sealing, with a witness key of the first generation."""
        trust, timestamper = self.trust, self._timestamper(self.trust)
        revocation = GenerationRevocation(self.generations)
        return SealingServices(
            store=store,
            sealer=Sealer(self._witness, timestamper, revocation, trust),
            trust=trust,
            font=font,
            demo_parts=("模擬の認証局",),
            authorities=(GenerationTsa.name,),
            timestamper=timestamper,
            revocation=revocation,
        )

    def roots_pem(self) -> bytes:
        """Every root of this world and of before, for other verifiers."""
        own = (generation.certificates["root"].public_bytes(Encoding.PEM) for generation in self.generations)
        return b"".join([*own, *(_pem(root) for root in self._before.anchors)])

    def _generation(self, number: int) -> Generation:
        starts = years_after(self.at, EVERY_YEARS * (number - 1) - 1)
        ends = years_after(starts, LIFE_YEARS)
        lasts = min(self._ends.of_key("ec", 256).ends_at, self._ends.of_digest("sha256").ends_at)
        return make_generation(number, starts, ends, is_strong=ends > lasts, is_flat=self._is_flat)

    def _timestamper(self, trust: TrustStore) -> Timestamper:
        return Timestamper([GenerationTsa(self.generations, self.now)], trust, self.now)

    @cached_property
    def _witness(self) -> SealingKey:
        first = self.generations[0]
        key = rsa.generate_private_key(public_exponent=65537, key_size=3072)
        certificate = first.issue_signer("模擬 立会人署名", "模擬 電子署名サービス", key)
        loaded = x509.Certificate.load(certificate.public_bytes(Encoding.DER))
        chain = () if self._is_flat else (first.asn1("issuing"),)
        return key_in_memory(key, loaded, chain)


def years_after(moment: datetime, years: int) -> datetime:
    """The same day of another year; 29 February becomes the 28th."""
    try:
        return moment.replace(year=moment.year + years)
    except ValueError:
        return moment.replace(year=moment.year + years, day=28)


def expired(certificates: Sequence[x509.Certificate], at: datetime) -> bool:
    """Whether every one of these certificates has ended."""
    return all(certificate.not_valid_after < at for certificate in certificates)


def _pem(certificate: x509.Certificate) -> bytes:
    from cryptography.x509 import load_der_x509_certificate

    return load_der_x509_certificate(certificate.dump()).public_bytes(Encoding.PEM)
