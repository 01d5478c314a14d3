"""The gate (関門) before every request, and the headers on every answer."""

import re
from collections.abc import Callable
from typing import Any, TypeVar
from urllib.parse import urlsplit

from flask import (
    Flask,
    Response,
    abort,
    current_app,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from flask_wtf.csrf import CSRFProtect
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response as BaseResponse

from portal.accounts.identity import recognise
from portal.accounts.principals import Principal
from portal.permissions import Permission, permission_of

View = TypeVar("View", bound=Callable[..., Any])

CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "font-src 'self'",
        "connect-src 'self'",
        "manifest-src 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
    )
)
HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
PASSWORD_PAGES = frozenset(
    {"accounts.show_password", "accounts.submit_password", "accounts.submit_logout", "static"}
)
ANONYMOUS = frozenset({"health.show_health", "static"})
"""Answered without looking at who calls, and so without the database."""
_OWN_PATH = re.compile(r"/(?!/)[\w\-./~%]*(?:\?[\w\-./~%=&+]*)?", re.ASCII)

csrf = CSRFProtect()


def takes_upload(files: int = 1, setting: str = "MAX_UPLOAD_BYTES") -> Callable[[View], View]:
    """Let a view take that many files as large as a setting says; every other request is limited to 64 KiB."""

    def mark(view: View) -> View:
        view.upload_limit = (files, setting)  # type: ignore[attr-defined]
        return view

    return mark


def init_app(app: Flask) -> None:
    """Install limits, CSRF protection, gate and headers, in this order."""
    app.before_request(_allow_upload)
    csrf.init_app(app)
    app.before_request(_check_permission)
    app.after_request(_add_headers)


def check_permissions_named(app: Flask) -> None:
    """Refuse an app with a route that names no permission."""
    views = app.view_functions.items()
    unnamed = sorted(endpoint for endpoint, view in views if permission_of(view) is None)
    if unnamed:
        raise RuntimeError(f"these routes name no permission: {', '.join(unnamed)}")


def own_path(target: str | None) -> str | None:
    """The target, if it is a path of this site and nothing that a browser could read as another one."""
    return target if target and _OWN_PATH.fullmatch(target) else None


def _allow_upload() -> None:
    files, setting = getattr(_view(), "upload_limit", (0, ""))
    if files:
        form_fields = current_app.config["MAX_CONTENT_LENGTH"]
        request.max_content_length = files * current_app.config[setting] + form_fields


def _check_permission() -> BaseResponse | None:
    view = _view()
    if view is None or request.endpoint in ANONYMOUS:
        return None
    permission = permission_of(view)
    principal = recognise()
    if permission is Permission.DEMO and current_app.config["MODE"] != "production":
        return None
    if permission is None or not principal.may(permission):
        return _turned_away(principal)
    if principal.must_change_password and request.endpoint not in PASSWORD_PAGES:
        return redirect(url_for("accounts.show_password"))
    return None


def ended_sign_in() -> BaseResponse | None:
    """The page for a form of somebody whose sign-in ended while it was written; None for any other form.

    A cookie that ended takes the form's token with it, so such a form looks forged before the gate is asked.
    """
    view, principal = _view(), recognise()
    permission = permission_of(view) if view is not None else None
    if principal.is_authenticated or permission is None or principal.may(permission):
        return None
    return _turned_away(principal)


def _turned_away(principal: Principal) -> BaseResponse:
    if not principal.is_authenticated and request.method == "POST":
        way_in = url_for("accounts.show_login", next=_page_before())
        return make_response(render_template("error/signed_out.html", way_in=way_in), 403)
    if principal.is_authenticated or request.method != "GET":
        abort(403)
    return redirect(url_for("accounts.show_login", next=request.full_path.rstrip("?")))


def _page_before() -> str | None:
    """The own page from which a form was sent, if it can be opened again; None when that is not known."""
    before = urlsplit(request.referrer or "")
    path = own_path(f"{before.path}?{before.query}" if before.query else before.path)
    if path is None or before.netloc != request.host:
        return None
    try:
        current_app.url_map.bind(request.host).match(before.path, method="GET")
    except HTTPException:
        return None
    return path


def _view() -> Callable[..., Any] | None:
    return current_app.view_functions.get(request.endpoint or "")


def _add_headers(response: Response) -> Response:
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    if request.endpoint != "static":
        response.headers.setdefault("Cache-Control", "no-store")
        response.vary.add("Cookie")
    if request.is_secure:
        response.headers.setdefault("Strict-Transport-Security", "max-age=31536000")
    return response
