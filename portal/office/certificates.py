"""Certificates (電子証明書): whose they are and how long they hold; applied for, issued, imported, revoked."""

from typing import Any

from flask import Response, abort, flash, redirect, request, url_for
from sqlalchemy import select

from portal import clock, custody
from portal.acting import acting, house, looking
from portal.audit import AuditEntry, Tag
from portal.certificates.holders import CertificateView, view_of, views_of
from portal.filters import instant
from portal.office import blueprint
from portal.office.access import REFUSED, Page, own_city, show
from portal.office.certificate_forms import BUILT_IN, ELSEWHERE, ApplicationForm, RevocationForm
from portal.permissions import Permission, requires
from portal.security import takes_upload
from portal.workflows import manage_certificates as manage
from portal.workflows.act import Act
from procurement.errors import RuleViolation
from procurement.wareki import jst_date
from signing import certificates as life
from signing.certificates import Holder, SignerCertificate, Subject
from signing.modes import CertificateStatus
from signing.pades.certificate_requests import request_as_pem

ACT_WORDS = {
    Tag.CERTIFICATE_REQUESTED: "申し込みました（{holder}、{authority}）",
    Tag.CERTIFICATE_ISSUED: "発行・登録しました（{authority}、番号 {serial}）",
    Tag.CERTIFICATE_CONFIRMED: "有効性を確認しました",
    Tag.CERTIFICATE_REVOKED: "失効させました（{reason}）",
    Tag.CERTIFICATE_PIN_CHANGED: "PINを変更しました",
    Tag.CERTIFICATE_PIN_REFUSED: "PINの入力を受け付けませんでした（{code}）",
}


@blueprint.get("/certificates")
@requires(Permission.OFFICE_READ)
def show_signer_certificates() -> Page:
    """The city's certificates and those of its contractors, the next to end first."""
    with looking() as act:
        owners = manage.owners_of(act, own_city())
        query = select(SignerCertificate).where(SignerCertificate.owner.in_(owners))
        rows = act.session.scalars(query.order_by(SignerCertificate.requested_at.desc())).all()
        views = sorted(views_of(rows, act.now, _ca_name()), key=_urgency)
        return show("certificates/index", act, views=views, owners=owners, ca=custody.built_in_ca())


@blueprint.get("/certificates/new")
@requires(Permission.OFFICE_ADMIN)
def show_application() -> Page:
    """The application; filled in with the present holder for a renewal."""
    with looking() as act:
        form = ApplicationForm(formdata=None, data=_renewed(act, request.args.get("renews", "")))
        return _application_page(act, form)


@blueprint.post("/certificates/new")
@requires(Permission.OFFICE_ADMIN)
@takes_upload()
def submit_application() -> Page:
    """Make key and request, issue at once where our own CA does, or register what was uploaded."""
    form = _offered(ApplicationForm())
    if not form.validate_on_submit():
        with looking() as act:
            return _application_page(act, form), 422
    try:
        row = _apply(form)
    except REFUSED as refusal:
        with looking() as act:
            return _application_page(act, form, refusal=refusal), 422
    flash("電子証明書の申込みを登録しました。", "success")
    return redirect(url_for(".show_signer_certificate", certificate_id=row.id))


@blueprint.get("/certificates/<certificate_id>")
@requires(Permission.OFFICE_READ)
def show_signer_certificate(certificate_id: str) -> Page:
    """One certificate, what can be done with it, and what happened to it."""
    with looking() as act:
        return _certificate_page(act, certificate_id)


@blueprint.get("/certificates/<certificate_id>/request.csr")
@requires(Permission.OFFICE_ADMIN)
def send_certificate_request(certificate_id: str) -> Response:
    """The request (CSR) in PEM, as authorities take it."""
    with looking() as act:
        row = _the_certificate(act, certificate_id)
    content = request_as_pem(row.request) if row.request else abort(404)
    response = Response(content, mimetype="application/pkcs10")
    response.headers["Content-Disposition"] = f'attachment; filename="{row.id}.csr"'
    return response


@blueprint.post("/certificates/<certificate_id>/import")
@requires(Permission.OFFICE_ADMIN)
@takes_upload()
def submit_certificate_import(certificate_id: str) -> Page:
    """Take the issued certificate; every mistake of the file is told at once."""
    content, trust = _uploaded("file"), house().trust
    try:
        with acting() as act:
            row = _the_certificate(act, certificate_id)
            manage.import_certificate(act, own_city(), row.id, content, trust)
    except REFUSED as refusal:
        with looking() as act:
            return _certificate_page(act, certificate_id, refusal=refusal), 422
    flash("証明書を取り込みました。署名する方は、証明書有効性確認を行ってください。", "success")
    return redirect(url_for(".show_signer_certificate", certificate_id=certificate_id))


@blueprint.get("/certificates/<certificate_id>/revocation")
@requires(Permission.OFFICE_ADMIN)
def show_revocation(certificate_id: str) -> Page:
    """What a revocation means, its reason, and the box to tick."""
    with looking() as act:
        return _revocation_page(act, certificate_id, RevocationForm())


