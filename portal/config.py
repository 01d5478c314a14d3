"""Settings (設定): defaults here, then instance/config.toml, then WARIFU_*; an unknown one is an error."""

import errno
import json
import os
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from flask import Config

from portal.authority_settings import judge_authorities
from portal.profile_settings import judge_profile

PREFIX = "WARIFU"
ROOT = Path(__file__).resolve().parent.parent
MODES = ("demo", "test", "production")
TLS_MODES = ("none", "starttls", "tls")
SIGNER_KEYS = ("p256", "p384", "rsa3072", "rsa4096")


class ConfigError(Exception):
    """The configuration cannot be used; `problems` names everything that is wrong with it."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("設定に誤りがあります。\n" + "\n".join(f"- {problem}" for problem in problems))
        self.problems = problems


@dataclass(frozen=True)
class Setting:
    """One setting: its default (whose type is the setting's type) and what it is for."""

    default: Any
    text: str


SETTINGS: dict[str, Setting] = {
    "MODE": Setting("demo", "demo, test or production; demo parts are refused in production"),
    "INSTANCE": Setting("", "the instance folder; empty: instance/ beside the code"),
    "DATABASE_URL": Setting(
        "", "postgresql://... or sqlite:///path; empty: portal.sqlite in the instance folder"
    ),
    "DATABASE_POOL_SIZE": Setting(8, "connections per process; at least the number of web threads"),
    "SECRET_KEY": Setting("", "signs cookies; demo and test make one under keys/"),
    "SECRET_KEY_FALLBACKS": Setting([], "older keys that are still accepted"),
    "BASE_URL": Setting("http://localhost:8000", "address that links in mails begin with"),
    "TRUSTED_HOSTS": Setting([], "host names that requests may carry besides the one of BASE_URL"),
    "PROXIES": Setting(0, "number of reverse proxies in front (0 or 1)"),
    "SMTP_HOST": Setting("127.0.0.1", "mail server"),
    "SMTP_PORT": Setting(1025, "its port"),
    "SMTP_USER": Setting("", "its user; empty: no login"),
    "SMTP_PASSWORD": Setting("", "its password"),
    "SMTP_TLS": Setting("none", "none, starttls or tls"),
    "SMTP_TIMEOUT": Setting(10, "seconds to wait for the mail server"),
    "MAIL_FROM": Setting("warifu@example.jp", "sender address of every mail"),
    "MAIL_FROM_NAME": Setting("割符 電子契約ポータル", "sender name where the city's rules name none"),
    "TSA_URLS": Setting(
        [], "RFC 3161 authorities in order; empty in demo and test: the built-in demo authority"
    ),
    "TSA_CREDENTIALS": Setting(
        [], 'in the order of TSA_URLS: "basic USER:PASSWORD", "bearer TOKEN", or "" for none; https only'
    ),
    "TSA_POLICIES": Setting([], "policy OIDs that a token may carry; empty: any"),
    "TSA_ACCURACY_SECONDS": Setting(60, "the accuracy that a token states may not be worse"),
    "TSA_CLOCK_SECONDS": Setting(60, "an authority's clock may differ from ours by so much"),
    "TSA_CONNECT_SECONDS": Setting(5, "seconds to connect to an authority (time-stamps, OCSP, CRL)"),
    "TSA_READ_SECONDS": Setting(10, "seconds of silence after which an answer is given up"),
    "TSA_TOTAL_SECONDS": Setting(20, "seconds that one answer may take in all"),
    "TSA_CHECK_MINUTES": Setting(5, "an authority that was not asked for so long is asked for a token"),
    "COMPLETION_ALERT_MINUTES": Setting(60, "officers are written to when a seal waits longer than this"),
    "PRESERVE_MARGIN_MONTHS": Setting(
        12, "archive time-stamps are renewed so many months before they end (at most half of their life)"
    ),
    "PRESERVE_ALGORITHM_ENDS": Setting(
        "", "TOML file with the ends of algorithms, instead of the table that comes with the portal"
    ),
    "PARTY_PKCS11_MODULE": Setting("", "PKCS#11 library of signers' own keys on a token (party type)"),
    "PARTY_PKCS11_KEYS": Setting(
        [], "whose key lies where, each as owner/mail address/token label/key label; the PIN is typed"
    ),
    "EXTERNAL_SIGNING_MINUTES": Setting(
        15, "how long an outside signing device has to bring a signature back (1 to 60)"
    ),
    "TRUST_ROOTS": Setting([], "PEM files of the roots that signatures are judged by"),
    "PADES_LEVEL": Setting("B-LTA", "level of what is concluded; nothing below B-LTA is accepted"),
    "PADES_DIGEST": Setting("sha256", "hash of our signatures: sha256, sha384 or sha512"),
    "PADES_MIN_RSA_BITS": Setting(2048, "RSA keys of signers have at least so many bits"),
    "PADES_CURVES": Setting(["secp256r1", "secp384r1"], "elliptic curves of signers' keys"),
    "PADES_POLICY_OID": Setting("", "signature policy; with one, signatures carry no reason (baseline)"),
    "PADES_POLICY_HASH": Setting("", "hash of its document: sha256:HEX"),
    "PADES_POLICY_URI": Setting("", "where its document lies"),
    "WITNESS_P12": Setting("", "PKCS#12 file of the witness key"),
    "WITNESS_P12_PASSWORD": Setting("", "its password"),
    "WITNESS_PKCS11_MODULE": Setting("", "PKCS#11 library of the witness key, instead of a file"),
    "WITNESS_PKCS11_TOKEN": Setting("", "token label"),
    "WITNESS_PKCS11_LABEL": Setting("", "label of key and certificate"),
    "WITNESS_PKCS11_PIN": Setting("", "PIN of the token"),
    "REGISTRY_URL": Setting(
        "",
        "registry of guarantees (https://...); empty: the one inside this portal; none: no registry, by hand",
    ),
    "REGISTRY_TOKENS": Setting([], "tokens at that registry, each as city/token"),
    "REGISTRY_CA": Setting(
        "", "PEM file of the root that the registry's certificate leads to; empty: the system's"
    ),
    "REGISTRY_CLIENT_CERT": Setting(
        "", "PEM file of our client certificate and its chain, instead of tokens"
    ),
    "REGISTRY_CLIENT_KEY": Setting("", "PEM file of its key"),
    "REGISTRY_SECONDS": Setting(10, "seconds that one answer of the registry may take in all"),
    "KEY_SECRET": Setting(
        "", "with their PINs it opens the signers' keys; demo and test make one under keys/"
    ),
    "KEY_SCRYPT_COST": Setting(15, "cost of one guess of a PIN: 2**cost KiB of memory (14 to 20)"),
    "SIGNER_KEY": Setting("p256", "keys made for signers: p256, p384, rsa3072 or rsa4096"),
    "CA_SIGNER_DAYS": Setting(730, "days for which the installation's own CA issues a signer's certificate"),
    "FONT_MINCHO": Setting("", "TrueType file of the serif face; empty: BIZ UD Mincho of the system"),
    "FONT_NAMES": Setting(
        "",
        "TrueType file for characters of names that the serif face lacks; empty: IPAmj Mincho of the system",
    ),
    "FONT_GOTHIC": Setting("", "TrueType file of the sans-serif face; empty: BIZ UD Gothic of the system"),
    "MAX_UPLOAD_BYTES": Setting(20 * 1024 * 1024, "largest PDF that may be uploaded"),
    "MAX_ATTACHMENT_BYTES": Setting(
        100 * 1024 * 1024, "largest file that may be attached to an application (streamed to the store)"
    ),
    "TIMEZONE": Setting("Asia/Tokyo", "legal dates are Japanese dates; nothing else is accepted"),
    "SESSION_IDLE_MINUTES": Setting(
        0, "sign-in ends after so many idle minutes; 0: 30, in demo and test 480"
    ),
    "SESSION_HOURS": Setting(0, "sign-in ends after so many hours; 0: 8, in demo and test 24"),
    "CSRF": Setting(True, "may be switched off in test mode only"),
}
PATHS = (
    "WITNESS_P12",
    "FONT_MINCHO",
    "FONT_GOTHIC",
    "FONT_NAMES",
    "PRESERVE_ALGORITHM_ENDS",
    "REGISTRY_CA",
    "REGISTRY_CLIENT_CERT",
    "REGISTRY_CLIENT_KEY",
)


def load_config(overrides: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """All settings, checked; `overrides` (of tests and commands) win over file and environment."""
    given = dict(overrides or {})
    environment = _from_environment()
    instance = Path(given.get("INSTANCE") or environment.get("INSTANCE") or ROOT / "instance").resolve()
    problems: list[str] = []
    values: dict[str, Any] = {name: setting.default for name, setting in SETTINGS.items()}
    file = instance / "config.toml"
    sources = [(str(file), _from_file(file, problems)), ("環境変数", environment), ("create_app", given)]
    for where, source in sources:
        for name, value in source.items():
            _take(values, name, value, where, problems)
    values["INSTANCE"] = str(instance)
    stated = {name for _, source in sources for name in source}
    problems += _judge(values, stated)
    if problems:
        raise ConfigError(problems)
    return _complete(values, instance)


def _from_file(path: Path, problems: list[str]) -> dict[str, Any]:
    if not path.exists():
        return {}
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        problems.append(f"{path}: TOMLとして読めません（{error}）。")
        return {}


def _from_environment() -> dict[str, Any]:
    config = Config(str(ROOT))
    config.from_prefixed_env(PREFIX, loads=str)
    return dict(config)


def _take(values: dict[str, Any], name: str, value: Any, where: str, problems: list[str]) -> None:
    if name not in SETTINGS:
        problems.append(f"{where}: {name} という設定はありません。使える設定: {', '.join(sorted(SETTINGS))}")
        return
    kind = type(SETTINGS[name].default)
    try:
        values[name] = _converted(value, kind)
    except (ValueError, TypeError):
        problems.append(f"{where}: {name} は {kind.__name__} でなければなりません。")


def _converted(value: Any, kind: type[Any]) -> Any:
    if isinstance(value, Path):
        value = str(value)
    if isinstance(value, str) and kind is not str:
        value = _PARSERS[kind](value.strip())
    if type(value) is not kind:
        raise TypeError
    if kind is list and not all(isinstance(item, str) for item in value):
        raise TypeError
    return value


def _parse_bool(text: str) -> bool:
    return {"true": True, "1": True, "yes": True, "false": False, "0": False, "no": False}[text.lower()]


def _parse_list(text: str) -> Any:
    if text.startswith("["):
        return json.loads(text)
    return [item.strip() for item in text.split(",") if item.strip()]


_PARSERS: dict[type, Callable[[str], Any]] = {int: int, bool: _parse_bool, list: _parse_list}


def _judge(values: dict[str, Any], stated: set[str]) -> list[str]:
    problems = []
    if values["MODE"] not in MODES:
        problems.append(f"MODE は {'、'.join(MODES)} のいずれかです。")
    if values["SMTP_TLS"] not in TLS_MODES:
        problems.append(f"SMTP_TLS は {'、'.join(TLS_MODES)} のいずれかです。")
    if values["TIMEZONE"] != "Asia/Tokyo":
        problems.append("TIMEZONE は Asia/Tokyo から変えられません。")
    if values["PROXIES"] not in (0, 1):
        problems.append("PROXIES は 0 か 1 です。")
    base = urlsplit(values["BASE_URL"])
    if base.scheme not in ("http", "https") or not base.hostname:
        problems.append("BASE_URL は http:// か https:// で始まるアドレスです。")
    if any(len(key.split("/")) != 4 or not all(key.split("/")) for key in values["PARTY_PKCS11_KEYS"]):
        problems.append("PARTY_PKCS11_KEYS は「市または事業者/メールアドレス/トークン/鍵」の形で書きます。")
    if values["PARTY_PKCS11_KEYS"] and not values["PARTY_PKCS11_MODULE"]:
        problems.append("PARTY_PKCS11_KEYS には PARTY_PKCS11_MODULE が要ります。")
    if not 1 <= values["EXTERNAL_SIGNING_MINUTES"] <= 60:
        problems.append("EXTERNAL_SIGNING_MINUTES は1から60までです。")
    if values["SIGNER_KEY"] not in SIGNER_KEYS:
        problems.append(f"SIGNER_KEY は {'、'.join(SIGNER_KEYS)} のいずれかです。")
    if not 14 <= values["KEY_SCRYPT_COST"] <= 20:
        problems.append("KEY_SCRYPT_COST は14から20までです。")
    if not 1 <= values["CA_SIGNER_DAYS"] <= 1825:
        problems.append("CA_SIGNER_DAYS は1から1825（5年）までです。")
    if not values["CSRF"] and values["MODE"] != "test":
        problems.append("CSRF を切れるのは MODE=test のときだけです。")
    problems += judge_authorities(values)
    problems += judge_profile(values)
    if values["MODE"] == "production":
        problems += _missing_in_production(values, stated)
    return problems


def _missing_in_production(values: dict[str, Any], stated: set[str]) -> list[str]:
    required = ("SECRET_KEY", "KEY_SECRET", "BASE_URL", "SMTP_HOST", "MAIL_FROM", "TSA_URLS")
    missing = [name for name in required if name not in stated or not values[name]]
    if not values["WITNESS_P12"] and not values["WITNESS_PKCS11_MODULE"]:
        missing.append("WITNESS_P12（または WITNESS_PKCS11_MODULE）")
    problems = [f"MODE=production では {name} が必要です。" for name in missing]
    if "BASE_URL" in stated and not values["BASE_URL"].startswith("https://"):
        problems.append("MODE=production の BASE_URL は https:// で始まらなければなりません。")
    problems += [
        f"{name} は32文字以上にしてください。"
        for name in ("SECRET_KEY", "KEY_SECRET")
        if 0 < len(values[name]) < 32
    ]
    return problems


def _complete(values: dict[str, Any], instance: Path) -> dict[str, Any]:
    demo = values["MODE"] != "production"
    values["DATABASE_URL"] = values["DATABASE_URL"] or f"sqlite:///{instance / 'portal.sqlite'}"
    values["SESSION_IDLE_MINUTES"] = values["SESSION_IDLE_MINUTES"] or (480 if demo else 30)
    values["SESSION_HOURS"] = values["SESSION_HOURS"] or (24 if demo else 8)
    for name in PATHS:
        values[name] = str(instance / values[name]) if values[name] else ""
    values["TRUST_ROOTS"] = [str(instance / name) for name in values["TRUST_ROOTS"]]
    instance.mkdir(parents=True, exist_ok=True)
    if demo and not values["SECRET_KEY"]:
        values["SECRET_KEY"] = _demo_secret(instance / "keys" / "secret_key")
    if demo and not values["KEY_SECRET"]:
        values["KEY_SECRET"] = _demo_secret(instance / "keys" / "secret")
    return values


def _demo_secret(path: Path) -> str:
    """A secret of the demo: made once, readable by its owner only; two processes starting together agree.

    Where nothing can be written, as for a command that only reads, it lives as long as the process.
    """
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return _read_secret(path)
    except OSError as error:
        if error.errno not in (errno.EACCES, errno.EROFS, errno.EPERM):
            raise
        return os.urandom(32).hex()
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write(os.urandom(32).hex())
    return _read_secret(path)


def _read_secret(path: Path) -> str:
    secret = path.read_text(encoding="ascii").strip()
    if len(secret) < 32:
        raise ConfigError([f"{path} が壊れています。削除して起動し直してください。"])
    return secret
