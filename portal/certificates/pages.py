"""Pages of a signer's own certificates (証明書管理): list, 証明書有効性確認, PIN変更, 署名用パスワード再発行."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from flask import abort, flash, redirect, render_template, url_for
from wtforms.fields.choices import SelectChoice

from portal import clock, custody
from portal.accounts.reauthentication import confirm_own_password
from portal.acting import acting, looking
from portal.audit import Tag
from portal.certificates import blueprint
from portal.certificates.forms import ConfirmationForm, PinForm
from portal.certificates.holders import CertificateView, Holder, holder_of, own_certificates
from portal.permissions import Permission, requires
from portal.unit_of_work import writing
from portal.workflows.act import Act
from portal.workflows.manage_certificates import city_of_owner, reissue_password
from procurement.errors import RuleViolation
from signing import SigningRefused
from signing import certificates as life
from signing.certificates import SignerCertificate
from signing.modes import CertificateStatus

Page = Any
REFUSED = (RuleViolation, SigningRefused)
CAN_BE_CONFIRMED = (CertificateStatus.ISSUED, CertificateStatus.CONFIRMED)


@blueprint.get("/my-certificates")
@requires(Permission.SIGNED_IN)
def show_certificates() -> Page:
    """My certificates; an empty list says that this ID does not sign with one. (PTY-06)"""
    with looking() as act:
        return render_template("certificates/list.html", certificates=_mine(act), now=act.now)


@blueprint.get("/my-certificates/confirmation")
@requires(Permission.SIGNED_IN)
def show_confirmation() -> Page:
    """証明書有効性確認: choose, PIN, login password. (PTY-05)"""
    return _confirmation_page(ConfirmationForm())


@blueprint.post("/my-certificates/confirmation")
@requires(Permission.SIGNED_IN)
def submit_confirmation() -> Page:
    """Test password and PIN; then the certificate is shown as valid."""
    form = ConfirmationForm()
    form.certificate.choices = _choices()
    if not form.validate_on_submit():
        return _confirmation_page(form), 422
    try:
        confirm_own_password(form.password.data or "")
        row = _confirm(form.certificate.data, form.pin.data or "")
    except REFUSED as refusal:
        return _confirmation_page(form, refusal=refusal), 422
    flash("証明書の有効性を確認しました。この証明書で署名できます。", "success")
    return redirect(url_for(".show_certificate", certificate_id=row.id))


@blueprint.get("/my-certificates/<certificate_id>")
@requires(Permission.SIGNED_IN)
def show_certificate(certificate_id: str) -> Page:
    """What a certificate of mine says: subject, number, validity."""
    with looking() as act:
        found = next((view for view in _mine(act) if view.row.id == certificate_id), None) or abort(404)
        return render_template("certificates/show.html", certificate=found, now=act.now)


@blueprint.get("/my-certificates/pin")
@requires(Permission.SIGNED_IN)
def show_pin() -> Page:
    """PIN変更."""
    return _pin_page(PinForm())


@blueprint.post("/my-certificates/pin")
@requires(Permission.SIGNED_IN)
def submit_pin() -> Page:
    """Another PIN, by whoever knows the old one."""
    form = PinForm()
    form.certificate.choices = _choices()
    if not form.validate_on_submit():
        return _pin_page(form), 422
    try:
        _change_pin(form.certificate.data, form.old_pin.data or "", form.new_pin.data or "")
    except REFUSED as refusal:
        return _pin_page(form, refusal=refusal), 422
    flash("PINを変更しました。", "success")
    return redirect(url_for(".show_certificates"))


@blueprint.get("/my-certificates/password")
@requires(Permission.SIGNED_IN)
def show_password_reissue() -> Page:
    """署名用パスワード再発行: what will happen, and the button. (PTY-10)"""
    with looking() as act:
        return _password_page(act)


@blueprint.post("/my-certificates/password")
@requires(Permission.SIGNED_IN)
def submit_password_reissue() -> Page:
    """Mail another password; the earlier ones stop working."""
    try:
        with acting() as act:
            holder = holder_of(act)
            if not _mine(act):
                abort(404)
            city = city_of_owner(act, holder.owner)
            vault, key = custody.vault(), custody.letter_key()
            issued = reissue_password(act, city, vault, key, holder.owner, holder.email, holder.name)
    except REFUSED as refusal:
        with looking() as act:
            return _password_page(act, refusal=refusal), 422
    until = f"{issued.expires_on.year}年{issued.expires_on.month}月{issued.expires_on.day}日"
    flash(f"署名用パスワードをメールでお送りします（有効期限 {until}）。", "success")
    return redirect(url_for(".show_certificates"))


def _confirm(certificate_id: str, pin: str) -> SignerCertificate:
    row = _own(certificate_id)
    with _refusals_recorded(row):
        life.confirm_certificate(writing, custody.vault(), row.id, pin, clock.now())
    with acting() as act:
        _record(act, Tag.CERTIFICATE_CONFIRMED, row, serial=row.serial or "")
    return row


def _change_pin(certificate_id: str, old: str, new: str) -> None:
    row = _own(certificate_id)
    with _refusals_recorded(row):
        life.change_pin(writing, custody.vault(), row.id, old, new, clock.now())
    with acting() as act:
        _record(act, Tag.CERTIFICATE_PIN_CHANGED, row, serial=row.serial or "")


@contextmanager
def _refusals_recorded(row: SignerCertificate) -> Iterator[None]:
    """A refused PIN is written down in a transaction of its own, for the act that it was for is over."""
    try:
        yield
    except SigningRefused as refusal:
        with acting() as act:
            _record(act, Tag.CERTIFICATE_PIN_REFUSED, row, code=refusal.code)
        raise


def _own(certificate_id: str) -> SignerCertificate:
    with looking() as act:
        found = next((view.row for view in _mine(act) if view.row.id == certificate_id), None)
    return found or abort(404)


def _mine(act: Act) -> list[CertificateView]:
    return own_certificates(act, holder_of(act), _ca_name())


def _ca_name() -> str | None:
    ca = custody.built_in_ca()
    return ca.name if ca is not None else None


def _choices() -> list[SelectChoice]:
    """The certificates whose key is here and whose PIN may be asked."""
    with looking() as act:
        usable = [view for view in _mine(act) if view.is_held and view.status in CAN_BE_CONFIRMED]
    return [SelectChoice(view.row.id, view.title) for view in usable]


def _confirmation_page(form: ConfirmationForm, **values: Any) -> str:
    form.certificate.choices = _choices()
    return render_template("certificates/confirm.html", form=form, **values)


def _pin_page(form: PinForm, **values: Any) -> str:
    form.certificate.choices = _choices()
    return render_template("certificates/pin.html", form=form, **values)


def _password_page(act: Act, **values: Any) -> str:
    holder: Holder = holder_of(act)
    return render_template("certificates/password.html", holder=holder, certificates=_mine(act), **values)


def _record(act: Act, tag: Tag, row: SignerCertificate, **details: str) -> None:
    act.audit(tag, city=city_of_owner(act, row.owner), subject=("certificate", row.id), **details)
