"""Time-stamps (タイムスタンプ): RFC 3161 authorities in order; every token is checked before it is used."""

import hashlib
import secrets
import time
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Protocol

from asn1crypto import x509
from pyhanko_certvalidator import CertificateValidator, ValidationContext

from signing.errors import TimestampRejected, TimestampUnavailable
from signing.pades.exchanges import Credentials, ExchangeFailed, Patience, Question, exchange
from signing.pades.health import HealthBook, MemoryHealthBook
from signing.pades.revocation import CertificateRevoked, RevocationSource, RevocationUnavailable
from signing.pades.tokens import CheckedToken, Expected, TokenRules, check_answer, encode_request
from signing.pades.trust import TrustStore
from signing.pades.waiting import wait_for

MAX_ANSWER = 1 << 20
TSA = "tsa"
"""Kind of an authority in the health book."""
CHAIN_LIFE = timedelta(minutes=10)
"""How long a chain that was found valid is not looked at again."""
_MOST_CHAINS = 4
_PROBE = hashlib.sha256(b"warifu").digest()


class UnforeseenAuthority(TimestampRejected):
    """An authority answered with a certificate for which the prepared file holds no revocation data.

    The preparation is to be thrown away and made again: then the certificate is known (未知の証明書).
    """

    code = "unforeseen_authority"


@dataclass(frozen=True)
class AuthorityChain:
    """A certificate that an authority signs with, and those above it (証明書の連なり); the signer first."""

    authority: str
    certificates: tuple[x509.Certificate, ...]

    @property
    def fingerprint(self) -> bytes:
        """SHA-256 of the signing certificate."""
        fingerprint: bytes = self.certificates[0].sha256
        return fingerprint


@dataclass(frozen=True)
class Stamp:
    """A checked time-stamp token, the time that it proves, and who gave it."""

    token: bytes
    at: datetime
    chain: AuthorityChain


class TimestampSource(Protocol):
    """A time-stamping authority (時刻認証局): an encoded request goes in, the encoded answer comes out."""

    @property
    def name(self) -> str: ...

    def answer(self, request: bytes) -> bytes: ...


@dataclass(frozen=True)
class HttpTsa:
    """An authority over HTTP (RFC 3161 section 3.4)."""

    url: str
    timeout: float = 10.0
    credentials: Credentials = field(default=Credentials(), repr=False)
    patience: Patience | None = None

    @property
    def name(self) -> str:
        return self.url

    def answer(self, request: bytes) -> bytes:
        """Asks the authority; anything but an answer of the right kind in time means that it is unavailable."""
        headers = {"Content-Type": "application/timestamp-query", "Accept": "application/timestamp-reply"}
        question = Question(
            self.url,
            request,
            headers | self.credentials.header(),
            kinds=("application/timestamp-reply", "application/timestamp-response"),
            max_bytes=MAX_ANSWER,
        )
        patience = self.patience or Patience(self.timeout, self.timeout, 2 * self.timeout)
        try:
            return exchange(question, patience)
        except ExchangeFailed as error:
            kind = TimestampRejected if error.is_wrong else TimestampUnavailable
            raise kind(authority=self.url, reason=error.reason) from error


