"""The blueprint of the public door, in a module of its own so that every view can import it."""

from flask import Blueprint

blueprint = Blueprint("public", __name__)
