"""The surety's door (保証会社の窓口)."""

from portal.surety.home import blueprint

__all__ = ["blueprint"]
