"""First page of the registry's own door (保証確認サービス), and the list of supported orderers for both sides."""

from flask import Blueprint, redirect, render_template, url_for
from werkzeug.wrappers import Response

from guarantees.days import day_of
from guarantees.registry.orderers import counts, supported, usage
from portal import clock
from portal.accounts.identity import current_principal
from portal.permissions import Permission, requires
from portal.scoping import Scope
from portal.unit_of_work import reading

blueprint = Blueprint("registry", __name__, url_prefix="/registry")
Page = str | tuple[str, int] | Response


def organisation() -> str:
    """Code of the orderer or surety company of the person of this request; one without any sees nothing."""
    return current_principal().organisation or "-"


@blueprint.get("/")
@requires(Permission.SIGNED_IN)
def show_home() -> Page:
    """Where a person of the registry begins: an orderer with the look-up, a surety with its certificates."""
    principal = current_principal()
    if principal.may(Permission.REGISTRY_LOOK):
        return redirect(url_for("registry.show_look_up"))
    if principal.may(Permission.REGISTRY_PUBLISH):
        return redirect(url_for("registry.show_certificates"))
    return redirect(url_for("registry.show_orderers"))


@blueprint.get("/orderers")
@requires(Permission.PUBLIC)
def show_orderers() -> Page:
    """Supported orderers by kind with their first month, counted today, and the usage report. (GUAR-74, GUAR-77)"""
    today = day_of(clock.now())
    with reading(Scope()) as session:
        found = supported(session)
        begun = [orderer for orderer in found if orderer.starts_on <= today]
        return render_template(
            "registry/orderers.html",
            orderers=found,
            counts=counts(begun),
            usage=usage(begun),
            today=today,
        )
