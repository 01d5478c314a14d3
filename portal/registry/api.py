"""The registry's HTTP API (保証確認サービスの接続), for the systems of orderers and sureties."""

from collections.abc import Sequence
from typing import Any

from flask import Blueprint, request

from guarantees.days import day_of
from guarantees.errors import GuaranteeRefused
from guarantees.keys import normalised_key, normalised_number
from guarantees.lookup import Found, Locked, NotFound
from guarantees.registry.orderers import supported
from guarantees.registry.orm import ClientSide
from portal import clock
from portal.accounts.identity import client_address
from portal.permissions import Permission, requires
from portal.registries import registry_here
from portal.registry.answers import Answer, answer, refusal
from portal.registry.callers import caller, for_programs
from portal.registry.fields import BadInput, Field, read_body
from portal.registry.openapi import LOOK_UP, document
from portal.scoping import Scope
from portal.security import csrf
from portal.unit_of_work import reading

blueprint = Blueprint("registry_api", __name__, url_prefix="/registry/api/v1")
csrf.exempt(blueprint)  # no cookie counts here: a program shows its token or certificate each time


@blueprint.errorhandler(BadInput)
def _bad_input(bad: BadInput) -> Answer:
    return refusal(400, "input", bad.text, field=bad.field)


@blueprint.errorhandler(GuaranteeRefused)
def _refused(refused: GuaranteeRefused) -> Answer:
    return refusal(422, refused.code, refused.text, source=refused.source, remedy=refused.remedy)


@blueprint.get("/openapi.json")
@requires(Permission.PUBLIC)
def show_document() -> Answer:
    """The OpenAPI document."""
    return answer(document())


@blueprint.get("/orderers")
@for_programs(ClientSide.SURETY, ClientSide.ORDERER)
def list_orderers() -> Answer:
    """Supported orderers with their first day, also those that begin later. (GUAR-74)"""
    with reading(Scope()) as session:
        rows = [
            {
                "code": orderer.code,
                "name": orderer.name,
                "kind": orderer.kind.value,
                "starts_on": orderer.starts_on.isoformat(),
            }
            for orderer in supported(session)
        ]
    return answer({"as_of": day_of(clock.now()).isoformat(), "orderers": rows})


@blueprint.post("/look-ups")
@for_programs(ClientSide.ORDERER)
def look_up() -> Answer:
    """Number and key in the body, never in the address: the certificate with its history. (GUAR-71)"""
    values = body(LOOK_UP)
    now = clock.now()
    found = registry_here().look_up(
        caller().organisation,
        normalised_number(values["number"]),
        normalised_key(values["key"]),
        asked_by=values["asked_by"],
        now=now,
        address=client_address(),
    )
    if isinstance(found, Found):
        return answer(found.certificate.to_json())
    if isinstance(found, NotFound):
        return refusal(404, "not_found", found.text)
    if not isinstance(found, Locked):
        return refusal(503, "unavailable", found.problem)
    text, code, headers = refusal(
        429, "locked", "続けて失敗したため、照会を止めています。", until=found.until.isoformat()
    )
    return text, code, {**headers, "Retry-After": str(found.seconds_left(now))}


def body(fields: Sequence[Field]) -> dict[str, Any]:
    """The fields of this request's body."""
    if request.mimetype != "application/json":
        raise NotJson
    return read_body(request.get_data(cache=False), fields)


class NotJson(Exception):
    """The body is not said to be JSON."""


@blueprint.errorhandler(NotJson)
def _not_json(_error: NotJson) -> Answer:
    return refusal(415, "media_type", "Content-Type は application/json です。")
