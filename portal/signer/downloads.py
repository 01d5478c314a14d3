"""Download page (署名完了文書のダウンロード) of the concluded documents, as long as the link lives. (SIGN-47, SIGN-48)"""

from flask import Response, abort, render_template

from forms.file_names import safe_file_name
from portal.file_answers import stored_answer
from portal.permissions import Permission, requires
from portal.signer.door import blueprint
from portal.signer.visits import downloading
from portal.workflows.note_reading import note_reading

CERTIFICATE = "合意締結証明書"


@blueprint.get("/download/<token>")
@requires(Permission.SIGN_BY_LINK)
def show_download(token: str) -> str:
    """The finished documents, who signed when, and how long the link lives."""
    with downloading(token) as visit:
        return render_template(
            "signer/downloads/show.html",
            token=token,
            contract=visit.contract,
            envelope=visit.envelope,
            rules=visit.rules,
            city=visit.rules,
            expires_at=visit.expires_at,
        )


@blueprint.get("/download/<token>/<int:number>.pdf")
@requires(Permission.SIGN_BY_LINK)
def send_concluded(token: str, number: int) -> Response:
    """One concluded document: the original itself, byte for byte."""
    with downloading(token, to_write=True) as visit:
        documents = visit.contract.documents
        if not 1 <= number <= len(documents) or documents[number - 1].final_sha256 is None:
            abort(404)
        name, sha256 = documents[number - 1].name, documents[number - 1].final_sha256 or ""
        note_reading(visit.act, visit.contract, name, sha256)
    plain_name = f"document-{number}.pdf"
    return stored_answer(sha256, safe_file_name(name, "pdf"), as_download=True, plain_name=plain_name)


@blueprint.get("/download/<token>/certificate.pdf")
@requires(Permission.SIGN_BY_LINK)
def send_certificate(token: str) -> Response | tuple[str, int]:
    """The sealed conclusion certificate (合意締結証明書), always the same bytes; until it is made, that it is. (SIGN-10)"""
    with downloading(token, to_write=True) as visit:
        title, sha256, rules = visit.contract.title, visit.contract.certificate_sha256, visit.rules
        if sha256 is None:
            page = "signer/downloads/certificate.html"
            return render_template(page, token=token, contract=visit.contract, city=rules), 202
        note_reading(visit.act, visit.contract, CERTIFICATE, sha256)
    name = safe_file_name(f"{CERTIFICATE}_{title}", "pdf")
    return stored_answer(sha256, name, as_download=True, plain_name="certificate.pdf")
