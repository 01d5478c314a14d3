"""When a time-stamp ends: certificates, keys, digests, and the margin before (truth tables)."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from signing.errors import SetupRequired
from signing.pades.algorithm_ends import load_algorithm_ends
from signing.pades.holding import CertificateFacts, StampFacts, holding
from tests.signing.archives import START

ENDS = load_algorithm_ends()
FAR = datetime(2069, 1, 1, tzinfo=UTC)
END_OF_2030 = datetime(2030, 12, 31, 15, tzinfo=UTC)
END_OF_2050 = datetime(2050, 12, 31, 15, tzinfo=UTC)


def stamp(
    tsa_until: datetime = FAR,
    issuer_until: datetime = FAR,
    key: str = "ec",
    bits: int = 384,
    digests: tuple[str, ...] = ("sha512",),
    at: datetime = START,
) -> StampFacts:
    tsa = CertificateFacts("時刻認証局", tsa_until, key, bits)
    issuer = CertificateFacts("発行局", issuer_until, "ec", 384)
    return StampFacts(at, digests, (tsa, issuer))


@pytest.mark.parametrize(
    ("facts", "until", "because"),
    [
        (
            stamp(tsa_until=datetime(2037, 1, 1, tzinfo=UTC)),
            datetime(2037, 1, 1, tzinfo=UTC),
            "時刻認証局の証明書「",
        ),
        (
            stamp(issuer_until=datetime(2035, 1, 1, tzinfo=UTC)),
            datetime(2035, 1, 1, tzinfo=UTC),
            "上位の認証局の証明書「",
        ),
        (stamp(key="rsa", bits=2048), END_OF_2030, "RSA 2048ビット"),
        (stamp(key="rsa", bits=3071), END_OF_2030, "RSA 3071ビット"),
        (stamp(key="rsa", bits=3072), END_OF_2050, "RSA 3072ビット"),
        (stamp(key="ec", bits=256), END_OF_2050, "楕円曲線 256ビット"),
        (stamp(digests=("sha256", "sha512")), END_OF_2050, "SHA-256"),
        (stamp(digests=("sha512", "sha1")), datetime(2013, 12, 31, 15, tzinfo=UTC), "SHA-1"),
        (stamp(digests=("md5",)), datetime(1970, 1, 1, 15, tzinfo=UTC), "使用期限の表にない方式"),
        (stamp(key="gost", bits=512), datetime(1970, 1, 1, 15, tzinfo=UTC), "使用期限の表にない方式"),
        (stamp(), FAR, "時刻認証局の証明書「"),
    ],
)
def test_a_time_stamp_holds_until_the_first_of_its_ends(
    facts: StampFacts, until: datetime, because: str
) -> None:
    found = holding(facts, ENDS)
    assert found.until == until
    assert because in found.because


@pytest.mark.parametrize(
    ("life", "margin", "before_end"),
    [
        (timedelta(days=3650), timedelta(days=365), timedelta(days=365)),
        (timedelta(days=3650), timedelta(days=30), timedelta(days=30)),
        (timedelta(days=400), timedelta(days=365), timedelta(days=200)),
        (timedelta(days=-10), timedelta(days=365), timedelta(0)),
    ],
)
def test_it_is_renewed_a_margin_before_and_at_most_half_of_its_life(
    life: timedelta, margin: timedelta, before_end: timedelta
) -> None:
    found = holding(stamp(tsa_until=START + life), ENDS, margin)
    assert found.renew_at == found.until - before_end


def test_a_digest_is_chosen_that_lasts_as_long_as_the_certificate() -> None:
    candidates = ("sha256", "sha384", "sha512")
    assert ENDS.digest_until(datetime(2045, 1, 1, tzinfo=UTC), candidates) == "sha256"
    assert ENDS.digest_until(datetime(2051, 1, 1, tzinfo=UTC), candidates) == "sha384"
    assert (
        ENDS.of_digest(ENDS.digest_until(datetime(2099, 1, 1, tzinfo=UTC), candidates)).ends_on.year == 2070
    )


def test_a_table_of_ones_own_is_read_and_a_wrong_one_is_refused_with_its_place(tmp_path: Path) -> None:
    own = tmp_path / "ends.toml"
    own.write_text(
        '[[digest]]\nname = "sha256"\nends_on = 2040-12-31\nsource = "市の定め"\nchecked = 2026-11-01\n'
        '[[key]]\nname = "ec"\nmin_bits = 256\nends_on = 2041-12-31\nsource = "市の定め"\n'
    )
    ends = load_algorithm_ends(own)
    assert ends.of_digest("sha256").ends_on.year == 2040
    assert ends.unchecked == 1
    own.write_text(own.read_text().replace("2040-12-31", '"2040"'))
    with pytest.raises(SetupRequired, match=r"ends\.toml") as refused:
        load_algorithm_ends(own)
    assert "sha256" in refused.value.facts["reason"]
