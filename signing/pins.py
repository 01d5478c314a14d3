"""PINs (PIN): the signer's key opens for whoever knows it; five wrong ones in a row lock the certificate.

These functions open short transactions of their own: a try is counted and committed before the PIN is
tested, so that it stays counted although the act is refused, and the slow derivation runs while no
transaction is open. Call them before the act's own transaction.
"""

from dataclasses import dataclass, field
from datetime import datetime

from asn1crypto import x509 as asn1
from cryptography.hazmat.primitives.serialization import Encoding
from sqlalchemy.orm import Session

from signing.certificate_rows import (
    PIN_TRIES,
    CertificateUnusable,
    PinLocked,
    Transaction,
    certificate,
    refuse_unusable,
)
from signing.key_custody import KeyVault, WrongPin, check_pin, cleaned_pin
from signing.orm_certificates import SignerCertificate
from signing.pades.algorithms import PrivateKey
from signing.pades.issued_chains import load_chain
from signing.pades.signers import SealingKey, key_in_memory


@dataclass(frozen=True)
class _CountedTry:
    """A counted try: what the PIN is tested on, outside of any transaction."""

    id: str
    sealed_key: bytes = field(repr=False)
    certificate: bytes | None
    chain: bytes | None
    failures: int

    @property
    def is_one_too_many(self) -> bool:
        return self.failures > PIN_TRIES

    @property
    def was_last(self) -> bool:
        return self.failures >= PIN_TRIES


def confirm_certificate(
    transaction: Transaction, vault: KeyVault, certificate_id: str, pin: str, now: datetime
) -> SignerCertificate:
    """Confirmation by the signer's PIN (証明書有効性確認): makes the certificate usable. (PTY-05)"""
    _open(transaction, vault, certificate_id, pin, now, needs_confirmation=False)
    with transaction() as session:
        row = certificate(session, certificate_id, to_write=True)
        row.confirmed_at = row.confirmed_at or now
    return row


def unlock_key(
    transaction: Transaction, vault: KeyVault, certificate_id: str, pin: str, now: datetime
) -> SealingKey:
    """Opens a signer's key for one act. Wrong PINs are counted and committed; the fifth locks it."""
    tried, key = _open(transaction, vault, certificate_id, pin, now, needs_confirmation=True)
    assert tried.certificate is not None
    chain = tuple(_asn1(each.public_bytes(Encoding.DER)) for each in load_chain(tried.chain))
    return key_in_memory(key, _asn1(tried.certificate), chain)


def change_pin(
    transaction: Transaction, vault: KeyVault, certificate_id: str, old: str, new: str, now: datetime
) -> None:
    """Another PIN for the same key (PIN変更), by whoever knows the old one."""
    new = cleaned_pin(new)
    check_pin(new)
    _, key = _open(transaction, vault, certificate_id, old, now, needs_confirmation=False)
    sealed = vault.seal(key, new, certificate_id)
    with transaction() as session:
        row = certificate(session, certificate_id, to_write=True)
        refuse_unusable(row, now, needs_confirmation=False)
        row.sealed_key = sealed


def _open(
    transaction: Transaction,
    vault: KeyVault,
    certificate_id: str,
    pin: str,
    now: datetime,
    *,
    needs_confirmation: bool,
) -> tuple[_CountedTry, PrivateKey]:
    with transaction() as session:
        tried = _count_try(session, certificate_id, now, needs_confirmation)
    if tried.is_one_too_many:
        raise PinLocked
    try:
        key = vault.open(tried.sealed_key, cleaned_pin(pin), certificate_id)
    except WrongPin:
        with transaction() as session:
            _note_wrong(session, tried, now)
        raise _refusal(tried) from None
    with transaction() as session:
        row = certificate(session, certificate_id, to_write=True)
        refuse_unusable(row, now, needs_confirmation=needs_confirmation)
        row.pin_failures = 0
    return tried, key


def _count_try(session: Session, certificate_id: str, now: datetime, needs_confirmation: bool) -> _CountedTry:
    """Counts first and tests later: a thousand tries at one instant are a thousand counted ones."""
    row = certificate(session, certificate_id, to_write=True)
    refuse_unusable(row, now, needs_confirmation=needs_confirmation)
    if row.sealed_key is None:
        raise CertificateUnusable("この電子証明書の鍵は、ここでは保管していません。")
    row.pin_failures += 1
    if row.pin_failures > PIN_TRIES:
        row.locked_at = now
    session.flush()
    return _CountedTry(row.id, row.sealed_key, row.certificate, row.chain, row.pin_failures)


def _note_wrong(session: Session, tried: _CountedTry, now: datetime) -> None:
    row = certificate(session, tried.id, to_write=True)
    if tried.was_last:
        row.locked_at = row.locked_at or now


def _refusal(tried: _CountedTry) -> WrongPin | PinLocked:
    if tried.was_last:
        return PinLocked()
    left = PIN_TRIES - tried.failures
    return WrongPin(f"{WrongPin.text}あと{left}回間違えると、この電子証明書は使えなくなります。")


def _asn1(der: bytes) -> asn1.Certificate:
    """Parses from bytes: a constructed certificate would be encoded again at each use."""
    found: asn1.Certificate = asn1.Certificate.load(der)
    return found
