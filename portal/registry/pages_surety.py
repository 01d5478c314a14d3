"""The surety's pages (保証会社の画面): its certificates, everything published of them, and who looked. (GUAR-70)"""

from flask import abort, render_template, request

from guarantees.histories import visible
from guarantees.issuers import issuer_of, known_issuer
from guarantees.registry.own_certificates import certificate_of, certificates_of
from guarantees.registry.tries import failed_tries, looks_of, try_counts
from portal.permissions import Permission, requires
from portal.registry.pages import Page, blueprint, organisation
from portal.scoping import Scope
from portal.unit_of_work import reading

PAGE = 50


@blueprint.get("/certificates")
@requires(Permission.REGISTRY_PUBLISH)
def show_certificates() -> Page:
    """The company's own certificates by number, with the tries that did not open them."""
    issuer = organisation()
    company = known_issuer(issuer)
    words, after = (request.args.get(name, "")[:40].replace("\0", "") for name in ("q", "after"))
    with reading(Scope()) as session:
        found = certificates_of(session, issuer, after=after, limit=PAGE + 1, words=words.strip().upper())
        rows = found[:PAGE]
        return render_template(
            "registry/certificates.html",
            company=company.name if company else issuer,
            rows=rows,
            failed=failed_tries(session, issuer, [row.number for row in rows]),
            words=words,
            next_after=rows[-1].number if len(found) > PAGE else None,
        )


@blueprint.get("/certificates/<number>")
@requires(Permission.REGISTRY_PUBLISH)
def show_certificate(number: str) -> Page:
    """One certificate: all its versions, the hidden ones too, and the looks and tries at it. (GUAR-62, GUAR-71)"""
    issuer = organisation()
    with reading(Scope()) as session:
        found = certificate_of(session, issuer, number.replace("\0", "")[:40])
        if found is None:
            abort(404)
        return render_template(
            "registry/published.html",
            certificate=found,
            issuer=issuer_of(issuer),
            shown={one.version.number for one in visible(found.versions)},
            counts=try_counts(session, issuer, found.number),
            looks=looks_of(session, issuer, found.number, limit=50),
        )
