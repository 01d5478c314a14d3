"""Page of one lodged guarantee (保証の確認): what was told, what the registry says, what is needed, and what to decide."""

from datetime import date
from typing import Any

from flask import Response, abort, flash, redirect, request, url_for
from sqlalchemy import select

from forms.receptions import ReceptionForm
from guarantees.errors import GuaranteeRefused
from guarantees.keys import MASKED
from guarantees.lodged import STATUS_OF, LodgedGuarantee, LodgedStatus
from portal.accounts.identity import current_principal
from portal.acting import acting, house, looking
from portal.file_answers import stored_answer
from portal.guarantee_looking import look_now
from portal.guarantee_views import (
    OUTCOMES,
    STATUS_KINDS,
    certificate_facts,
    certificate_of,
    issuer_of,
    line_views,
    look_views,
    told_facts,
)
from portal.office import blueprint
from portal.office.access import REFUSED, Page, show
from portal.office.standings import filing_standing
from portal.permissions import Permission, requires
from portal.registries import registry_port
from portal.workflows.act import Act
from portal.workflows.decide_guarantee import (
    accept_guarantee,
    decide_line,
    record_original,
    release_guarantee,
    return_guarantee,
)
from portal.workflows.guarantee_means import original_channels, told_lines
from portal.workflows.guarantee_needs import need_of, pending_amendment
from portal.workflows.guarantee_times import look_again
from portal.workflows.guarantees_of_filing import filing_of
from portal.workflows.record_guarantee_look import BY_HAND
from portal.workflows.seal_look_records import newest_record
from portal.workflows.show_guarantee_key import note_notice_opened, show_guarantee_key
from procurement.errors import RuleViolation

REFUSALS = (*REFUSED, GuaranteeRefused)
NOT_YET = {
    LodgedStatus.NOT_CHECKED: "保証の内容を確認できるまで、受理できません。",
    LodgedStatus.MISMATCH: "契約と一致しない項目があるため、受理できません。差し戻すか、保証会社が直したあとに照会し直します。",
    LodgedStatus.TO_DECIDE: "要確認の項目をすべて判断すると、受理できます。",
    LodgedStatus.AWAITING_ORIGINAL: "原本の受領を記録すると、受理できます。",
}
"""Why the button of acceptance is not there yet."""
RETURNED_BOTH = "保証と、それが届いた書類を差し戻しました。事業者には1通のメールで理由を知らせます。"


@blueprint.get("/guarantees/<lodged_id>")
@requires(Permission.OFFICE_READ)
def show_guarantee(lodged_id: str) -> Page:
    """Everything about one guarantee; the key is masked."""
    return _page(lodged_id)


@blueprint.post("/guarantees/<lodged_id>/key")
@requires(Permission.OFFICE_CHECK_GUARANTEE)
def submit_key_view(lodged_id: str) -> Page:
    """The same page with the key in clear; that it was shown, and to whom, is recorded first."""
    try:
        with acting() as act:
            key = show_guarantee_key(act, the_guarantee(act, lodged_id), house().lodged_secrets)
    except REFUSALS as refusal:
        return _page(lodged_id, refusal=refusal), 422
    return _page(lodged_id, shown_key=key.reveal())


@blueprint.post("/guarantees/<lodged_id>/notice")
@requires(Permission.OFFICE_CHECK_GUARANTEE)
def submit_notice_view(lodged_id: str) -> Response:
    """The notice as it came; it shows the key, so opening it is recorded like the key itself."""
    with acting() as act:
        lodged = the_guarantee(act, lodged_id)
        sha256, name = lodged.notice_sha256 or abort(404), lodged.notice_name or "認証キーのお知らせ.pdf"
        note_notice_opened(act, lodged)
    return stored_answer(sha256, name, as_download=True)


@blueprint.get("/guarantees/<lodged_id>/looks/<look_id>/record.pdf")
@requires(Permission.OFFICE_READ)
def show_look_record(lodged_id: str, look_id: str) -> Response:
    """The sealed record of a look (照会記録), once the job has made it."""
    with looking() as act:
        lodged = the_guarantee(act, lodged_id)
        look = next((look for look in lodged.looks if look.id == look_id), None) or abort(404)
        sha256, at = newest_record(act.session, look) or abort(404), look.looked_at
    return stored_answer(sha256, f"照会記録_{at:%Y%m%d%H%M}.pdf")


@blueprint.post("/guarantees/<lodged_id>/look")
@requires(Permission.OFFICE_CHECK_GUARANTEE)
def submit_look(lodged_id: str) -> Page:
    """Ask the registry again, now; without an answer everything stays as it is."""
    with looking() as act:
        the_guarantee(act, lodged_id)
    try:
        look = look_now(lodged_id)
    except REFUSALS as refusal:
        return _page(lodged_id, refusal=refusal), 422
    word, kind = OUTCOMES[look.outcome]
    flash(f"照会しました：{word}。", "success" if kind == "accepted" else "warning")
    return _back(lodged_id)


@blueprint.post("/guarantees/<lodged_id>/lines/<code>")
@requires(Permission.OFFICE_CHECK_GUARANTEE)
def submit_line(lodged_id: str, code: str) -> Page:
    """What an officer thinks of one doubtful line, with the reason."""
    reason = request.form.get("reason", "")
    try:
        if request.form.get("is_fine") not in ("yes", "no"):
            raise RuleViolation(
                "guarantee_line_unanswered",
                "判断が選ばれていません。",
                remedy="「問題なし」か「問題あり」を選びます。",
            )
        with acting() as act:
            decide_line(
                act,
                the_guarantee(act, lodged_id),
                code,
                is_fine=request.form["is_fine"] == "yes",
                reason=reason,
                look_id=request.form.get("look_id", ""),
            )
    except REFUSALS as refusal:
        return _page(lodged_id, refusal=refusal, refused_line=code, line_reason=reason), 422
    flash("判断を理由とともに記録しました。", "success")
    return _back(lodged_id)


