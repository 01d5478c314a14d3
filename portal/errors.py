"""Error pages (エラー画面): what happened, in Japanese, and what to do now."""

import json
import secrets
from typing import Any

from flask import Flask, current_app, render_template, request
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from werkzeug.exceptions import HTTPException, InternalServerError, SecurityError
from werkzeug.wrappers import Response

from guarantees.errors import GuaranteeRefused
from portal.accounts.passwords import TooBusy
from portal.security import ended_sign_in
from procurement.errors import RuleViolation
from signing import SigningRefused

CODES = frozenset({400, 403, 404, 405, 409, 413, 422, 429, 500, 503})
Answer = tuple[str, int, dict[str, str]]

STALE_FORM = RuleViolation(
    "form.stale",
    "画面を開いてから時間がたったため、送信を受け付けませんでした。まだ何も登録されていません。",
    remedy="ブラウザの「戻る」を押すと、入力した内容が残っています。画面の内容を控えてから読み込み直し、もう一度送信してください。",
)

TORN_UPLOAD = RuleViolation(
    "upload.torn",
    "ファイルの送信が途中で切れたため、受け付けませんでした。このファイルは登録されていません。"
    "保存した下書きと、前に添付したファイルはそのまま残っています。",
    remedy="通信の状態を確かめ、ブラウザの「戻る」で前の画面に戻って、もう一度ファイルを選んで送信してください。",
)
"""A form with files of which nothing could be read: its end, or its middle, never came."""

PROGRAMS = "/registry/api/"
"""Below this path programs ask, and errors are JSON."""
SAID = {
    400: "要求の形式が正しくありません。",
    404: "このアドレスはありません。",
    405: "このアドレスでは、この操作はできません。",
    413: "要求が大きすぎます。",
    500: "内部の誤りのため、処理できませんでした。",
}

UNKNOWN_HOST = "このアドレスでは利用できません。市の案内やメールに書かれたアドレスから開いてください。\n"
"""For a forged or unknown host name: no page of ours can be built for it."""


def init_app(app: Flask) -> None:
    """Give every error its page."""
    app.register_error_handler(CSRFError, _stale_form)
    app.register_error_handler(RuleViolation, _refused)
    app.register_error_handler(SigningRefused, _refused_by_signing)
    app.register_error_handler(GuaranteeRefused, _refused)
    app.register_error_handler(TooBusy, _unavailable)
    for error in (OperationalError, InterfaceError, PoolTimeout):
        app.register_error_handler(error, _unavailable)
    app.register_error_handler(HTTPException, _http_error)


def _http_error(error: HTTPException) -> Answer | HTTPException:
    code = error.code or 500
    if code < 400:
        return error
    if request.path.startswith(PROGRAMS):
        return _for_programs(error, code)
    if isinstance(error, SecurityError):
        return UNKNOWN_HOST, code, {"Content-Type": "text/plain; charset=utf-8"}
    original = getattr(error, "original_exception", None)
    if isinstance(error, InternalServerError) and original is not None:
        return _page(500, reference=_logged(original))
    return _page(code)


def _for_programs(error: HTTPException, code: int) -> Answer:
    """The same for a program: no page, but an object with a code and a sentence."""
    original = getattr(error, "original_exception", None)
    values = {"error": f"http.{code}", "text": SAID.get(code, "この要求は受け付けられません。")}
    if original is not None:
        values["reference"] = _logged(original)
    headers = {name: value for name, value in error.get_headers() if name in ("Allow", "Retry-After")}
    return json.dumps(values, ensure_ascii=False), code, {**headers, "Content-Type": "application/json"}


def _stale_form(error: CSRFError) -> Answer | Response:
    current_app.logger.info("refused a form: %s", error.description)
    if request.mimetype == "multipart/form-data" and not request.form:
        return _page(400, violation=TORN_UPLOAD)
    return ended_sign_in() or _page(400, violation=STALE_FORM)


def _refused(violation: RuleViolation | GuaranteeRefused) -> Answer:
    return _page(422, violation=violation)


def _refused_by_signing(refusal: SigningRefused) -> Answer:
    return _refused(RuleViolation(refusal.code, refusal.text, remedy=refusal.remedy))


def _unavailable(error: Exception) -> Answer:
    if request.path.startswith(PROGRAMS):
        text = json.dumps(
            {"error": "http.503", "text": "今は応答できません。", "reference": _logged(error)},
            ensure_ascii=False,
        )
        return text, 503, {"Retry-After": "60", "Content-Type": "application/json"}
    return _page(503, reference=_logged(error), headers={"Retry-After": "60"})


def _logged(error: BaseException) -> str:
    """Write the error into the log under a number that the person can name."""
    reference = secrets.token_hex(4)
    current_app.logger.error("error %s at %s %s", reference, request.method, request.path, exc_info=error)
    return reference


def _page(code: int, headers: dict[str, str] | None = None, **values: Any) -> Answer:
    shown = code if code in CODES else 400 if code < 500 else 500
    return render_template(f"error/{shown}.html", code=code, **values), code, headers or {}
