"""Settings of our signatures: weak choices stop the portal at its start, sound ones reach the seals."""

from pathlib import Path

import pytest

from portal.config import ConfigError, load_config
from portal.profile_settings import profile_of

HASH = "sha256:" + 32 * "ab"


@pytest.mark.parametrize("mode", ["demo", "test"])
@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ({"PADES_LEVEL": "B-B"}, "B-LTAだけ"),
        ({"PADES_LEVEL": "B-LT"}, "B-LTAだけ"),
        ({"PADES_LEVEL": "B-XL"}, "署名レベルはありません"),
        ({"PADES_DIGEST": "sha1"}, "sha1"),
        ({"PADES_DIGEST": "md5"}, "md5"),
        ({"PADES_MIN_RSA_BITS": 1024}, "1024"),
        ({"PADES_CURVES": ["secp256r1", "secp192r1"]}, "secp192r1"),
        ({"PADES_POLICY_OID": "1.2.392.1.1"}, "PADES_POLICY_HASH"),
        ({"PADES_POLICY_OID": "policy", "PADES_POLICY_HASH": HASH}, "OID"),
        ({"PADES_POLICY_OID": "1.2.392.1.1", "PADES_POLICY_HASH": "sha1:" + 20 * "ab"}, "sha1"),
        ({"PADES_POLICY_OID": "1.2.392.1.1", "PADES_POLICY_HASH": "sha256:abc"}, "PADES_POLICY_HASH"),
        ({"PADES_POLICY_URI": "https://example.jp/policy.pdf"}, "PADES_POLICY_OID"),
    ],
)
def test_weak_or_wrong_choices_are_refused_in_every_mode(
    mode: str, settings: dict[str, object], told: str, tmp_path: Path
) -> None:
    with pytest.raises(ConfigError, match=told):
        load_config({"MODE": mode, "INSTANCE": tmp_path, **settings})


def test_sound_choices_make_the_profile(tmp_path: Path) -> None:
    values = load_config(
        {
            "MODE": "test",
            "INSTANCE": tmp_path,
            "PADES_DIGEST": "sha384",
            "PADES_MIN_RSA_BITS": 3072,
            "PADES_CURVES": ["secp384r1"],
            "PADES_POLICY_OID": "1.2.392.200999.1",
            "PADES_POLICY_HASH": HASH,
        }
    )
    profile = profile_of(values)
    assert (profile.level, profile.digest, profile.min_rsa_bits) == ("B-LTA", "sha384", 3072)
    assert profile.curves == ("secp384r1",)
    assert profile.policy is not None
    assert profile.policy.hash == bytes.fromhex(32 * "ab")
