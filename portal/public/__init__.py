"""The public door (公開の入口): home, verification of a document, help; open to everybody, without an account."""

from portal.public import help_pages, home, verifications
from portal.public.door import blueprint

__all__ = ["blueprint", "help_pages", "home", "verifications"]
