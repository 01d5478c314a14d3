"""Custody (鍵の保管): the vault of signers' keys and the built-in CA of this instance, as its settings say."""

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from flask import current_app

from portal.mail.hidden import mail_key
from signing import TrustStore, open_trust
from signing.errors import SetupRequired
from signing.key_custody import KeyVault
from signing.pades.built_in_ca import BuiltInCa
from signing.pades.ca_folders import make_ca, make_folder_once, open_ca, plan_of_city
from signing.pades.ca_parts import CaAddresses
from signing.pades.certificate_requests import KeyAlgorithm
from signing.pades.demo_pki import open_demo_pki

CA_PURPOSE = "built-in-ca"


def vault() -> KeyVault:
    """What signers' keys are encrypted with, besides their PINs."""
    config = current_app.config
    return KeyVault(config["KEY_SECRET"].encode(), config["KEY_SCRYPT_COST"])


def letter_key() -> bytes:
    """What hides a PIN or a password in the outbox."""
    return mail_key(current_app.config["KEY_SECRET"])


def signer_key() -> KeyAlgorithm:
    """What kind of key a signer gets."""
    return KeyAlgorithm(current_app.config["SIGNER_KEY"])


def signer_days() -> int:
    """For how many days the own CA issues a signer's certificate."""
    return int(current_app.config["CA_SIGNER_DAYS"])


def keys_folder() -> Path:
    """Where this instance keeps its keys."""
    return Path(current_app.config["INSTANCE"]) / "keys"


def ca_folder() -> Path:
    """Where the installation's own CA lies, once it was made."""
    return keys_folder() / "ca"


def addresses() -> CaAddresses:
    """Where the CA's answers are to be had: the public door of this portal."""
    return CaAddresses.below(current_app.config["BASE_URL"])


def trusted() -> TrustStore:
    """The roots that an imported chain must lead to; opened without the sealing key, which may not be there yet."""
    config = current_app.config
    own = ca_folder() / "root.cert.pem"
    roots = [Path(path) for path in config["TRUST_ROOTS"]] + ([own] if own.is_file() else [])
    return open_trust(keys_folder(), roots, allow_demo=config["MODE"] != "production")


def built_in_ca() -> BuiltInCa | None:
    """The installation's own CA (設備内認証局); in demo and test the demo's, unless one was made; else None."""
    parts: dict[str, Any] = current_app.extensions
    found: BuiltInCa | None = parts.get("built_in_ca")
    if found is None:
        found = _opened()
        if found is not None:
            parts["built_in_ca"] = found
    return found


def needed_ca() -> BuiltInCa:
    """The same where it must be there; SetupRequired says how it is made."""
    found = built_in_ca()
    if found is None:
        raise SetupRequired(
            "このシステムには、認証局がありません。",
            remedy="flask --app wsgi ca init で作るか、外部の認証局が発行した証明書を取り込んでください。",
        )
    return found


def make_built_in_ca(organisation: str, now: datetime) -> bool:
    """Makes the installation's own CA; False when there is one already."""
    password, plan = vault().password_for(CA_PURPOSE), plan_of_city(organisation, now, addresses())
    is_new = make_folder_once(ca_folder(), lambda folder: _fill(folder, password, plan))
    current_app.extensions.pop("built_in_ca", None)
    return is_new


def _fill(folder: Path, password: bytes, plan: Any) -> None:
    make_ca(folder, password, plan)


def open_own_ca(config: Mapping[str, Any]) -> BuiltInCa | None:
    """The CA that this installation runs itself, where one was made."""
    folder = Path(config["INSTANCE"]) / "keys" / "ca"
    if not folder.is_dir():
        return None
    vault = KeyVault(config["KEY_SECRET"].encode(), config["KEY_SCRYPT_COST"])
    return open_ca(folder, vault.password_for(CA_PURPOSE), addresses=CaAddresses.below(config["BASE_URL"]))


def _opened() -> BuiltInCa | None:
    if (own := open_own_ca(current_app.config)) is not None:
        return own
    if current_app.config["MODE"] != "production":
        return open_demo_pki(keys_folder()).ca_at(addresses())
    return None
