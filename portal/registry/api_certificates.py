"""The surety's side of the API (保証会社の接続): publish, change, correct, withdraw, cancel, and see the tries."""

from typing import Any

from flask import request

from guarantees.certificates import VersionKind
from guarantees.histories import visible
from guarantees.http_registry import PATHS
from guarantees.keys import normalised_key, normalised_number
from guarantees.lookup import Publication
from guarantees.registry.orm import ClientSide, RegistryCertificate
from guarantees.registry.own_certificates import certificate_of, certificates_of
from guarantees.registry.tries import failed_tries, looks_of
from portal import clock
from portal.registries import registry_here
from portal.registry.answers import Answer, answer, refusal
from portal.registry.api import blueprint, body
from portal.registry.callers import caller, for_programs
from portal.registry.fields import BadInput, contents_of
from portal.registry.openapi import NEW, WITH_CONTENTS, WITHOUT_CONTENTS
from portal.scoping import Scope
from portal.unit_of_work import reading

PAGE, LARGEST_PAGE = 100, 500
KINDS = {path: kind for kind, path in PATHS.items()}


@blueprint.post("/certificates")
@for_programs(ClientSide.SURETY)
def publish_new() -> Answer:
    """A new certificate. (GUAR-70)"""
    values = body(NEW)
    return _published(VersionKind.NEW, normalised_number(values["number"]), values)


@blueprint.post("/certificates/<number>/<path>")
@for_programs(ClientSide.SURETY)
def publish_version(number: str, path: str) -> Answer:
    """A change, a correction of the newest version, a change taken back, or the end. (GUAR-62, GUAR-72)"""
    kind = KINDS.get(path)
    if kind is None:
        return refusal(404, "not_found", "このアドレスはありません。")
    return _published(kind, number, body(WITH_CONTENTS if kind.has_contents else WITHOUT_CONTENTS))


@blueprint.get("/certificates")
@for_programs(ClientSide.SURETY)
def list_certificates() -> Answer:
    """The company's own certificates by number, page by page."""
    issuer, limit = caller().organisation, _limit()
    after = _text(request.args.get("after", ""), "after")
    with reading(Scope()) as session:
        found = certificates_of(session, issuer, after=after, limit=limit)
        failed = failed_tries(session, issuer, [row.number for row in found])
        rows = [{**_row(row), "failed_tries": failed.get(row.number, 0)} for row in found]
    return answer({"certificates": rows, "next": found[-1].number if len(found) == limit else None})


@blueprint.get("/certificates/<number>")
@for_programs(ClientSide.SURETY)
def show_certificate(number: str) -> Answer:
    """One of the company's own certificates with everything that was published of it, hidden versions too."""
    with reading(Scope()) as session:
        found = certificate_of(session, caller().organisation, _text(number, "number"))
        if found is None:
            return _no_such()
        row = _row(found)
        del row["published_at"]
        return answer({**row, "versions": _versions(found)})


@blueprint.get("/certificates/<number>/tries")
@for_programs(ClientSide.SURETY)
def list_tries(number: str) -> Answer:
    """Who asked for one of the company's own certificates, when, and how it ended. (GUAR-71)"""
    issuer = caller().organisation
    with reading(Scope()) as session:
        if certificate_of(session, issuer, _text(number, "number")) is None:
            return _no_such()
        tries = [
            {
                "at": look.at.isoformat(),
                "orderer": look.orderer,
                "orderer_name": look.orderer_name,
                "outcome": look.outcome.value,
            }
            for look in looks_of(session, issuer, number)
        ]
    return answer({"tries": tries})


def _published(kind: VersionKind, number: str, values: dict[str, Any]) -> Answer:
    publication = Publication(
        kind,
        caller().organisation,
        _text(number, "number"),
        published_by=values["published_by"],
        key=normalised_key(values["key"]) if "key" in values else None,
        orderer=values.get("orderer", ""),
        contents=contents_of(values["contents"]) if "contents" in values else None,
        reason=values.get("reason") or "",
        reference=values["reference"],
    )
    arrived = registry_here().take(publication, clock.now())
    return answer({"arrived_at": arrived.isoformat()}, 201)


def _row(certificate: RegistryCertificate) -> dict[str, Any]:
    return {
        "guarantee_contract_number": certificate.number,
        "issuer": certificate.issuer,
        "orderer": certificate.orderer,
        "is_cancelled": certificate.history[-1]["target"] == "cancellation",
        "published_at": certificate.published_at.isoformat(),
    }


def _versions(certificate: RegistryCertificate) -> list[dict[str, Any]]:
    shown = {one.version.number for one in visible(certificate.versions)}
    return [
        {
            "number": version.number,
            "kind": version.kind.value,
            "arrived_at": version.arrived_at.isoformat(),
            "published_by": version.published_by,
            "reason": version.reason,
            "reference": version.reference,
            "is_visible": version.number in shown,
            "contents": version.contents,
        }
        for version in certificate.versions
    ]


def _limit() -> int:
    given = request.args.get("limit", str(PAGE))
    if not (given.isascii() and given.isdecimal() and len(given) < 4 and 1 <= int(given) <= LARGEST_PAGE):
        raise BadInput("limit", f"1から{LARGEST_PAGE}までの整数ではありません。")
    return int(given)


def _text(given: str, field: str) -> str:
    """A word of the address that a database can be asked for."""
    if len(given) > 40 or not given.isprintable():
        raise BadInput(field, "40字以内の文字ではありません。")
    return given


def _no_such() -> Answer:
    return refusal(404, "not_found", "この保証契約番号の電子証書は、自社の登録にありません。")
