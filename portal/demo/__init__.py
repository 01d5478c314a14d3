"""The demo (デモ): three cities with cases in every stage, people to sign in as, a mailbox and a clock."""

from portal.demo.views import blueprint

__all__ = ["blueprint"]
