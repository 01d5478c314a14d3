"""Acts of the party type (当事者型の署名の操作): from what a person typed to a kept signature.

Reading, releasing the key, preparing, signing and keeping are moments of their own; no transaction is open while
a key or a PDF is at work.
"""

from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

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
from signing.party_tokens import PartyToken, token_key, tokens_of
from signing.signing_passwords import check as check_password

SIGN_BUTTON = "署名する"
TAKE_BACK_BUTTON = "署名値を戻して署名を完了する"
HELD, ON_TOKEN, KEY_FILE, EXTERNAL = "pin+signing_password", "token+signing_password", "pkcs12", "external"
_ENDED = (CertificateStatus.REVOKED, CertificateStatus.REQUESTED)


@dataclass(frozen=True)
class _Signer:
    """Who signs what, read once at the beginning of an act."""

    turn: PartyTurn
    owner: str
    email: str
    registered: frozenset[str]
    token: PartyToken | None = None


def sign_with_held_key(token: str, certificate_id: str, pin: str, password: str) -> None:
    """The key that the service keeps: wrong passwords and PINs are counted before anything else happens."""
    signer = _signer(token, certificate_id)
    now = clock.now()
    check_password(_transaction, custody.vault(), signer.owner, signer.email, password, now)
    if signer.token is not None:
        _sign(token, signer, token_key(signer.token, pin), ON_TOKEN)
    else:
        _sign(token, signer, unlock_key(_transaction, custody.vault(), certificate_id, pin, now), HELD)


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


def own_tokens(visit: Visit) -> list[PartyToken]:
    """Keys on the installation's token that are this person's (署名装置の鍵)."""
    owner = certificate_owner(visit.contract, visit.step)
    return tokens_of(configured_tokens(), owner, visit.step.email)


def configured_tokens() -> list[PartyToken]:
    """What the settings say of parties' keys on a token."""
    library = Path(current_app.config["PARTY_PKCS11_MODULE"])
    parts = (key.split("/") for key in current_app.config["PARTY_PKCS11_KEYS"])
    return [PartyToken(library, label, key, owner, email) for owner, email, label, key in parts]


def hand_out_lifetime() -> timedelta:
    """How long an outside device has (外部署名の有効時間)."""
    return timedelta(minutes=current_app.config["EXTERNAL_SIGNING_MINUTES"])


def _signer(token: str, certificate_id: str | None = None) -> _Signer:
    """`certificate_id` names a certificate or a token's key that must be this person's own."""
    with visiting(token) as visit:
        turn = look_at_turn(visit.act, visit.contract, visit.step)
        owner = certificate_owner(visit.contract, visit.step)
        rows = certificates_of(visit.act.session, owner, visit.step.email)
        on_token = next((each for each in own_tokens(visit) if each.id == certificate_id), None)
        is_own = on_token is not None or certificate_id in {row.id for row in own_certificates(visit)}
        if certificate_id is not None and not is_own:
            raise UnknownCertificate
        known = frozenset(r.fingerprint for r in rows if r.fingerprint and r.confirmed_at)
        return _Signer(turn, owner, visit.step.email, known, on_token)


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