@blueprint.post("/certificates/<certificate_id>/revocation")
@requires(Permission.OFFICE_ADMIN)
def submit_revocation(certificate_id: str) -> Page:
    """Revoke; the key is destroyed, the holder hears of it."""
    form, ca = RevocationForm(), custody.built_in_ca()
    if not form.validate_on_submit():
        with looking() as act:
            return _revocation_page(act, certificate_id, form), 422
    try:
        with acting() as act:
            row = _the_certificate(act, certificate_id)
            manage.revoke_certificate(act, own_city(), row.id, form.reason.data, form.note.data or "", ca)
    except REFUSED as refusal:
        with looking() as act:
            return _revocation_page(act, certificate_id, form, refusal=refusal), 422
    flash("電子証明書を失効させました。", "success")
    return redirect(url_for(".show_signer_certificate", certificate_id=certificate_id))


def _apply(form: ApplicationForm) -> SignerCertificate:
    subject = Subject(form.name.data, form.organisation.data, form.unit.data or "", form.title.data or "")
    holder = Holder(form.owner.data, (form.email.data or "").strip(), subject)
    city, kind, renews = own_city(), form.kind.data, form.renews.data or ""
    manage.refuse_unproven(city, holder, form.seal_certificate_day(), jst_date(clock.now()))
    if kind == ELSEWHERE:
        content, trust = _uploaded("file"), house().trust
        with acting() as act:
            return manage.register_certificate(act, city, holder, content, trust)
    authority = manage.chosen_authority(form.authority.data or "") if kind != BUILT_IN else ""
    prepared = life.prepare_request(custody.vault(), holder, custody.signer_key())
    with acting() as act:
        if renews:
            _the_certificate(act, renews)
        if kind == BUILT_IN:
            return manage.issue_certificate(act, city, prepared, _issuer(), renews_id=renews)
        return manage.request_certificate(
            act, city, prepared, _issuer(), authority=authority, renews_id=renews
        )


def _issuer() -> manage.Issuer:
    days = custody.signer_days()
    return manage.Issuer(custody.letter_key(), custody.built_in_ca(), days)


def _offered(form: ApplicationForm) -> ApplicationForm:
    with looking() as act:
        return form.offer(manage.owners_of(act, own_city()), custody.built_in_ca() is not None)


def _uploaded(name: str) -> bytes:
    upload = request.files.get(name)
    content = upload.read() if upload else b""
    if not content:
        raise RuleViolation(
            "upload.missing",
            "証明書のファイルが選ばれていません。",
            remedy="ファイルを選んで、もう一度押します。",
        )
    return content


def _the_certificate(act: Act, certificate_id: str) -> SignerCertificate:
    """A certificate of the own city or of one of its contractors; anything else is not found."""
    row = act.session.get(SignerCertificate, certificate_id)
    return row if row and row.owner in manage.owners_of(act, own_city()) else abort(404)


def _renewed(act: Act, certificate_id: str) -> dict[str, Any]:
    if not certificate_id:
        return {"owner": own_city(), "organisation": act.rules(own_city()).name}
    row = _the_certificate(act, certificate_id)
    names = ("owner", "name", "organisation", "unit", "title", "email")
    return {name: getattr(row, name) for name in names} | {"renews": row.id}


def _application_page(act: Act, form: ApplicationForm, **values: Any) -> str:
    ca = custody.built_in_ca()
    form.offer(manage.owners_of(act, own_city()), ca is not None)
    return show("certificates/new", act, form=form, ca=ca, **values)


def _certificate_page(act: Act, certificate_id: str, **values: Any) -> str:
    row = _the_certificate(act, certificate_id)
    view = view_of(row, act.now, _ca_name())
    return show(
        "certificates/show",
        act,
        view=view,
        events=_history(act, certificate_id),
        is_managed=manage.is_managed_by(row, own_city()),
        manager=house().cities[row.managed_by].name if row.managed_by in house().cities else "ほかの発注者",
        **values,
    )


def _revocation_page(act: Act, certificate_id: str, form: RevocationForm, **values: Any) -> str:
    view = view_of(_the_certificate(act, certificate_id), act.now, _ca_name())
    if view.status is CertificateStatus.REVOKED or not manage.is_managed_by(view.row, own_city()):
        abort(404)
    return show("certificates/revocation", act, view=view, form=form, **values)


def _history(act: Act, certificate_id: str) -> list[dict[str, str]]:
    query = select(AuditEntry).where(
        AuditEntry.subject_type == "certificate", AuditEntry.subject_id == certificate_id
    )
    rows = act.session.scalars(query.order_by(AuditEntry.seq))
    return [
        {"at": instant(row.at), "who": row.actor_name, "text": ACT_WORDS[Tag(row.tag)].format(**row.details)}
        for row in rows
    ]


def _ca_name() -> str | None:
    ca = custody.built_in_ca()
    return ca.name if ca is not None else None


def _urgency(view: CertificateView) -> tuple[bool, int]:
    """What ends soonest first; what has ended or was revoked last."""
    is_over = view.status in (CertificateStatus.REVOKED, CertificateStatus.EXPIRED)
    return is_over, view.days_left if view.days_left is not None else 0
