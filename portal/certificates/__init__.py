"""A signer's own certificates (自分の電子証明書): confirm with the PIN, change it, have a password mailed again."""

from flask import Blueprint

blueprint = Blueprint("certificates", __name__)

from portal.certificates import pages  # noqa: E402 - the views need the blueprint

__all__ = ["blueprint", "pages"]
