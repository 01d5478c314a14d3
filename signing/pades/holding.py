"""How long a time-stamp holds (タイムスタンプの有効期間): the end of its certificates or of its algorithms, whichever is first."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from asn1crypto import cms, x509

from signing.errors import SigningRefused
from signing.pades.algorithm_ends import AlgorithmEnds, label

MARGIN = timedelta(days=365)
"""How long before its end a time-stamp is renewed, unless configured otherwise."""


class NoTimestamp(SigningRefused):
    code = "no_timestamp"
    text = "文書全体のタイムスタンプがないため、更新の時期を決められません。"
    remedy = "封印の途中で止まった文書でないか、「完了処理中の書類」を確認してください。"


@dataclass(frozen=True)
class CertificateFacts:
    """What counts of one certificate below the root: whose, until when, and its key."""

    subject: str
    not_after: datetime
    key: str
    bits: int


@dataclass(frozen=True)
class StampFacts:
    """What a time-stamp rests on: its digests, and the certificates from the authority's own upwards."""

    at: datetime
    digests: tuple[str, ...]
    certificates: tuple[CertificateFacts, ...]

    @property
    def authority(self) -> str:
        """The authority's name as its certificate gives it."""
        return self.certificates[0].subject


@dataclass(frozen=True)
class Holding:
    """Until when a time-stamp may be relied on, why not longer, and when it is renewed at the latest."""

    until: datetime
    because: str
    renew_at: datetime


def holding(facts: StampFacts, ends: AlgorithmEnds, margin: timedelta = MARGIN) -> Holding:
    """Until when a time-stamp holds, and `margin` before that; of a short life at most the second half is margin.

    The root's own dates do not count: it is believed because it was configured, not because of its dates.
    """
    until, because = min(_ends(facts, ends), key=lambda end: end[0])
    life = max(until - facts.at, timedelta(0))
    return Holding(until, because, until - min(margin, life / 2))


def stamp_facts(token: bytes, others: Iterable[x509.Certificate] = ()) -> StampFacts:
    """Reads an RFC 3161 token; `others` are certificates that may stand above the authority's."""
    signed = cms.ContentInfo.load(token)["content"]
    info = signed["encap_content_info"]["content"].parsed
    signer = signed["signer_infos"][0]
    imprint = info["message_imprint"]["hash_algorithm"]["algorithm"].native
    pool = [choice.chosen for choice in signed["certificates"]] + list(others)
    at: datetime = info["gen_time"].native
    return StampFacts(
        at=at,
        digests=tuple(dict.fromkeys((imprint, signer["digest_algorithm"]["algorithm"].native))),
        certificates=chain_facts(_signer_certificate(signer, pool), pool),
    )


def chain_facts(
    certificate: x509.Certificate, pool: Sequence[x509.Certificate]
) -> tuple[CertificateFacts, ...]:
    """A certificate and everything above it that is known, without the root."""
    return tuple(_facts(found) for found in chain_of(certificate, pool) if not found.self_issued)


def chain_of(certificate: x509.Certificate, pool: Sequence[x509.Certificate]) -> list[x509.Certificate]:
    """A certificate and those above it, by name and key identifier, as far as the pool goes."""
    chain = [certificate]
    while not chain[-1].self_issued and len(chain) < 10:
        issuer = next((c for c in pool if _issued(c, chain[-1])), None)
        if issuer is None:
            break
        chain.append(issuer)
    return chain


def _ends(facts: StampFacts, ends: AlgorithmEnds) -> list[tuple[datetime, str]]:
    found = []
    for name in facts.digests:
        row = ends.of_digest(name)
        found.append((row.ends_at, f"ハッシュ関数{label(name)}の使用期限（{row.source}）"))
    for position, certificate in enumerate(facts.certificates):
        whose = "時刻認証局の証明書" if position == 0 else "時刻認証局の上位の認証局の証明書"
        found.append((certificate.not_after, f"{whose}「{certificate.subject}」の有効期限"))
        row = ends.of_key(certificate.key, certificate.bits)
        words = f"{whose}の鍵（{label(certificate.key, certificate.bits)}）の使用期限（{row.source}）"
        found.append((row.ends_at, words))
    return found


def _signer_certificate(signer: cms.SignerInfo, pool: Sequence[x509.Certificate]) -> x509.Certificate:
    sid = signer["sid"]
    for certificate in pool:
        if sid.name == "issuer_and_serial_number":
            named = sid.chosen
            is_it = (
                certificate.issuer == named["issuer"]
                and certificate.serial_number == named["serial_number"].native
            )
        else:
            is_it = certificate.key_identifier == sid.chosen.native
        if is_it:
            return certificate
    raise NoTimestamp("タイムスタンプに、時刻認証局の証明書が入っていません。", remedy="")


def _issued(issuer: x509.Certificate, certificate: x509.Certificate) -> bool:
    wanted, found = certificate.authority_key_identifier, issuer.key_identifier
    is_same_key = wanted is None or found is None or wanted == found
    return bool(issuer.subject == certificate.issuer) and is_same_key


def _facts(certificate: x509.Certificate) -> CertificateFacts:
    key = certificate.public_key
    name = certificate.subject.native.get("common_name") or certificate.subject.human_friendly
    return CertificateFacts(str(name), certificate.not_valid_after, key.algorithm, int(key.bit_size or 0))
