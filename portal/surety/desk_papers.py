"""Papers to the company (用途内訳明細書・払出依頼書、資料送付): sent as files, and the list of what was sent. (GUAR-51)"""

from flask import Response, flash, redirect, request, url_for
from sqlalchemy import select

from guarantees.desk.histories import newest_contents
from guarantees.desk.orm import DeskGuarantee, DeskPaper, PaperKind
from guarantees.products import Product
from portal.acting import acting, looking
from portal.file_answers import stored_answer
from portal.intake import ATTACHMENT_BYTES, attachment_taken_in
from portal.permissions import Permission, requires
from portal.security import takes_upload
from portal.surety import desk
from portal.surety.access import REFUSED, Page, my, own_customer, show
from portal.workflows.act import Act
from portal.workflows.send_desk_paper import SentFile, send_paper

KINDS = ("pdf", "xlsx", "docx", "png", "jpeg")
STATEMENTS = (PaperKind.STATEMENT_OF_USE, PaperKind.PAYOUT_REQUEST)


@desk.get("/statements")
@requires(Permission.DESK_CUSTOMER)
def show_statements() -> str:
    """用途内訳明細書・払出依頼書: written on the company's form, sent here as a file, for one guarantee."""
    with looking() as act:
        return _page(act, "statements")


@desk.get("/papers/new")
@requires(Permission.DESK_CUSTOMER)
def show_sending() -> str:
    """資料送付."""
    with looking() as act:
        return _page(act, "sending")


@desk.post("/papers/new")
@requires(Permission.DESK_CUSTOMER)
@takes_upload(setting=ATTACHMENT_BYTES)
def submit_paper() -> Page:
    """Look into the file, keep it, and tell the company."""
    kind = _kind(request.form.get("kind", ""))
    template = "statements" if kind in STATEMENTS else "sending"
    try:
        found, sha256 = attachment_taken_in(request.files.get("file"), KINDS)
        file = SentFile(found.name, sha256, found.size, found.media_type)
        with acting() as act:
            guarantee_id = request.form.get("guarantee", "")
            guarantee = my(act, DeskGuarantee, guarantee_id) if guarantee_id else None
            note = request.form.get("note", "")
            send_paper(act, own_customer(act), kind, file, note, guarantee.id if guarantee else None)
    except REFUSED as refusal:
        with looking() as act:
            return _page(act, template, refusal=refusal), 422
    flash(f"{kind.label}を送りました。", "success")
    return redirect(url_for(".show_papers"))


@desk.get("/papers")
@requires(Permission.DESK_CUSTOMER)
def show_papers() -> str:
    """過去の資料送付 一覧."""
    with looking() as act:
        rows = act.session.scalars(
            select(DeskPaper)
            .where(DeskPaper.customer_id == own_customer(act).id)
            .order_by(DeskPaper.sent_at.desc())
        ).all()
        return show("papers", act, papers=rows)


@desk.get("/papers/<paper_id>")
@requires(Permission.DESK_CUSTOMER)
def send_own_paper(paper_id: str) -> Response:
    """A file that the customer sent."""
    with looking() as act:
        paper = my(act, DeskPaper, paper_id)
        sha256, name, media_type = paper.sha256, paper.name, paper.media_type
    return stored_answer(sha256, name, media_type)


def _page(act: Act, template: str, **values: object) -> str:
    deposits = (Product.ADVANCE_PAYMENT, Product.INTERIM_ADVANCE_PAYMENT)
    rows = act.session.scalars(
        select(DeskGuarantee)
        .where(DeskGuarantee.customer_id == own_customer(act).id)
        .order_by(DeskGuarantee.issued_at.desc())
    ).all()
    shown = [row for row in rows if template == "sending" or row.product in deposits]
    choices = [("", "選んでください" if template == "statements" else "保証契約なし")]
    choices += [(row.id, f"{row.number}　{newest_contents(row).work_name}") for row in shown]
    values = {"refusal": None, "typed": request.form} | values
    return show(template, act, choices=choices, kinds=STATEMENTS, **values)


def _kind(value: str) -> PaperKind:
    return PaperKind(value) if value in {kind.value for kind in PaperKind} else PaperKind.MATERIAL
