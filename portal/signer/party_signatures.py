"""Signing with one's own certificate (当事者型の署名): three ways, one act each. (PTY-01, PTY-08 to PTY-12, PTY-67)"""

import json

from flask import Response, flash, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from portal.password_desk import password_desk
from portal.permissions import Permission, requires
from portal.security import takes_upload
from portal.signer.door import blueprint
from portal.signer.party_acts import hand_out_data, sign_with_held_key, sign_with_key_file, take_data_back
from portal.signer.party_forms import CertificateForm, HeldKeyForm, KeyFileForm
from portal.signer.party_pages import (
    external_page,
    held_key_page,
    key_file_page,
    offer_certificates,
    refused_page,
)
from portal.signer.visits import visiting
from portal.workflows.mail_signing_password import reissue_password
from portal.workflows.sign_as_party import refuse_witness_step
from procurement.errors import RuleViolation
from signing import (
    MAX_CERTIFICATES,
    MAX_KEY_FILE,
    SigningRefused,
    give_up_hand_out,
    hand_out_file,
    open_key_file,
    required_hand_out,
)

Page = str | tuple[str, int] | AnyResponse
REFUSED = (RuleViolation, SigningRefused)
MAX_ANSWER = 256 << 10


@blueprint.get("/sign/<token>/signature")
@requires(Permission.SIGN_BY_LINK)
def show_signature(token: str) -> Page:
    """The way of most people: a certificate that is kept here."""
    with visiting(token) as visit:
        return held_key_page(visit, HeldKeyForm(formdata=None))


@blueprint.post("/sign/<token>/signature")
@requires(Permission.SIGN_BY_LINK)
def submit_signature(token: str) -> Page:
    """PIN and signing password release the key for this act."""
    form = HeldKeyForm()
    with visiting(token) as visit:
        offer_certificates(visit, form)
        if not form.validate():
            return held_key_page(visit, form)
    try:
        sign_with_held_key(token, form.certificate.data, form.pin.data, form.password.data)
    except REFUSED as refusal:
        return refused_page(token, refusal, form, held_key_page)
    return redirect(url_for("signer.show_outcome", token=token))


@blueprint.post("/sign/<token>/signature/password")
@requires(Permission.SIGN_BY_LINK)
def submit_password(token: str) -> Page:
    """署名用パスワード再発行: a new one is mailed, the old one stops working. (PTY-10)"""
    with visiting(token, to_write=True) as visit:
        refuse_witness_step(visit.step)
        reissue_password(visit.act, password_desk(), visit.contract, visit.step)
        address = visit.step.email
    flash(f"新しい署名用パスワードを {address} に送りました。前のパスワードは使えません。", "success")
    return redirect(url_for("signer.show_signature", token=token))


@blueprint.get("/sign/<token>/signature/file")
@requires(Permission.SIGN_BY_LINK)
def show_key_file(token: str) -> Page:
    """Whoever keeps the key in a file of its own."""
    with visiting(token) as visit:
        return key_file_page(visit, KeyFileForm(formdata=None))


@blueprint.post("/sign/<token>/signature/file")
@requires(Permission.SIGN_BY_LINK)
def submit_key_file(token: str) -> Page:
    """The file is read, used once and forgotten; requests here are too small to be laid on a disk."""
    form = KeyFileForm()
    with visiting(token) as visit:
        if not form.validate():
            return key_file_page(visit, form)
    try:
        content = bytearray(_read("key_file", MAX_KEY_FILE))
        sign_with_key_file(token, open_key_file(content, form.key_password.data or ""))
    except REFUSED as refusal:
        return refused_page(token, refusal, form, key_file_page)
    return redirect(url_for("signer.show_outcome", token=token))


@blueprint.get("/sign/<token>/signature/external")
@requires(Permission.SIGN_BY_LINK)
def show_external(token: str) -> Page:
    """Whoever signs with a device or service of its own."""
    with visiting(token) as visit:
        return external_page(visit, CertificateForm(formdata=None))


@blueprint.post("/sign/<token>/signature/external")
@requires(Permission.SIGN_BY_LINK)
def submit_external(token: str) -> Page:
    """Hand out what that device is to sign."""
    form = CertificateForm()
    try:
        hand_out_data(token, _read("signer_certificate", MAX_CERTIFICATES))
    except REFUSED as refusal:
        return refused_page(token, refusal, form, external_page)
    return redirect(url_for("signer.show_external", token=token))


@blueprint.get("/sign/<token>/signature/external/data.json")
@requires(Permission.SIGN_BY_LINK)
def send_data(token: str) -> Page:
    """The data to be signed (署名するデータ), as a file."""
    try:
        with visiting(token) as visit:
            handed = required_hand_out(visit.act.session, visit.step.id, visit.act.now)
            content = hand_out_file(handed, visit.envelope.number)
            name = f"signing-data-{visit.envelope.number}.json"
    except SigningRefused as refusal:
        return refused_page(token, refusal, CertificateForm(formdata=None), external_page)
    answer = Response(json.dumps(content, ensure_ascii=False, indent=1), mimetype="application/json")
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


@blueprint.post("/sign/<token>/signature/external/answer")
@requires(Permission.SIGN_BY_LINK)
@takes_upload()
def submit_external_answer(token: str) -> Page:
    """What the device gave back, pasted or as files."""
    try:
        with visiting(token) as visit:
            handed = required_hand_out(visit.act.session, visit.step.id, visit.act.now)
            names = [d.document.document_id for d in handed.preparation.documents]
        take_data_back(token, {name: _answer(number) for number, name in enumerate(names, start=1)})
    except REFUSED as refusal:
        return refused_page(token, refusal, CertificateForm(formdata=None), external_page)
    return redirect(url_for("signer.show_outcome", token=token))


@blueprint.post("/sign/<token>/signature/external/stop")
@requires(Permission.SIGN_BY_LINK)
def submit_external_stop(token: str) -> Page:
    """Give the hand-out up, to sign in another way or to let others sign."""
    with visiting(token, to_write=True) as visit:
        give_up_hand_out(visit.act.session, visit.step.id, visit.act.now)
    return redirect(url_for("signer.show_external", token=token))


def _answer(number: int) -> bytes:
    uploaded = _read(f"file-{number}", MAX_ANSWER)
    return uploaded or request.form.get(f"answer-{number}", "").encode()


def _read(name: str, most: int) -> bytes:
    """An uploaded file, up to one byte more than is taken: whoever reads it says that it is too large."""
    file = request.files.get(name)
    return file.stream.read(most + 1) if file is not None else b""
