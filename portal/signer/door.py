"""The blueprint of the signer's door, in a module of its own so that every view can import it."""

from flask import Blueprint

blueprint = Blueprint("signer", __name__)
