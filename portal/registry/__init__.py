"""The registry's doors (保証確認サービス): its API for programs, and its own pages."""

from portal.registry import api_certificates, pages_orderer, pages_surety  # noqa: F401 - they add their routes
from portal.registry.api import blueprint as api
from portal.registry.pages import blueprint as pages

__all__ = ["api", "pages"]
