"""Attachments of a filing (添付書類): taken in one at a time, looked into, kept in the store; or taken out again."""

from dataclasses import replace

from flask import current_app, flash, redirect, request, url_for

from forms.file_kinds import EXTENSIONS, TYPE_WORDS
from forms.file_names import unused_name
from forms.model import Attachment
from portal.acting import acting, looking
from portal.contractor import blueprint
from portal.contractor.access import Page, my_case, my_filing, my_form, show
from portal.contractor.answers import answers_for
from portal.deadline_views import pressing_deadline
from portal.intake import ATTACHMENT_BYTES, attachment_taken_in
from portal.permissions import Permission, requires
from portal.security import takes_upload
from portal.workflows.file_application import StoredFile, attach_file, detach_file, save_draft
from procurement.errors import RuleViolation
from procurement.filings import FilingVersion


@blueprint.get("/contractor/cases/<case_id>/filings/<form_code>/attachments")
@requires(Permission.CONTRACTOR_CASES)
def show_attachments(case_id: str, form_code: str) -> Page:
    """The papers that go with the form: what is there, what is missing, what may be added."""
    return _page(case_id, form_code)


@blueprint.post("/contractor/cases/<case_id>/filings/<form_code>/attachments/<code>")
@requires(Permission.CONTRACTOR_CASES)
@takes_upload(setting=ATTACHMENT_BYTES)
def add_attachment(case_id: str, form_code: str, code: str) -> Page:
    """Look into one file and put it to the draft; a refused one leaves everything as it was."""
    with looking() as act:
        form = my_form(act, my_case(act, case_id), form_code)
    allowed = next((a for a in form.attachments if a.code == code), None)
    try:
        taken = _taken_in(allowed)
        with acting() as act:
            case = my_case(act, case_id, to_write=True)
            version = answers_for(act, case, form).version or save_draft(act, case, form, {})
            stored = _beside_others(taken, version)
            attach_file(act, case, form, stored)
    except RuleViolation as refusal:
        return _page(case_id, form_code, refusal=refusal, refused_code=code), 422
    flash(_words(taken.name, stored.name), "success")
    return redirect(url_for(".show_attachments", case_id=case_id, form_code=form_code))


@blueprint.post("/contractor/cases/<case_id>/filings/<form_code>/attachments/<attachment_id>/remove")
@requires(Permission.CONTRACTOR_CASES)
def remove_attachment(case_id: str, form_code: str, attachment_id: str) -> Page:
    """Take a file out of the draft again."""
    with acting() as act:
        filing = my_filing(my_case(act, case_id, to_write=True), form_code)
        detach_file(act, filing, attachment_id)
    flash("添付を外しました。", "success")
    return redirect(url_for(".show_attachments", case_id=case_id, form_code=form_code))


def _taken_in(allowed: Attachment | None) -> StoredFile:
    """The upload, looked into and kept in the store."""
    if allowed is None:
        raise RuleViolation(
            "attachment_unknown",
            "この書類に付ける添付の種類ではありません。",
            remedy="添付書類の画面を開き直し、そこにある種類を選んで追加します。",
        )
    found, sha256 = attachment_taken_in(request.files.get("file"), allowed.types)
    return StoredFile(allowed.code, found.name, found.media_type, found.size, sha256)


def _beside_others(file: StoredFile, version: FilingVersion) -> StoredFile:
    """The file under a name that no other of the draft has; the same content is not kept twice in one place."""
    twin = next((a for a in version.attachments if (a.code, a.sha256) == (file.code, file.sha256)), None)
    if twin is not None:
        raise RuleViolation(
            "attachment_twice",
            f"「{file.name}」は、すでに添付した「{twin.name}」と同じ中身のファイルです。",
            remedy="別のファイルを選んで追加します。追加するものがなければ、このまま先へ進めます。",
        )
    return replace(file, name=unused_name(file.name, {a.name for a in version.attachments}))


def _words(name: str, kept: str) -> str:
    if name == kept:
        return f"「{kept}」を添付しました。"
    return f"同じ名前のファイルがあるため、「{kept}」という名前で添付しました。不要な方は「外す」を押して外せます。"


def _page(case_id: str, form_code: str, refusal: RuleViolation | None = None, refused_code: str = "") -> Page:
    with looking() as act:
        case = my_case(act, case_id)
        answers = answers_for(act, case, my_form(act, case, form_code))
        if not answers.is_writable or not answers.form.attachments:
            return redirect(url_for(".show_filing", case_id=case_id, form_code=form_code))
        return show(
            "attachments/attachments",
            act,
            case,
            answers=answers,
            form_definition=answers.form,
            refusal=refusal,
            refused_code=refused_code,
            has_errors=refusal is not None,
            type_words=TYPE_WORDS,
            extensions=EXTENSIONS,
            max_bytes=current_app.config[ATTACHMENT_BYTES],
            pressing=pressing_deadline(case, act.now),
        )