class Timestamper:
    """Asks the authorities in order and hands out only tokens that stand every check.

    One that fails is not asked again for a growing while; `book` shares that between processes.
    """

    def __init__(
        self,
        sources: Sequence[TimestampSource],
        trust: TrustStore,
        clock: Callable[[], datetime],
        max_difference: timedelta = timedelta(seconds=60),
        *,
        rules: TokenRules | None = None,
        book: HealthBook | None = None,
        revocation: RevocationSource | None = None,
    ) -> None:
        self._sources = tuple(sources)
        self._trust = trust
        self._clock = clock
        self._rules = rules or TokenRules(max_difference=max_difference)
        self._book = book or MemoryHealthBook()
        self._revocation = revocation
        self._chains: dict[str, dict[bytes, AuthorityChain]] = {source.name: {} for source in sources}
        self._judged: dict[bytes, tuple[datetime, AuthorityChain]] = {}

    @property
    def names(self) -> tuple[str, ...]:
        """The authorities in their order."""
        return tuple(source.name for source in self._sources)

    @property
    def now(self) -> datetime:
        """The present instant of its clock."""
        return self._clock()

    def stamp(self, digest: bytes, foreseen: Collection[bytes] | None = None) -> Stamp:
        """Time-stamps a digest. `foreseen`: fingerprints of the certificates that may sign (None: any trusted).

        Raises UnforeseenAuthority when only others answered, TimestampRejected or TimestampUnavailable with a
        reason that names each authority and what it said.
        """
        problems: list[str] = []
        worst: type[TimestampUnavailable] = TimestampUnavailable
        for source in self._sources:
            try:
                stamp = self._ask_unless_skipped(source, digest)
                if foreseen is None or stamp.chain.fingerprint in foreseen:
                    return stamp
                raise UnforeseenAuthority(reason="新しい証明書で応答したため、準備からやり直します。")
            except TimestampUnavailable as error:
                worst = max(worst, type(error), key=_weight)
                problems.append(f"{source.name}: {error.facts.get('reason', error.text)}")
        raise worst(reason=" / ".join(problems) or "時刻認証局が設定されていません。")

    def probe(self, name: str) -> Stamp:
        """Asks one authority for a token, also when it is being skipped; the health book learns of it."""
        source = next(source for source in self._sources if source.name == name)
        return self._ask(source, _PROBE)

    def foresee(self) -> list[AuthorityChain]:
        """The chains that a seal made now may end up with; asks an authority that has never answered.

        Revocation data of these belongs into the file before it is sealed. Raises TimestampUnavailable when
        there is none.
        """
        problems: list[str] = []
        for source in self._sources:
            if self._known(source.name):
                continue
            try:
                self._ask_unless_skipped(source, _PROBE)
            except TimestampUnavailable as error:
                problems.append(f"{source.name}: {error.facts.get('reason', error.text)}")
        known = [chain for source in self._sources for chain in self._known(source.name)]
        chains = [chain for chain in known if self._is_covered(chain, problems)]
        if not chains:
            raise TimestampUnavailable(reason=" / ".join(problems) or "時刻認証局が設定されていません。")
        return chains

    def _is_covered(self, chain: AuthorityChain, problems: list[str]) -> bool:
        """Whether revocation data of a chain is to be had: one authority's trouble must not stop the others."""
        if self._revocation is None:
            return True
        try:
            self._revocation.gather(chain.certificates, self._clock())
        except (CertificateRevoked, RevocationUnavailable) as error:
            problems.append(f"{chain.authority}: {_said(error)}")
            return False
        return True

    def _known(self, name: str) -> list[AuthorityChain]:
        """Seen by this process or by another; expired certificates are forgotten."""
        known = self._chains[name]
        if not known:
            standing = self._book.standing(name)
            for chain in (AuthorityChain(name, _loaded(chain)) for chain in standing.chains):
                known[chain.fingerprint] = chain
        now = self._clock()
        for chain in list(known.values()):
            if chain.certificates[0].not_valid_after < now:
                del known[chain.fingerprint]
        return list(known.values())

    def _ask_unless_skipped(self, source: TimestampSource, digest: bytes) -> Stamp:
        standing = self._book.standing(source.name)
        if standing.skip_until is not None and self._clock() < standing.skip_until:
            raise TimestampUnavailable(reason=f"{standing.problem}（しばらく問い合わせを休んでいます）")
        return self._ask(source, digest)

    def _ask(self, source: TimestampSource, digest: bytes) -> Stamp:
        started = time.monotonic()
        try:
            stamp = self._stamp_by(source, digest)
        except TimestampUnavailable as error:
            problem = str(error.facts.get("reason", error.text))
            self._book.failed(source.name, TSA, self._clock(), _since(started), problem)
            raise
        chains = [tuple(c.dump() for c in chain.certificates) for chain in self._known(source.name)]
        self._book.answered(source.name, TSA, self._clock(), _since(started), chains)
        return stamp

    def _stamp_by(self, source: TimestampSource, digest: bytes) -> Stamp:
        nonce = secrets.randbits(63) | 1 << 62
        asked_at = self._clock()
        answer = source.answer(encode_request(digest, nonce))
        token = check_answer(answer, Expected(digest, nonce, asked_at, self._clock()), self._rules)
        chain = self._judged_chain(source.name, token)
        return Stamp(token.encoded, token.at, chain)

    def _judged_chain(self, name: str, token: CheckedToken) -> AuthorityChain:
        """The chain up to a root that we trust; found valid once, it is believed for `CHAIN_LIFE`."""
        fingerprint: bytes = token.signer.sha256
        until, chain = self._judged.get(fingerprint, (None, None))
        if until is not None and chain is not None and until - CHAIN_LIFE <= self._clock() < until:
            return replace(chain, authority=name)
        try:
            chain = AuthorityChain(name, wait_for(self._validated(token)))
        except Exception as error:  # the validator has exceptions of its own for every fault
            raise TimestampRejected(
                reason=f"時刻認証局の証明書を信頼できません（{error}）。", authority=name
            ) from error
        self._refuse_revoked(chain)
        self._judged[fingerprint] = (self._clock() + CHAIN_LIFE, chain)
        known = self._chains[name]
        known[fingerprint] = chain
        while len(known) > _MOST_CHAINS:
            del known[next(iter(known))]
        return chain

    def _refuse_revoked(self, chain: AuthorityChain) -> None:
        """Revocation where it is known; where nobody could tell, `foresee` leaves the chain out."""
        try:
            if self._revocation is not None:
                self._revocation.gather(chain.certificates, self._clock())
        except CertificateRevoked as error:
            raise TimestampRejected(reason=error.text) from error
        except RevocationUnavailable:
            return

    async def _validated(self, token: CheckedToken) -> tuple[x509.Certificate, ...]:
        others = [*token.others, *self._trust.intermediates]
        context = ValidationContext(
            trust_roots=self._trust.anchors,
            other_certs=others,
            moment=token.at,
            allow_fetching=False,
            revocation_mode="soft-fail",
        )
        validator = CertificateValidator(token.signer, others, context)
        path = await validator.async_validate_usage(set(), {"time_stamping"})  # type: ignore[no-untyped-call]
        certificates = [x509.Certificate.load(c.dump()) for c in path.iter_certs(include_root=False)]
        return tuple(reversed(certificates))


def _said(error: CertificateRevoked | RevocationUnavailable) -> str:
    return error.text if isinstance(error, CertificateRevoked) else str(error.facts.get("reason", error.text))


def _weight(kind: type[TimestampUnavailable]) -> int:
    return (TimestampUnavailable, TimestampRejected, UnforeseenAuthority).index(kind)


def _loaded(chain: Iterable[bytes]) -> tuple[x509.Certificate, ...]:
    return tuple(x509.Certificate.load(certificate) for certificate in chain)


def _since(started: float) -> int:
    return round(1000 * (time.monotonic() - started))
