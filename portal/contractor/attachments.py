"""Attachments of a filing (添付書類): taken in one at a time, looked into, kept in the store; or taken out again."""

import tempfile
from pathlib import Path

from flask import current_app, flash, redirect, request, url_for
from werkzeug.datastructures import FileStorage

from forms.model import Attachment
from forms.uploads import EXTENSIONS, TYPE_WORDS, UploadLimits, inspect_upload
from portal.acting import acting, house, looking
from portal.contractor import blueprint
from portal.contractor.access import Page, my_case, my_filing, my_form, show
from portal.contractor.answers import answers_for
from portal.deadline_views import pressing_deadline
from portal.permissions import Permission, requires
from portal.security import takes_upload
from portal.workflows.file_application import StoredFile, attach_file, detach_file, save_draft
from procurement.errors import RuleViolation

NO_FILE = RuleViolation(
    "upload.missing", "ファイルが選ばれていません。", remedy="ファイルを選んでから、もう一度押します。"
)


@blueprint.get("/contractor/cases/<case_id>/filings/<form_code>/attachments")
@requires(Permission.CONTRACTOR_CASES)
def show_attachments(case_id: str, form_code: str) -> Page:
    """The papers that go with the form: what is there, what is missing, what may be added."""
    return _page(case_id, form_code)


@blueprint.post("/contractor/cases/<case_id>/filings/<form_code>/attachments/<code>")
@requires(Permission.CONTRACTOR_CASES)
@takes_upload()
def add_attachment(case_id: str, form_code: str, code: str) -> Page:
    """Look into one file and put it to the draft; a refused one leaves everything as it was."""
    with looking() as act:
        form = my_form(act, my_case(act, case_id), form_code)
    allowed = next((a for a in form.attachments if a.code == code), None)
    try:
        stored = _taken_in(request.files.get("file"), allowed)
        with acting() as act:
            case = my_case(act, case_id, to_write=True)
            if not answers_for(act, case, form).version:
                save_draft(act, case, form, {})
            attach_file(act, case, form, stored)
    except RuleViolation as refusal:
        return _page(case_id, form_code, refusal=refusal, refused_code=code), 422
    flash(f"「{stored.name}」を添付しました。", "success")
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


def _taken_in(upload: FileStorage | None, allowed: Attachment | None) -> StoredFile:
    """The upload, looked into and kept in the store; nothing of it is ever held in memory as a whole."""
    if upload is None or not upload.filename:
        raise NO_FILE
    if allowed is None:
        raise RuleViolation("attachment_unknown", "この書類に付ける添付の種類ではありません。")
    limits = UploadLimits(max_bytes=current_app.config["MAX_UPLOAD_BYTES"])
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "upload"
        upload.save(path)
        found = inspect_upload(path, upload.filename, allowed.types, limits)
        sha256 = house().store.put(path)
    return StoredFile(allowed.code, found.name, found.media_type, found.size, sha256)


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
            max_bytes=current_app.config["MAX_UPLOAD_BYTES"],
            pressing=pressing_deadline(case, act.now),
        )
