"""Settings of our own signatures (署名の設定): level, algorithms, key sizes and policy, judged at start."""

from collections.abc import Mapping
from typing import Any

from signing.errors import SetupRequired
from signing.pades.profiles import PadesLevel, PadesProfile, SignaturePolicy, concluding


def judge_profile(values: Mapping[str, Any]) -> list[str]:
    """What is wrong with the PADES_ settings, in words; weak choices are refused."""
    try:
        profile_of(values)
    except SetupRequired as refused:
        return [f"PADES_…: {refused.text}{refused.remedy}"]
    return []


def profile_of(values: Mapping[str, Any]) -> PadesProfile:
    """The profile that every seal follows."""
    levels = [level.value for level in PadesLevel]
    if values["PADES_LEVEL"] not in levels:
        raise SetupRequired(f"PADES_LEVEL「{values['PADES_LEVEL']}」という署名レベルはありません。")
    return concluding(
        PadesProfile(
            level=PadesLevel(values["PADES_LEVEL"]),
            digest=values["PADES_DIGEST"],
            min_rsa_bits=values["PADES_MIN_RSA_BITS"],
            curves=tuple(values["PADES_CURVES"]),
            policy=_policy(values),
        )
    )


def _policy(values: Mapping[str, Any]) -> SignaturePolicy | None:
    if not values["PADES_POLICY_OID"]:
        if values["PADES_POLICY_HASH"] or values["PADES_POLICY_URI"]:
            raise SetupRequired("署名ポリシーを使うには、PADES_POLICY_OID も指定してください。")
        return None
    digest, colon, content = values["PADES_POLICY_HASH"].partition(":")
    try:
        hash_value = bytes.fromhex(content)
    except ValueError:
        hash_value = b""
    if not colon or not hash_value:
        raise SetupRequired("PADES_POLICY_HASH は sha256:16進数 の形で指定してください。")
    return SignaturePolicy(values["PADES_POLICY_OID"], digest, hash_value, values["PADES_POLICY_URI"])
