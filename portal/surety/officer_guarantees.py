"""The officer's guarantees (保証契約の一覧): change, correct, take a change back, end; send to the registry again. (GUAR-72)"""

from typing import Any

from flask import abort, flash, redirect, request, url_for
from sqlalchemy import select

from forms.desk_certificates import DeskCertificateForm
from guarantees.certificates import Target, VersionKind
from guarantees.desk.histories import entries_of, newest_contents, newest_kind
from guarantees.desk.orm import DeskGuarantee
from portal.acting import acting, house, looking
from portal.desk_publishing import publish_guarantee
from portal.permissions import Permission, requires
from portal.surety import blueprint
from portal.surety.access import REFUSED, Page, ours, own_issuer, show_officer
from portal.surety.guarantee_lists import rows_for
from portal.surety.looks import looks_at
from portal.workflows.act import Act
from portal.workflows.issue_guarantee import follow_guarantee
from portal.workflows.publish_guarantee import allow_again

WITH_CONTENTS = (VersionKind.CHANGE, VersionKind.CORRECTION)
DONE = {
    VersionKind.CHANGE: "変更の証書を発行しました。",
    VersionKind.CORRECTION: "証書を訂正しました。",
    VersionKind.CHANGE_WITHDRAWN: "変更を取り消しました。",
    VersionKind.CANCELLATION: "保証契約を解約しました。",
}


@blueprint.get("/guarantees")
@requires(Permission.SURETY_DESK)
def show_guarantees() -> str:
    """Every guarantee of the company, with a search."""
    q = request.args.get("q", "").strip()[:100]
    with looking() as act:
        rows = rows_for(act, select(DeskGuarantee).where(DeskGuarantee.issuer == own_issuer().code), q)
        return show_officer("guarantees", act, rows=rows, q=q)


@blueprint.get("/guarantees/<guarantee_id>")
@requires(Permission.SURETY_DESK)
def show_guarantee(guarantee_id: str) -> str:
    """Contents, everything that was issued, what the registry has, who looked. The key is not shown here."""
    with looking() as act:
        return _page(act, ours(act, DeskGuarantee, guarantee_id))


@blueprint.get("/guarantees/<guarantee_id>/<kind>")
@requires(Permission.SURETY_DESK)
def show_follow(guarantee_id: str, kind: str) -> str:
    """The page of a change, a correction, a withdrawn change, or the end."""
    with looking() as act:
        guarantee = ours(act, DeskGuarantee, guarantee_id)
        form = DeskCertificateForm(DeskCertificateForm.typed_from(newest_contents(guarantee)))
        return _follow_page(act, guarantee, _kind(kind), form)


@blueprint.post("/guarantees/<guarantee_id>/<kind>")
@requires(Permission.SURETY_DESK)
def submit_follow(guarantee_id: str, kind: str) -> Page:
    """Do it, and send it to the registry."""
    what = _kind(kind)
    form = DeskCertificateForm(request.form)
    if what in WITH_CONTENTS and not form.validate():
        with looking() as act:
            return _follow_page(act, ours(act, DeskGuarantee, guarantee_id), what, form), 422
    try:
        with acting() as act:
            guarantee = ours(act, DeskGuarantee, guarantee_id)
            contents = form.contents(newest_contents(guarantee)) if what in WITH_CONTENTS else None
            follow_guarantee(act, guarantee, what, contents, form.reason.data or "", house().desk_secrets)
    except REFUSED as refusal:
        with looking() as act:
            page = _follow_page(act, ours(act, DeskGuarantee, guarantee_id), what, form, refusal=refusal)
            return page, 422
    flash(DONE[what], "success")
    _send(guarantee_id)
    return redirect(url_for(".show_guarantee", guarantee_id=guarantee_id))


@blueprint.post("/guarantees/<guarantee_id>/publish")
@requires(Permission.SURETY_DESK)
def submit_publication(guarantee_id: str) -> Page:
    """Send what waits to the registry once more, what it refused included."""
    with acting() as act:
        allow_again(act, ours(act, DeskGuarantee, guarantee_id))
    if _send(guarantee_id):
        flash("保証確認サービスに登録しました。", "success")
    return redirect(url_for(".show_guarantee", guarantee_id=guarantee_id))


def _send(guarantee_id: str) -> bool:
    """Whether nothing waits any more; a failure is told."""
    with looking() as act:
        if not ours(act, DeskGuarantee, guarantee_id).is_electronic:
            return True
    if publish_guarantee(guarantee_id):
        return True
    flash("保証確認サービスには、まだ登録されていません。理由は下の一覧にあります。", "warning")
    return False


def _page(act: Act, guarantee: DeskGuarantee, **values: Any) -> str:
    return show_officer(
        "guarantee",
        act,
        guarantee=guarantee,
        contents=newest_contents(guarantee),
        can_withdraw=guarantee.is_in_force and newest_kind(guarantee) is Target.CHANGE,
        entries=entries_of(guarantee),
        looks=looks_at(act, guarantee),
        **values,
    )


def _follow_page(
    act: Act, guarantee: DeskGuarantee, kind: VersionKind, form: DeskCertificateForm, **values: Any
) -> str:
    return show_officer(
        "follow",
        act,
        guarantee=guarantee,
        contents=newest_contents(guarantee),
        kind=kind,
        form=form,
        with_contents=kind in WITH_CONTENTS,
        **values,
    )


def _kind(value: str) -> VersionKind:
    known = {kind.value: kind for kind in DONE}
    return known.get(value) or abort(404)
