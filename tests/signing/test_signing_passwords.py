"""One-time signing passwords: one a day, kept as a slow hash, voided by reissue, by time, by five wrong tries."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from signing import signing_passwords as passwords
from signing.key_custody import KeyVault
from signing.orm_certificates import SigningPassword
from signing.testing import NOON

WHO = ("company-1", "taro@example.co.jp")
DAY = timedelta(days=1)


@pytest.fixture(scope="module")
def vault() -> KeyVault:
    return KeyVault(b"0123456789abcdef0123456789abcdef", cost=14)


def issue(transaction, vault, now=NOON):
    with transaction() as session:
        return passwords.issue_if_needed(session, vault, *WHO, now)


def check(transaction, vault, password, now=NOON):
    passwords.check(transaction, vault, *WHO, password, now)


def wrong(password: str) -> str:
    return f"{(int(password) + 1) % 1_000_000:06d}"


def test_six_digits_with_an_expiry(transaction, vault):
    issued = issue(transaction, vault)
    assert len(issued.password) == 6
    assert issued.password.isdigit()
    assert issued.expires_on == date(2026, 5, 15)
    check(transaction, vault, issued.password)
    check(transaction, vault, f" {issued.password}\n", NOON + 14 * DAY)
    with pytest.raises(passwords.NoSigningPassword):
        check(transaction, vault, issued.password, NOON + 15 * DAY)


def test_once_a_day_and_the_second_document_uses_the_same(transaction, vault):
    first = issue(transaction, vault)
    assert issue(transaction, vault, NOON + timedelta(hours=5)) is None
    check(transaction, vault, first.password, NOON + timedelta(hours=6))


def test_the_day_is_a_japanese_day(transaction, vault):
    """NOON is noon in Tokyo: half a day later it is the next day there, the same day in London."""
    assert issue(transaction, vault)
    assert issue(transaction, vault, NOON + timedelta(hours=11, minutes=59)) is None
    assert issue(transaction, vault, NOON + timedelta(hours=12)) is not None


def test_the_next_day_brings_another_and_the_first_still_signs_until_its_end(transaction, vault):
    first, second = issue(transaction, vault), issue(transaction, vault, NOON + DAY)
    check(transaction, vault, first.password, NOON + DAY)
    check(transaction, vault, second.password, NOON + DAY)


def test_a_reissue_voids_what_was_before(transaction, vault):
    first = issue(transaction, vault)
    with transaction() as session:
        second = passwords.reissue(session, vault, *WHO, NOON)
    if first.password != second.password:
        with pytest.raises(passwords.WrongSigningPassword):
            check(transaction, vault, first.password)
    check(transaction, vault, second.password)


def test_reissues_of_a_day_are_limited(transaction, vault):
    issue(transaction, vault)
    for _ in range(passwords.REISSUES_A_DAY):
        with transaction() as session:
            passwords.reissue(session, vault, *WHO, NOON)
    with pytest.raises(passwords.TooManyReissues), transaction() as session:
        passwords.reissue(session, vault, *WHO, NOON)
    with transaction() as session:
        assert passwords.reissue(session, vault, *WHO, NOON + DAY)


def test_five_wrong_tries_void_it_and_each_stays_counted(transaction, vault):
    issued = issue(transaction, vault)
    for left in (4, 3, 2, 1):
        with pytest.raises(passwords.WrongSigningPassword, match=f"あと{left}回"):
            check(transaction, vault, wrong(issued.password))
    with pytest.raises(passwords.NoSigningPassword, match="無効にしました"):
        check(transaction, vault, wrong(issued.password))
    with pytest.raises(passwords.NoSigningPassword):
        check(transaction, vault, issued.password)
    with transaction() as session:
        assert session.scalars(select(SigningPassword)).one().voided_at == NOON


def test_a_right_one_begins_the_count_anew(transaction, vault):
    issued = issue(transaction, vault)
    for _ in range(3):
        for _ in range(4):
            with pytest.raises(passwords.WrongSigningPassword):
                check(transaction, vault, wrong(issued.password))
        check(transaction, vault, issued.password)


def test_wrong_tries_of_one_day_count_on_the_next(transaction, vault):
    """Each day's password brings no five more tries at the ones before."""
    first = issue(transaction, vault)
    for _ in range(4):
        with pytest.raises(passwords.WrongSigningPassword):
            check(transaction, vault, wrong(first.password))
    with pytest.raises(passwords.NoSigningPassword):
        check(transaction, vault, wrong(first.password))
    assert issue(transaction, vault) is None


def test_only_a_hash_is_kept(transaction, vault):
    issued = issue(transaction, vault)
    with transaction() as session:
        kept = session.scalars(select(SigningPassword)).one()
        values = [str(getattr(kept, column.key)) for column in SigningPassword.__table__.columns]
    assert not [value for value in values if issued.password == value]
    assert issued.password not in repr(issued)
    other = KeyVault(b"another secret of 32 characters!", cost=14)
    assert not other.is_password(kept.secret_hash, issued.password)


def test_the_password_of_another_signer_is_not_ones_own(transaction, vault):
    issued = issue(transaction, vault)
    with pytest.raises(passwords.NoSigningPassword):
        passwords.check(transaction, vault, WHO[0], "hanako@example.co.jp", issued.password, NOON)
    with pytest.raises(passwords.NoSigningPassword):
        passwords.check(transaction, vault, "company-2", WHO[1], issued.password, NOON)
