"""First page of a surety's officer (保証会社の担当者): what waits, and what was tried on its certificates."""

from collections.abc import Sequence
from typing import Any

from flask import flash, redirect, request, url_for
from sqlalchemy import select
from sqlalchemy.orm import Session

from guarantees.desk.orm import DeskCertificate, DeskGuarantee, DeskNews
from guarantees.products import CertificateForm
from portal.acting import acting, looking
from portal.audit import Tag
from portal.permissions import Permission, requires
from portal.surety import blueprint
from portal.surety.access import Page, own_issuer, show_officer, waiting_applications
from portal.surety.looks import tries_on
from portal.workflows.act import Act
from procurement.wareki import jst_date

NEWEST = 10


@blueprint.get("/")
@requires(Permission.SURETY_DESK)
def show_home() -> str:
    """Applications that wait, certificates that have not arrived, tries on our certificates."""
    with looking() as act:
        issuer = own_issuer().code
        applications = act.session.scalars(waiting_applications(issuer).limit(NEWEST)).all()
        return show_officer(
            "home",
            act,
            applications=applications,
            not_arrived=_not_arrived(act.session, issuer),
            tries=tries_on(act, issuer, most=NEWEST),
        )


@blueprint.get("/tries")
@requires(Permission.SURETY_DESK)
def show_tries() -> str:
    """Every look and try on the company's certificates that the registry saw."""
    with looking() as act:
        return show_officer("tries", act, tries=tries_on(act, own_issuer().code, with_found=True))


@blueprint.get("/news")
@requires(Permission.SURETY_DESK)
def show_news() -> str:
    """What stands under 重要なお知らせ on the customers' first page. (GUAR-52)"""
    with looking() as act:
        return _news_page(act)


@blueprint.post("/news")
@requires(Permission.SURETY_DESK)
def submit_news() -> Page:
    """Publish a notice."""
    title, text = request.form.get("title", "").strip()[:200], request.form.get("text", "").strip()[:4000]
    if not title or not text:
        with looking() as act:
            problem = "題と本文の両方を入力してください。"
            return _news_page(act, title=title, text=text, problem=problem), 422
    with acting() as act:
        news = DeskNews(
            issuer=own_issuer().code,
            title=title,
            text=text,
            published_on=jst_date(act.now),
            is_urgent=bool(request.form.get("is_urgent")),
        )
        act.session.add(news)
        act.session.flush()
        act.audit(Tag.DESK_NEWS_PUBLISHED, city="", subject=("desk_news", news.id), title=title)
    flash("お知らせを掲載しました。", "success")
    return redirect(url_for(".show_news"))


def _news_page(act: Act, **values: Any) -> str:
    rows = act.session.scalars(
        select(DeskNews).where(DeskNews.issuer == own_issuer().code).order_by(DeskNews.published_on.desc())
    ).all()
    return show_officer("news", act, news=rows, has_errors="problem" in values, **values)


def _not_arrived(session: Session, issuer: str) -> Sequence[DeskGuarantee]:
    rows = (
        select(DeskGuarantee)
        .join(DeskCertificate)
        .where(
            DeskGuarantee.issuer == issuer,
            DeskGuarantee.form == CertificateForm.ELECTRONIC,
            DeskCertificate.arrived_at.is_(None),
        )
        .distinct()
    )
    return session.scalars(rows).all()
