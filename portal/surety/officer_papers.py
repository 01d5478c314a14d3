"""Papers that customers sent (届いた資料): read, and noted as received. (GUAR-51)"""

from flask import Response, flash, redirect, url_for
from sqlalchemy import select

from guarantees.desk.orm import DeskPaper
from portal.acting import acting, looking
from portal.file_answers import stored_answer
from portal.permissions import Permission, requires
from portal.surety import blueprint
from portal.surety.access import Page, ours, own_issuer, show_officer
from portal.workflows.send_desk_paper import take_note


@blueprint.get("/papers")
@requires(Permission.SURETY_DESK)
def show_papers() -> str:
    """What customers sent, newest first."""
    with looking() as act:
        rows = act.session.scalars(
            select(DeskPaper).where(DeskPaper.issuer == own_issuer().code).order_by(DeskPaper.sent_at.desc())
        ).all()
        return show_officer("papers", act, papers=rows)


@blueprint.get("/papers/<paper_id>")
@requires(Permission.SURETY_DESK)
def send_paper_file(paper_id: str) -> Response:
    """One of them."""
    with looking() as act:
        paper = ours(act, DeskPaper, paper_id)
        sha256, name, media_type = paper.sha256, paper.name, paper.media_type
    return stored_answer(sha256, name, media_type)


@blueprint.post("/papers/<paper_id>/received")
@requires(Permission.SURETY_DESK)
def submit_received(paper_id: str) -> Page:
    """Note that it was read."""
    with acting() as act:
        take_note(act, ours(act, DeskPaper, paper_id))
    flash("受領を記録しました。", "success")
    return redirect(url_for(".show_papers"))
