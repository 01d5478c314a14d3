"""Settings of the authorities (時刻認証局の設定): judged at start, and handed to the signing service."""

import re
from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from signing.pades.exchanges import Credentials, Patience
from signing.pades.tokens import TokenRules

POSITIVE = (
    "TSA_ACCURACY_SECONDS",
    "TSA_CLOCK_SECONDS",
    "TSA_CONNECT_SECONDS",
    "TSA_READ_SECONDS",
    "TSA_TOTAL_SECONDS",
    "TSA_CHECK_MINUTES",
    "COMPLETION_ALERT_MINUTES",
)
_OID = re.compile(r"[0-2](\.\d+)+")


def judge_authorities(values: Mapping[str, Any]) -> list[str]:
    """What is wrong with the settings, in words; no secret is repeated in them."""
    problems = [f"{name} は1以上の数です。" for name in POSITIVE if values[name] < 1]
    problems += [
        f"TSA_POLICIES の {oid} はOIDではありません。"
        for oid in values["TSA_POLICIES"]
        if not _OID.fullmatch(oid)
    ]
    urls, credentials = values["TSA_URLS"], values["TSA_CREDENTIALS"]
    for url in urls:
        address = urlsplit(url)
        if address.scheme not in ("http", "https") or not address.hostname:
            problems.append("TSA_URLS は http:// か https:// で始まるアドレスです。")
        elif address.username or address.password:
            problems.append("TSA_URLS に利用者名やパスワードを書かず、TSA_CREDENTIALS に指定してください。")
    if len(credentials) > len(urls):
        problems.append("TSA_CREDENTIALS が TSA_URLS より多くあります。")
    for url, text in zip(urls, credentials, strict=False):
        if text and _credentials(text) is None:
            problems.append('TSA_CREDENTIALS は "basic 利用者名:パスワード" か "bearer トークン" です。')
        elif text and not url.startswith("https://"):
            problems.append(f"{url} に認証情報を送るには https:// が必要です。")
    if len(set(urls)) != len(urls):
        problems.append("TSA_URLS に同じアドレスが2つあります。")
    return problems


def credentials_of(values: Mapping[str, Any]) -> tuple[Credentials, ...]:
    """The credentials in the order of the addresses."""
    return tuple(_credentials(text) or Credentials() for text in values["TSA_CREDENTIALS"])


def patience_of(values: Mapping[str, Any]) -> Patience:
    """How long an answer is waited for."""
    return Patience(values["TSA_CONNECT_SECONDS"], values["TSA_READ_SECONDS"], values["TSA_TOTAL_SECONDS"])


def rules_of(values: Mapping[str, Any]) -> TokenRules:
    """What is asked of a token."""
    return TokenRules(
        policies=frozenset(values["TSA_POLICIES"]),
        max_accuracy=timedelta(seconds=values["TSA_ACCURACY_SECONDS"]),
        max_difference=timedelta(seconds=values["TSA_CLOCK_SECONDS"]),
    )


def _credentials(text: str) -> Credentials | None:
    kind, _, secret = text.partition(" ")
    user, colon, password = secret.partition(":")
    if kind.lower() == "basic" and user and colon:
        return Credentials(user, password)
    if kind.lower() == "bearer" and secret.strip():
        return Credentials(secret=secret.strip())
    return None
