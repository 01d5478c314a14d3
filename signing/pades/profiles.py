"""PAdES profile (署名レベル): what every seal of ours follows, ETSI EN 319 142-1 baseline, in one place."""

import re
from dataclasses import dataclass
from enum import StrEnum

from signing.errors import SetupRequired


class PadesLevel(StrEnum):
    """Baseline levels: signature; + time-stamp; + revocation data; + document time-stamp (長期署名)."""

    B_B = "B-B"
    B_T = "B-T"
    B_LT = "B-LT"
    B_LTA = "B-LTA"

    @property
    def has_timestamp(self) -> bool:
        return self is not PadesLevel.B_B

    @property
    def has_revocation_data(self) -> bool:
        return self in (PadesLevel.B_LT, PadesLevel.B_LTA)


DIGESTS = ("sha256", "sha384", "sha512")
CURVES = ("secp256r1", "secp384r1")
MIN_RSA_BITS = 2048

DIGEST = "sha256"
LOCATION = "日本"

SIGNATURE_ROOM = 32768
"""Hexadecimal digits kept free for a CMS signature with chain and time-stamp (twice its size in bytes)."""
TIMESTAMP_ROOM = 24576

_WEAK_DIGEST = "ハッシュ関数「{}」は使えません。{}のいずれかを指定してください。"
_STRONGER = "危殆化のおそれがあるため、SHA-1、MD5などは使えません。"


@dataclass(frozen=True)
class SignaturePolicy:
    """Signature policy (署名ポリシー): its identifier, the hash of its document, and where that lies."""

    identifier: str
    digest: str
    hash: bytes
    uri: str = ""

    def __post_init__(self) -> None:
        if not re.fullmatch(r"[0-2](\.(0|[1-9]\d*)){2,}", self.identifier):
            raise SetupRequired(
                f"署名ポリシーの識別子「{self.identifier}」は、1.2.392… のようなOIDではありません。"
            )
        _refuse_weak_digest(self.digest)
        if len(self.hash) * 8 != int(self.digest[3:]):
            raise SetupRequired(f"署名ポリシーのハッシュ値の長さが、{self.digest}の長さと違います。")
        if not self.uri.isascii():
            raise SetupRequired("署名ポリシーの場所(URI)は半角文字で指定してください。")


@dataclass(frozen=True)
class PadesProfile:
    """Level, algorithms, key sizes and policy of our signatures; weak choices are refused.

    `min_rsa_bits` may raise the bar above 2048 bits, never lower it. Levels below B-LTA serve tests and
    measurements: `open_services` accepts nothing else for what is concluded.
    """

    level: PadesLevel = PadesLevel.B_LTA
    digest: str = DIGEST
    min_rsa_bits: int = MIN_RSA_BITS
    curves: tuple[str, ...] = CURVES
    policy: SignaturePolicy | None = None

    def __post_init__(self) -> None:
        _refuse_weak_digest(self.digest)
        if self.min_rsa_bits < MIN_RSA_BITS:
            raise SetupRequired(
                f"RSA鍵の最小の長さ{self.min_rsa_bits}ビットは短すぎます。{MIN_RSA_BITS}以上にしてください。"
            )
        unknown = set(self.curves) - set(CURVES)
        if unknown:
            raise SetupRequired(
                f"楕円曲線「{'、'.join(sorted(unknown))}」は使えません。",
                remedy=f"{'、'.join(CURVES)}から選んでください。",
            )


def concluding(profile: PadesProfile) -> PadesProfile:
    """The profile, if what follows it may be concluded: anything below B-LTA stops being provable too soon."""
    if profile.level is not PadesLevel.B_LTA:
        raise SetupRequired(
            f"署名レベル{profile.level}では契約を締結できません。",
            remedy="契約は10年以上検証できなければならないため、B-LTAだけを使います。",
        )
    return profile


def _refuse_weak_digest(digest: str) -> None:
    if digest not in DIGESTS:
        raise SetupRequired(_WEAK_DIGEST.format(digest, "、".join(DIGESTS)), remedy=_STRONGER)
