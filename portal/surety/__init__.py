"""The surety's door (保証会社の窓口): `blueprint` for the company's officers, `desk` for its customers."""

from flask import Blueprint

blueprint = Blueprint("surety", __name__, url_prefix="/surety")
desk = Blueprint("desk", __name__, url_prefix="/surety/desk")

from portal.surety import (  # noqa: E402 - the views need the blueprints
    desk_applications,
    desk_certificates,
    desk_changes,
    desk_guarantees,
    desk_home,
    desk_papers,
    desk_profile,
    home,
    joining,
    officer_applications,
    officer_customers,
    officer_guarantees,
    officer_papers,
    orderers,
)

__all__ = [
    "blueprint",
    "desk",
    "desk_applications",
    "desk_certificates",
    "desk_changes",
    "desk_guarantees",
    "desk_home",
    "desk_papers",
    "desk_profile",
    "home",
    "joining",
    "officer_applications",
    "officer_customers",
    "officer_guarantees",
    "officer_papers",
    "orderers",
]
