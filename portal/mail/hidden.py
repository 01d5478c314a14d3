"""Hidden words of a mail (メールの秘密): a PIN or a one-time password lies encrypted in the outbox.

It is shown in the sent mail alone, as is the secret part of a link. Once the mail has left, the outbox forgets
both; no page ever shows them.
"""

import base64
import hmac
import os
import re

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_HIDDEN = re.compile(r"⟦hidden:([A-Za-z0-9_\-=]+)⟧")
_LINK_KEYS = re.compile(r"(https?://\S*/)[\w\-]{30,}", re.ASCII)
"""The secret part of a mailed link: the database keeps its hash only, and so does a copy of the database."""
STRUCK = "（受信者だけに表示）"


def mail_key(secret: str) -> bytes:
    """The key of this installation for what lies hidden in its outbox."""
    return hmac.digest(secret.encode(), b"warifu mail", "sha256")


def hidden(secret: str, key: bytes) -> str:
    """What stands in a mail text in place of the secret until it is sent. `key` has 32 bytes."""
    nonce = os.urandom(12)
    sealed = nonce + AESGCM(key).encrypt(nonce, secret.encode(), None)
    return f"⟦hidden:{base64.urlsafe_b64encode(sealed).decode('ascii')}⟧"


def revealed(body: str, key: bytes) -> str:
    """The text as its receiver reads it; cryptography's InvalidTag when the key is another one."""

    def opened(found: re.Match[str]) -> str:
        sealed = base64.urlsafe_b64decode(found[1])
        return AESGCM(key).decrypt(sealed[:12], sealed[12:], None).decode()

    return _HIDDEN.sub(opened, body)


def struck(body: str) -> str:
    """The text as everybody else may read it, and as it is kept once the mail has left. (SIGN-12)"""
    return _LINK_KEYS.sub(rf"\1…{STRUCK}", _HIDDEN.sub(STRUCK, body))
