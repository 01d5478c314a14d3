"""Acts of the party type (当事者型の署名の操作): from what a person typed to a kept signature.

Reading, releasing the key, preparing, signing and keeping are moments of their own; no transaction is open while
a key or a PDF is at work.
"""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import timedelta

from flask import current_app
from sqlalchemy.orm import Session

from portal import clock, custody
from portal.acting import house
from portal.scoping import Scope
from portal.signer.visits import Visit, visiting
from portal.unit_of_work import writing
from portal.workflows.mail_signing_password import certificate_owner
from portal.workflows.sign_as_party import (
    hand_out_contract,
    look_at_turn,
    sign_contract,
    take_contract_back,
)
from procurement.wareki import format_wareki
from signing import (
    Identity,
    PartyPreparation,
    PartyTurn,
    SealingKey,
    prepare_party,
    read_identity,
    refuse_stranger,
    required_hand_out,
    sign_prepared,
    take_back,
)
from signing.certificate_rows import UnknownCertificate
from signing.certificates import SignerCertificate, certificates_of, unlock_key
from signing.modes import CertificateStatus, KeyCustody
from signing.signing_passwords import check as check_password

SIGN_BUTTON = "署名する"
TAKE_BACK_BUTTON = "署名値を戻して署名を完了する"
HELD, KEY_FILE, EXTERNAL = "pin+signing_password", "pkcs12", "external"
_ENDED = (CertificateStatus.REVOKED, CertificateStatus.REQUESTED)


@dataclass(frozen=True)
class _Signer:
    """Who signs what, read once at the beginning of an act."""

    turn: PartyTurn
    owner: str
    email: str
    registered: frozenset[str]


def sign_with_held_key(token: str, certificate_id: str, pin: str, password: str) -> None:
    """The key that the service keeps: wrong passwords and PINs are counted before anything else happens."""
    signer = _signer(token, lambda row: row.id == certificate_id)
    now = clock.now()
    check_password(_transaction, custody.vault(), signer.owner, signer.email, password, now)
    key = unlock_key(_transaction, custody.vault(), certificate_id, pin, now)
    _sign(token, signer, key, HELD)


def sign_with_key_file(token: str, key: SealingKey) -> None:
    """A key file for this one act; its certificate must name the signer's organisation."""
    _sign(token, _signer(token), key, KEY_FILE)


def hand_out_data(token: str, certificate: bytes) -> None:
    """Prepare and hand out what an outside device is to sign."""
    signer = _signer(token)
    preparation = _prepared(token, signer, read_identity(certificate))
    with visiting(token, to_write=True) as visit:
        hand_out_contract(visit.act, visit.contract, visit.step, preparation, hand_out_lifetime())


def take_data_back(token: str, answers: Mapping[str, bytes]) -> None:
    """Check what came back and keep it."""
    with visiting(token) as visit:
        handed = required_hand_out(visit.act.session, visit.step.id, visit.act.now)
    signed = take_back(handed, answers)
    with visiting(token, to_write=True) as visit:
        circumstances = visit.circumstances(TAKE_BACK_BUTTON, how=EXTERNAL)
        take_contract_back(visit.act, visit.contract, visit.step, signed, circumstances)


def own_certificates(visit: Visit) -> list[SignerCertificate]:
    """Certificates whose keys are kept here for this person; those that ended for good are left out."""
    rows = certificates_of(visit.act.session, certificate_owner(visit.contract, visit.step), visit.step.email)
    return [r for r in rows if r.custody is KeyCustody.HELD and r.status_at(visit.act.now) not in _ENDED]


def hand_out_lifetime() -> timedelta:
    """How long an outside device has (外部署名の有効時間)."""
    return timedelta(minutes=current_app.config["EXTERNAL_SIGNING_MINUTES"])


def _signer(token: str, may_use: Callable[[SignerCertificate], bool] | None = None) -> _Signer:
    with visiting(token) as visit:
        turn = look_at_turn(visit.act, visit.contract, visit.step)
        owner = certificate_owner(visit.contract, visit.step)
        rows = certificates_of(visit.act.session, owner, visit.step.email)
        if may_use is not None and not any(map(may_use, own_certificates(visit))):
            raise UnknownCertificate
        known = frozenset(r.fingerprint for r in rows if r.fingerprint and r.confirmed_at)
        return _Signer(turn, owner, visit.step.email, known)


def _sign(token: str, signer: _Signer, key: SealingKey, how: str) -> None:
    preparation = _prepared(token, signer, key.identity)
    signed = sign_prepared(preparation, key)
    with visiting(token, to_write=True) as visit:
        circumstances = visit.circumstances(SIGN_BUTTON, how=how)
        sign_contract(visit.act, visit.contract, visit.step, signed, circumstances)


def _prepared(token: str, signer: _Signer, identity: Identity) -> PartyPreparation:
    refuse_stranger(identity, signer.turn, signer.registered)
    return prepare_party(house().services, signer.turn, identity, clock.now(), format_wareki)


def _transaction() -> AbstractContextManager[Session]:
    return writing(Scope())
