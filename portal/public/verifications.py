"""Verification (署名の検証): anybody may ask who signed a PDF, when, and whether a byte has changed. (SIGN-60)"""

from flask import render_template, request
from sqlalchemy import select

from portal.acting import house
from portal.permissions import Permission, requires
from portal.public.door import blueprint
from portal.public.uploads import Busy, Judged, judge
from portal.public.verdict_views import panel_of
from portal.scoping import Scope
from portal.security import takes_upload
from portal.unit_of_work import reading
from procurement.contracts import Contract, ContractDocument
from procurement.errors import RuleViolation

Page = str | tuple[str, int]
BUSY = RuleViolation(
    "verification_busy",
    "ほかのファイルを検証しているため、いまは受け付けられません。",
    remedy="1分ほど待ってから、もう一度ファイルを選んで検証してください。",
)


@blueprint.get("/verify")
@requires(Permission.PUBLIC)
def show_verify() -> str:
    return render_template("public/verifications/form.html", refusal=None)


@blueprint.post("/verify")
@requires(Permission.PUBLIC)
@takes_upload(1)
def submit_verify() -> Page:
    """The verdict about one file; nothing of it is kept."""
    try:
        judged = judge(request.files.get("file"))
    except RuleViolation as refusal:
        return render_template("public/verifications/form.html", refusal=refusal, has_errors=True), 422
    except Busy:
        return render_template("public/verifications/form.html", refusal=BUSY, has_errors=True), 503
    panel = panel_of(judged.verdict)
    return render_template(
        "public/verifications/show.html", judged=judged, panel=panel, original_of=_original_of(judged)
    )


def _original_of(judged: Judged) -> str | None:
    """The city whose concluded original this very file is; says nothing else about the contract."""
    query = (
        select(ContractDocument.city)
        .join(Contract, ContractDocument.contract_id == Contract.id)
        .where(ContractDocument.final_sha256 == judged.sha256, Contract.concluded_at.is_not(None))
    )
    with reading(Scope()) as session:
        slug = session.scalars(query.limit(1)).first()
    city = house().cities.get(slug) if slug else None
    return city.name if city else None