@blueprint.post("/guarantees/<lodged_id>/acceptance")
@requires(Permission.OFFICE_CHECK_GUARANTEE)
def submit_guarantee_acceptance(lodged_id: str) -> Page:
    """Accept it: from now on it secures its obligation."""

    def work(act: Act, lodged: LodgedGuarantee) -> None:
        look_id = request.form.get("look_id", "")
        accept_guarantee(act, lodged, reason=request.form.get("remark", ""), look_id=look_id)

    return _decided(lodged_id, work, "保証を受理しました。")


@blueprint.post("/guarantees/<lodged_id>/return")
@requires(Permission.OFFICE_CHECK_GUARANTEE)
def submit_guarantee_return(lodged_id: str) -> Page:
    """Send it back to the contractor, who reads the reason; the paper that brought it too, while it is reviewed."""

    def work(act: Act, lodged: LodgedGuarantee) -> str:
        is_with_paper = return_guarantee(act, lodged, request.form.get("return_reason", ""))
        return RETURNED_BOTH if is_with_paper else ""

    return _decided(lodged_id, work, "保証を差し戻しました。事業者に理由を知らせます。")


@blueprint.post("/guarantees/<lodged_id>/original")
@requires(Permission.OFFICE_CHECK_GUARANTEE)
def submit_original(lodged_id: str) -> Page:
    """Record how and when the original on paper reached the city. (CITY-30)"""
    with looking() as act:
        reception = ReceptionForm(request.form, now=act.now)
    if not all([reception.channel.validate(reception), reception.received_on.validate(reception)]):
        return _page(lodged_id, reception=reception, has_errors=True), 422

    def work(act: Act, lodged: LodgedGuarantee) -> None:
        received_on = reception.received_on.data
        assert isinstance(received_on, date)
        record_original(act, lodged, channel=reception.chosen_channel(), received_on=received_on)

    return _decided(lodged_id, work, "原本の受領を記録しました。", reception=reception)


@blueprint.post("/guarantees/<lodged_id>/release")
@requires(Permission.OFFICE_CHECK_GUARANTEE)
def submit_guarantee_release(lodged_id: str) -> Page:
    """Release it: the obligation has ended, cash or bonds went back."""

    def work(act: Act, lodged: LodgedGuarantee) -> None:
        release_guarantee(act, lodged, reason=request.form.get("release_reason", ""))

    return _decided(lodged_id, work, "返還・解除を記録しました。")


def the_guarantee(act: Act, lodged_id: str) -> LodgedGuarantee:
    """The lodged guarantee of this id in the officer's own city."""
    query = select(LodgedGuarantee).where(LodgedGuarantee.id == lodged_id)
    return act.session.scalar(query) or abort(404)


def _decided(lodged_id: str, work: Any, done: str, **values: Any) -> Page:
    try:
        with acting() as act:
            done = work(act, the_guarantee(act, lodged_id)) or done
    except REFUSALS as refusal:
        return _page(lodged_id, refusal=refusal, **values), 422
    flash(done, "success")
    return _back(lodged_id)


def _back(lodged_id: str) -> Any:
    return redirect(url_for("office.show_guarantee", lodged_id=lodged_id))


def _page(lodged_id: str, **values: Any) -> Page:
    with looking() as act:
        lodged = the_guarantee(act, lodged_id)
        values.setdefault("reception", ReceptionForm(now=act.now))
        return show("guarantees/show", act, **_page_values(act, lodged) | values)


def _page_values(act: Act, lodged: LodgedGuarantee) -> dict[str, Any]:
    look = lodged.last_answer
    certificate = certificate_of(look)
    amendment, came_with = pending_amendment(lodged.case), filing_of(act.session, lodged)
    return {
        "lodged": lodged,
        "case": lodged.case,
        "masked": MASKED,
        "issuer": issuer_of(lodged, certificate),
        "status_kind": STATUS_KINDS[lodged.status],
        "look": look,
        "is_typed": look is not None and look.registry_name == BY_HAND,
        "certificate": certificate,
        "certificate_facts": certificate_facts(certificate) if certificate else [],
        "lines": line_views(lodged, look),
        "looks": look_views(lodged),
        "need": need_of(act, lodged.case, lodged.obligation, lodged),
        "amended_need": need_of(act, lodged.case, lodged.obligation, lodged, amendment)
        if amendment
        else None,
        "told": told_facts(lodged),
        "told_lines": told_lines(act, lodged),
        "look_again": look_again(act, lodged.case, lodged),
        "came_with": came_with,
        "paper_standing": filing_standing(came_with.filing) if came_with else None,
        "original_choices": [(c.value, c.label) for c in original_channels(act, lodged)],
        "by_hand": registry_port() is None or not lodged.key_sealed,
        "may_decide": _may_decide(lodged),
        "not_yet": _not_yet(lodged),
        "typed": request.form,
    }


def _may_decide(lodged: LodgedGuarantee) -> bool:
    return lodged.is_live and current_principal().may(Permission.OFFICE_CHECK_GUARANTEE)


def _not_yet(lodged: LodgedGuarantee) -> str:
    """What stands before acceptance; what no registry knows is for the officer to decide at once."""
    status, look = lodged.status, lodged.last_answer
    is_open = status is LodgedStatus.TO_DECIDE and not lodged.is_looked_up
    if status is LodgedStatus.ALARMED and look is not None:
        status = STATUS_OF[lodged.result_of(look)]
    return "" if is_open else NOT_YET.get(status, "")
