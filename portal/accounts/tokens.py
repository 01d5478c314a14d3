"""Tokens (トークン): 256 random bits in a link or cookie; only their hash is kept."""

import hashlib
import secrets


def new_token() -> str:
    """A new unguessable token that may stand in an address."""
    return secrets.token_urlsafe(32)


def token_hash(token: str) -> str:
    """What is stored and looked up instead of the token."""
    return hashlib.sha256(token.encode()).hexdigest()
