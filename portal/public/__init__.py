"""The public door (公開の入口): home, verification of a document, help; open to everybody, without an account."""

from portal.public import authorities, help_pages, home, practices, verifications
from portal.public.door import blueprint

__all__ = ["authorities", "blueprint", "help_pages", "home", "practices", "verifications"]
