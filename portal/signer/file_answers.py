"""Files handed out (ファイルの受渡し): a PDF under its Japanese name, as RFC 6266 wants it."""

from io import BytesIO
from urllib.parse import quote

from flask import Response, send_file

PDF = "application/pdf"


def pdf_to_keep(content: bytes, name: str, plain_name: str) -> Response:
    """A PDF for saving; `plain_name` is for programs that know only ASCII."""
    answer = send_file(BytesIO(content), PDF)
    answer.headers["Content-Disposition"] = _disposition("attachment", name, plain_name)
    return answer


def pdf_to_look_at(content: bytes, name: str, plain_name: str) -> Response:
    """A PDF that the browser may show by itself."""
    answer = send_file(BytesIO(content), PDF)
    answer.headers["Content-Disposition"] = _disposition("inline", name, plain_name)
    return answer


def _disposition(kind: str, name: str, plain_name: str) -> str:
    return f"{kind}; filename=\"{plain_name}\"; filename*=UTF-8''{quote(name, safe='')}"
