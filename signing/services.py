"""What sealing needs (封印の道具), opened once per process from the configuration."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from asn1crypto import x509
from cryptography.hazmat.primitives.serialization import Encoding

from signing.errors import SetupRequired
from signing.pades.built_in_ca import BuiltInCa
from signing.pades.demo_pki import DemoPki, open_demo_pki
from signing.pades.demo_tsa import DemoTsa
from signing.pades.exchanges import Credentials, Patience
from signing.pades.health import HealthBook
from signing.pades.keeping import AnswerBook
from signing.pades.profiles import PadesProfile, concluding
from signing.pades.revocation import BuiltInRevocation, HttpRevocation, MixedRevocation, RevocationSource
from signing.pades.seal import Sealer
from signing.pades.signers import SealingKey, load_pkcs11, load_pkcs12
from signing.pades.timestamps import HttpTsa, Timestamper, TimestampSource
from signing.pades.token_sessions import TokenAddress
from signing.pades.tokens import TokenRules
from signing.pades.trust import TrustStore, load_trust
from signing.stores import DocumentStore

Pkcs11Settings = TokenAddress
"""Where the witness key lies on a token."""


@dataclass(frozen=True)
class AuthoritySettings:
    """How authorities are asked and what is taken from them (時刻認証局の設定).

    `credentials`: in the order of the addresses; a shorter list leaves the rest without. `health`, `answers`:
    books shared by all processes (`signing.authorities`); without them each process keeps its own.
    """

    rules: TokenRules = field(default_factory=TokenRules)
    patience: Patience = field(default_factory=Patience)
    credentials: tuple[Credentials, ...] = ()
    health: HealthBook | None = None
    answers: AnswerBook | None = None


@dataclass(frozen=True)
class SealingServices:
    """Everything that sealing and verification need."""

    store: DocumentStore
    sealer: Sealer
    trust: TrustStore
    font: Path
    demo_parts: tuple[str, ...]
    authorities: tuple[str, ...]
    timestamper: Timestamper
    revocation: RevocationSource

    @property
    def is_demo(self) -> bool:
        """Whether any part of it must not be used for a contract that counts."""
        return bool(self.demo_parts)


def open_services(
    keys_dir: Path,
    *,
    store: DocumentStore,
    font: Path,
    clock: Callable[[], datetime],
    allow_demo: bool = False,
    tsa_urls: Sequence[str] = (),
    trust_roots: Sequence[Path] = (),
    witness_p12: Path | None = None,
    witness_p12_password: str | None = None,
    witness_pkcs11: Pkcs11Settings | None = None,
    asking: AuthoritySettings | None = None,
    profile: PadesProfile | None = None,
    own_ca: BuiltInCa | None = None,
) -> SealingServices:
    """Opens key, authorities and trust. What is not configured comes from the demo PKI, if that is allowed.

    The demo PKI is made under `keys_dir` on first start; two processes at once end up with the same one.
    `own_ca`: a CA that the installation runs itself; of its certificates nobody else is asked.
    `profile`: how our seals are made; a level below B-LTA and keys too weak for it are refused.
    """
    _check_font(font)
    profile = concluding(profile or PadesProfile())
    has_key = witness_p12 is not None or witness_pkcs11 is not None
    missing = _missing(has_key, bool(tsa_urls), bool(trust_roots))
    if missing and not allow_demo:
        raise SetupRequired(
            f"電子署名の設定が足りません: {'、'.join(missing)}",
            remedy="設定ファイルに指定してください。デモ用の鍵と時刻認証局は、デモとテストでだけ使えます。",
            missing=missing,
        )
    pki = open_demo_pki(keys_dir) if missing else None
    trust = _trust(trust_roots, pki)
    key = _key(witness_p12, witness_p12_password, witness_pkcs11, trust_roots, pki)
    asking = asking or AuthoritySettings()
    sources = _sources(tsa_urls, asking, pki, clock)
    revocation = _revocation([own_ca, pki.ca if pki else None], trust, asking)
    timestamper = Timestamper(
        sources, trust, clock, rules=asking.rules, book=asking.health, revocation=revocation
    )
    return SealingServices(
        store=store,
        sealer=Sealer(key, timestamper, revocation, trust, profile),
        trust=trust,
        font=font,
        demo_parts=tuple(missing),
        authorities=timestamper.names,
        timestamper=timestamper,
        revocation=revocation,
    )


def open_trust(keys_dir: Path, trust_roots: Sequence[Path] = (), *, allow_demo: bool = False) -> TrustStore:
    """The roots to verify with: configured ones, and the instance's demo CA where that is allowed."""
    pki = open_demo_pki(keys_dir) if allow_demo else None
    return _trust(trust_roots, pki)


def _check_font(font: Path) -> None:
    if not font.is_file():
        raise SetupRequired(
            f"フォント {font} がありません。",
            remedy="Debianの fonts-morisawa-bizud-mincho を入れるか、フォントの場所を設定してください。",
        )


def _missing(has_key: bool, has_authority: bool, has_roots: bool) -> list[str]:
    parts = [("署名鍵", has_key), ("時刻認証局", has_authority), ("信頼するルート証明書", has_roots)]
    return [name for name, is_there in parts if not is_there]


def _trust(trust_roots: Sequence[Path], pki: DemoPki | None) -> TrustStore:
    trust = load_trust(trust_roots)
    if pki is None:
        return trust
    root = x509.Certificate.load(pki.certificates["root"].public_bytes(Encoding.DER))
    return TrustStore(trust.roots, (*trust.demo, root), trust.intermediates)


def _key(
    p12: Path | None,
    password: str | None,
    token: Pkcs11Settings | None,
    trust_roots: Sequence[Path],
    pki: DemoPki | None,
) -> SealingKey:
    if token is not None:
        chain = load_trust(trust_roots).intermediates
        return load_pkcs11(
            token.library, token.token_label, token.pin, token.certificate_label, token.key_label, chain
        )
    if p12 is not None:
        return load_pkcs12(p12, password.encode() if password else None)
    assert pki is not None
    return load_pkcs12(pki.witness_p12, pki.witness_password)


def _sources(
    urls: Sequence[str], asking: AuthoritySettings, pki: DemoPki | None, clock: Callable[[], datetime]
) -> list[TimestampSource]:
    if urls:
        credentials = [*asking.credentials, *(Credentials() for _ in urls)]
        pairs = zip(urls, credentials, strict=False)
        return [HttpTsa(url, credentials=each, patience=asking.patience) for url, each in pairs]
    assert pki is not None
    return [DemoTsa(pki, clock)]


def _revocation(
    own: Sequence[BuiltInCa | None], trust: TrustStore, asking: AuthoritySettings
) -> RevocationSource:
    issuers = [*trust.anchors, *trust.intermediates]
    source: RevocationSource = HttpRevocation(
        issuers=issuers, patience=asking.patience, kept=asking.answers, health=asking.health
    )
    for ca in own:
        if ca is not None:
            source = MixedRevocation(BuiltInRevocation(ca), source)
    return source
