"""Custody of keys: PIN and installation secret together open a key, neither alone; nothing shows it."""

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
)

from signing.errors import SetupRequired
from signing.key_custody import BadPin, KeyVault, WrongPin, check_pin, new_pin
from signing.pades.certificate_requests import KeyAlgorithm, new_key

SECRET = b"0123456789abcdef0123456789abcdef"
PIN = "a1B2c3D4e5"


@pytest.fixture(scope="module")
def vault() -> KeyVault:
    return KeyVault(SECRET, cost=14)


@pytest.fixture(scope="module")
def key() -> ec.EllipticCurvePrivateKey:
    made = new_key(KeyAlgorithm.P256)
    assert isinstance(made, ec.EllipticCurvePrivateKey)
    return made


def test_pin_and_secret_together_open_the_key(vault, key):
    opened = vault.open(vault.seal(key, PIN, "row"), PIN, "row")
    assert opened.private_numbers() == key.private_numbers()


def test_the_pin_alone_is_not_enough(vault, key):
    sealed = vault.seal(key, PIN, "row")
    with pytest.raises(SetupRequired, match="KEY_SECRET"):
        KeyVault(b"another secret of 32 characters!", cost=14).open(sealed, PIN, "row")


def test_the_secret_alone_is_not_enough(vault, key):
    with pytest.raises(WrongPin):
        vault.open(vault.seal(key, PIN, "row"), "a1B2c3D4e6", "row")


def test_a_key_cannot_be_moved_to_another_row(vault, key):
    with pytest.raises(WrongPin):
        vault.open(vault.seal(key, PIN, "row"), PIN, "other")


@pytest.mark.parametrize("position", [1, 6, 10, 30, 45, 80, -1])
def test_a_changed_byte_is_noticed(vault, key, position):
    sealed = bytearray(vault.seal(key, PIN, "row"))
    sealed[position] ^= 1
    with pytest.raises((WrongPin, SetupRequired, ValueError)):
        vault.open(bytes(sealed), PIN, "row")


def test_what_is_kept_holds_nothing_of_the_key(vault, key):
    """Not in plain form, whole or in the part that matters."""
    sealed = vault.seal(key, PIN, "row")
    number = key.private_numbers().private_value.to_bytes(32, "big")
    assert number not in sealed
    assert key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption()) not in sealed
    assert PIN.encode() not in sealed


def test_two_keys_under_one_pin_look_unlike_each_other(vault, key):
    assert vault.seal(key, PIN, "row") != vault.seal(key, PIN, "row")


def test_nothing_secret_is_in_the_words_that_logs_print(vault):
    assert "0123456789abcdef" not in repr(vault)
    assert "0123456789abcdef" not in str(vault)


def test_short_secret_and_cheap_guess_are_refused():
    with pytest.raises(SetupRequired, match="32文字"):
        KeyVault(b"short")
    with pytest.raises(SetupRequired, match="KEY_SCRYPT_COST"):
        KeyVault(SECRET, cost=10)


def test_pins_that_we_make_pass_our_own_rule():
    pins = {new_pin() for _ in range(200)}
    assert len(pins) == 200
    for pin in pins:
        check_pin(pin)
        assert not set(pin) & set("0O1lIo")


@pytest.mark.parametrize("pin", ["", "a1B2c3D", "あいうえおかきく", "aaaaaaaaaa", "a1B2c3D4\n", "x" * 65])
def test_bad_pins_are_refused(pin):
    with pytest.raises(BadPin):
        check_pin(pin)


def test_a_password_for_a_file_opens_it_again(vault, key):
    password = vault.password_for("built-in-ca")
    assert password == KeyVault(SECRET, cost=15).password_for("built-in-ca")
    assert password != vault.password_for("another")
    assert key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(password))
