"""Endurance (有効性の期間): was it valid when signed, is it now, will it be in ten years, and why."""

from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from functools import lru_cache

from asn1crypto import cms, x509
from pyhanko.sign.general import extract_signer_info

from signing.pades.algorithm_ends import AlgorithmEnds, label, load_algorithm_ends
from signing.pades.fields import FoundSignature
from signing.pades.levels import Level
from signing.pades.paths import ChainFault, Evidence
from signing.pades.validation import Finding
from signing.pades.verdicts import Endurance

JST = timezone(timedelta(hours=9), "JST")
TEN_YEARS = timedelta(days=3653)
_FAULTS = {
    ChainFault.UNKNOWN_AUTHORITY: "証明書を発行した認証局を信頼できるか分かりません。",
    ChainFault.EXPIRED: "証明書の有効期間の外です。",
    ChainFault.NOT_YET_VALID: "証明書の有効期間が始まっていません。",
    ChainFault.REVOKED: "証明書が失効しています。",
    ChainFault.WRONG_USE: "証明書の用途が署名ではありません。",
    ChainFault.BROKEN_ALGORITHM: "証明書に、解読されている暗号方式が使われています。",
    ChainFault.OTHER: "証明書のつながりを確かめられません。",
}


@dataclass(frozen=True)
class Lasting:
    """Until when the last proof of a file holds by itself (最後のタイムスタンプの期限), and what ends then."""

    until: datetime
    what: str


async def endurance_of(
    signature: FoundSignature,
    finding: Finding,
    level: Level,
    evidence: Evidence,
    now: datetime,
    last: Lasting | None,
) -> list[Endurance]:
    """At signing, now, and in ten years."""
    at = finding.proven_at or _claimed(signature) or now
    return [
        await _when_signed(finding, evidence, at),
        _now(finding, now),
        _later(finding, level, now + TEN_YEARS, last),
    ]


def lasting(signature: FoundSignature) -> Lasting | None:
    """How long a document time-stamp holds: its certificate, its key, its digests, whichever ends first."""
    if signature.embedded is None:
        return None
    return _lasting(signature.embedded.signed_data, signature.embedded.signer_cert)


def _lasting(token: cms.SignedData, certificate: x509.Certificate) -> Lasting:
    ends = _ends()
    key = certificate.public_key
    kind = "rsa" if key.algorithm.startswith("rsa") else key.algorithm
    bits = int(key.bit_size)
    digest = extract_signer_info(token)["digest_algorithm"]["algorithm"].native
    candidates = [
        Lasting(certificate.not_valid_after, "時刻認証局の証明書の有効期間"),
        Lasting(ends.of_key(kind, bits).ends_at, f"暗号方式{label(kind, bits)}の使用期限"),
        Lasting(ends.of_digest(digest).ends_at, f"暗号方式{label(digest)}の使用期限"),
    ]
    return min(candidates, key=lambda candidate: candidate.until)


async def _when_signed(finding: Finding, evidence: Evidence, at: datetime) -> Endurance:
    if not finding.is_intact or finding.certificate is None:
        return Endurance(at, False, "署名が壊れているか、署名された内容が変わっています。")
    chain = finding.chain
    if finding.judged_at != at:
        chain = await evidence.chain(finding.certificate, at)
    proof = "" if finding.proven_at else "ただし、この日時は署名者の申告によるもので、証明されていません。"
    if chain.is_trusted:
        return Endurance(at, True, f"署名の日時に、証明書は有効でした。{proof}")
    is_known = chain.fault in (ChainFault.REVOKED, ChainFault.WRONG_USE, ChainFault.BROKEN_ALGORITHM)
    return Endurance(at, False if is_known else None, _FAULTS[chain.fault])


def _now(finding: Finding, now: datetime) -> Endurance:
    if not finding.is_intact:
        return Endurance(now, False, "署名が壊れているか、署名された内容が変わっています。")
    if finding.is_trusted:
        how = "タイムスタンプが署名の日時を証明しています。" if finding.proven_at else "証明書は有効です。"
        return Endurance(now, True, how)
    return Endurance(now, None, fault_text(finding))


def _later(finding: Finding, level: Level, then: datetime, last: Lasting | None) -> Endurance:
    if not finding.is_intact:
        return Endurance(then, False, "署名が壊れているか、署名された内容が変わっています。")
    if not finding.is_trusted:
        return Endurance(then, None, "今の時点で有効と確かめられないため、分かりません。")
    if not level.is_long_term or level.name not in ("B-LTA", "RFC3161") or last is None:
        return Endurance(then, False, _why_not(finding, level))
    day = f"{last.until.astimezone(JST):%Y年%-m月%-d日}"
    if last.until >= then:
        return Endurance(then, True, f"保存用タイムスタンプが{day}まで証明します({last.what})。")
    text = f"{last.what}が{day}に終わります。その前に保存用タイムスタンプを更新すれば、有効なままです。"
    return Endurance(then, False, text)


def _why_not(finding: Finding, level: Level) -> str:
    if finding.proven_at is None:
        return "タイムスタンプがないため、証明書の有効期間が終わると確かめられなくなります。"
    if not level.is_long_term:
        return "失効情報がファイルにそろっていないため、認証局がなくなると確かめられなくなります。"
    return (
        "文書全体を守る保存用タイムスタンプがないため、時刻認証局の証明書が終わると確かめられなくなります。"
    )


def fault_text(finding: Finding) -> str:
    """Why a chain is not trusted, in words."""
    return _FAULTS.get(finding.chain.fault, "")


def _claimed(signature: FoundSignature) -> datetime | None:
    try:
        embedded = signature.embedded
        at: datetime | None = embedded.self_reported_timestamp if embedded is not None else None
    except Exception:  # a date that is none
        return None
    return at if at is not None and at.tzinfo is not None else None


claimed_time = _claimed


@lru_cache(maxsize=1)
def _ends() -> AlgorithmEnds:
    return load_algorithm_ends()
