"""Verification (署名の検証): anybody may ask who signed a PDF, when, and whether a byte has changed. (SIGN-60)

A browser gets a page; a program that says `Accept: application/json` gets what `flask verify --json` prints.
"""

from flask import Response, jsonify, render_template, request
from sqlalchemy import select
from werkzeug.exceptions import RequestEntityTooLarge

from portal import clock
from portal.accounts.identity import client_address
from portal.acting import house
from portal.permissions import Permission, requires
from portal.preserving import originals_matching
from portal.public.door import blueprint
from portal.public.rates import Rate
from portal.public.uploads import UPLOADS_IN_SIZE, Busy, Judged, judge, largest_megabytes, too_large
from portal.public.verdict_views import panel_of
from portal.scoping import Scope
from portal.security import csrf, takes_upload
from portal.unit_of_work import reading
from procurement.contracts import Contract, ContractDocument
from procurement.errors import RuleViolation

Page = str | Response | tuple[str | Response, int] | tuple[str | Response, int, dict[str, str]]
FORM = "public/verifications/form.html"
rate = Rate()
BUSY = RuleViolation(
    "verification_busy",
    "ほかのファイルを検証しているため、いまは受け付けられません。",
    remedy="1分ほど待ってから、もう一度ファイルを選んで検証してください。",
)


@blueprint.get("/verify")
@requires(Permission.PUBLIC)
def show_verify() -> str:
    return render_template(FORM, refusal=None, largest=largest_megabytes())


@blueprint.post("/verify")
@requires(Permission.PUBLIC)
@takes_upload(UPLOADS_IN_SIZE)
def submit_verify() -> Page:
    """The verdict about one file; nothing of it is kept."""
    wait = rate.seconds_to_wait(client_address(), clock.now())
    if wait:
        return _refused(_too_often(wait), 429, {"Retry-After": str(wait)})
    try:
        judged = judge(request.files.get("file"), with_pictures=not _wants_json())
    except RequestEntityTooLarge:
        return _refused(too_large(), 413)
    except RuleViolation as refusal:
        return _refused(refusal, 422)
    except Busy:
        return _refused(BUSY, 503, {"Retry-After": "60"})
    if _wants_json():
        return jsonify(judged.verdict.to_json())
    panel = panel_of(judged.verdict)
    return render_template(
        "public/verifications/show.html", judged=judged, panel=panel, original_of=_original_of(judged)
    )


csrf.exempt(submit_verify)  # nothing is changed by it, and programs that have no session use it too


def _wants_json() -> bool:
    accepted = request.accept_mimetypes
    return accepted["application/json"] > accepted["text/html"]


def _refused(refusal: RuleViolation, code: int, headers: dict[str, str] | None = None) -> Page:
    if _wants_json():
        message = f"{refusal.text}{refusal.remedy}"
        return jsonify(error=refusal.code, message=message), code, headers or {}
    page = render_template(FORM, refusal=refusal, has_errors=True, largest=largest_megabytes())
    return page, code, headers or {}


def _too_often(wait: int) -> RuleViolation:
    minutes = rate.within.total_seconds() / 60
    return RuleViolation(
        "too_many_verifications",
        f"同じ接続元から検証できるのは、{minutes:.0f}分間に{rate.most}回までです。",
        remedy=f"あと{-(-wait // 60)}分ほど待ってから、もう一度検証してください。",
    )


def _original_of(judged: Judged) -> tuple[str, str] | None:
    """City and kind of the concluded original that this file is, or a preserved version of; nothing else is said."""
    documents = (
        select(ContractDocument.city, ContractDocument.final_sha256)
        .join(Contract, ContractDocument.contract_id == Contract.id)
        .where(Contract.concluded_at.is_not(None))
    )
    certificates = select(Contract.city, Contract.certificate_sha256)
    with reading(Scope()) as session:
        matching = originals_matching(session, judged.sha256)
        ours = documents.where(ContractDocument.final_sha256.in_(matching)).limit(1)
        issued = certificates.where(Contract.certificate_sha256.in_(matching)).limit(1)
        found, kind = session.execute(ours).first(), "契約書類"
        if found is None:
            found, kind = session.execute(issued).first(), "合意締結証明書"
    city = house().cities.get(found[0]) if found else None
    if found is None or city is None:
        return None
    return city.name, kind if found[1] == judged.sha256 else "保存版"
