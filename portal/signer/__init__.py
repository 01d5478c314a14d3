"""The signer's door (署名者の入口): whoever was asked to sign comes by a link, without an account."""

from portal.signer import (
    consents,
    declines,
    downloads,
    forwards,
    links,
    pages,
    party_signatures,
    problems,
    reviews,
)
from portal.signer.door import blueprint

__all__ = [
    "blueprint",
    "consents",
    "declines",
    "downloads",
    "forwards",
    "links",
    "pages",
    "party_signatures",
    "problems",
    "reviews",
]
