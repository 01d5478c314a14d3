"""Pages of the party type (当事者型の署名画面): choose a certificate, a file or an outside device. (PTY-67)"""

from collections.abc import Callable
from typing import Any

from flask import abort
from flask_wtf import FlaskForm

from portal.filters import seireki_date
from portal.signer.gates import note_gate
from portal.signer.party_acts import own_certificates, own_tokens
from portal.signer.party_forms import CertificateForm, HeldKeyForm, KeyFileForm
from portal.signer.reviews import Refusal, missing_documents, show
from portal.signer.visits import Visit, visiting
from signing import open_hand_out, subject_of
from signing.modes import CertificateStatus
from signing.orm_certificates import SignerCertificate

Page = str | tuple[str, int]
_FIELD_OF = {
    "wrong_pin": "pin",
    "pin_locked": "pin",
    "wrong_signing_password": "password",
    "no_signing_password": "password",
    "not_confirmed": "certificate",
    "unknown_certificate": "certificate",
    "certificate_unusable": "certificate",
    "certificate_revoked": "certificate",
    "bad_key_file": "key_file",
}
"""Refusals that belong to one answer stand beside it; all others stand above the form."""
_CERTIFICATE_FIELDS = ("certificate", "key_file", "signer_certificate")


def held_key_page(visit: Visit, form: HeldKeyForm, refusal: Refusal | None = None) -> Page:
    """The certificates that are kept here, with PIN and signing password."""
    offered = offer_certificates(visit, form)
    if len(offered) == 1 and not form.certificate.data:
        form.certificate.data = offered[0][0]
    return _page(visit, "held", form, refusal, certificates=offered)


def offer_certificates(visit: Visit, form: HeldKeyForm) -> list[tuple[str, str]]:
    """Puts the signer's certificates into the form and gives them back; without them no choice is valid."""
    rows = own_certificates(visit)
    tokens = [(token.id, f"署名装置の鍵「{token.key_label}」") for token in own_tokens(visit)]
    kept = [(row.id, _label(row, visit)) for row in rows]
    form.certificate.choices = [("", "選んでください"), *kept, *tokens]
    return [*kept, *tokens]


def key_file_page(visit: Visit, form: KeyFileForm, refusal: Refusal | None = None) -> Page:
    """The signer's own file, for this one act."""
    return _page(visit, "file", form, refusal)


def external_page(visit: Visit, form: CertificateForm, refusal: Refusal | None = None) -> Page:
    """What is handed out, or the certificate that it is to be handed out for."""
    handed = open_hand_out(visit.act.session, visit.step.id, visit.act.now)
    subject = subject_of(handed.preparation.identity.certificate) if handed else None
    return _page(visit, "external", form, refusal, handed=handed, subject=subject)


def refused_page(
    token: str, refusal: Refusal, form: FlaskForm, page: Callable[[Visit, Any, Refusal], Page]
) -> Page:
    """The page once more, with the refusal beside the answer that it is about, or above all of them."""
    note_gate(token, refusal)
    with visiting(token) as visit:
        return page(visit, form, refusal)


def _page(visit: Visit, name: str, form: FlaskForm, refusal: Refusal | None, **values: Any) -> Page:
    if not visit.step.signs_as_party:
        abort(404)
    beside = _put_beside(form, refusal)
    shown = show(
        visit,
        f"party/{name}",
        form=form,
        way=name,
        refusal=None if beside else refusal,
        missing=missing_documents(visit),
        **values,
    )
    return (shown, 422) if refusal or form.errors else shown


def _put_beside(form: FlaskForm, refusal: Refusal | None) -> bool:
    if refusal is None:
        return False
    name = _FIELD_OF.get(refusal.code)
    if name == "certificate":
        name = next((field for field in _CERTIFICATE_FIELDS if field in form), None)
    if name is None or name not in form:
        return False
    form[name].errors = [f"{refusal.text}{refusal.remedy}"]
    return True


def _label(row: SignerCertificate, visit: Visit) -> str:
    status = row.status_at(visit.act.now)
    until = f"{seireki_date(row.not_after)}まで" if row.not_after else ""
    note = {
        CertificateStatus.ISSUED: "・証明書有効性確認が未完了",
        CertificateStatus.LOCKED: "・PINの誤りにより使用停止",
        CertificateStatus.EXPIRED: "・期限切れ",
    }.get(status, "")
    return f"{row.organisation} {row.title} {row.name}（{until}{note}）".replace("  ", " ")
