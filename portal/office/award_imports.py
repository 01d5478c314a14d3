"""Import of awards (落札の取り込み): upload a CSV, look at every row, then take in what is new."""

import csv
import io
from typing import Any

from flask import Response, abort, current_app, flash, redirect, request, url_for
from itsdangerous import BadSignature, URLSafeSerializer

from portal.acting import acting, house, looking
from portal.office import blueprint
from portal.office.access import REFUSED, Page, own_city, own_rules, show
from portal.office.uploads import NO_FILE, chosen, upload_limits
from portal.permissions import Permission, requires
from portal.security import takes_upload
from portal.workflows.import_awards import confirm_import, preview_import
from procurement.award_imports import HEADING_WORDS, REQUIRED, UnreadableFile
from procurement.errors import RuleViolation

VERDICTS = {
    "new": ("取り込む", "accepted"),
    "known": ("登録済み", "neutral"),
    "broken": ("誤りあり", "late"),
}
TEMPLATE_ROW = {
    "number": "R8-001",
    "title": "見本通り線舗装補修工事",
    "place": "見本町地内",
    "category": "建設工事",
    "method": "制限付一般競争入札",
    "section": "契約課",
    "noticed_on": "令和8年4月1日",
    "awarded_on": "2026-04-20",
    "awarded_time": "10:00",
    "contract_price": "12,345,000円",
    "consumption_tax": "1,122,272円",
    "starts_on": "R8.5.11",
    "ends_on": "令和8年9月30日",
    "company_name": "株式会社見本建設",
    "registration_number": "0001",
    "company_address": "見本県見本市中央1-1",
    "representative_title": "代表取締役",
    "representative_name": "見本　太郎",
    "mail_address": "keiyaku@example.co.jp",
    "phone": "0000-00-0000",
    "requires_contract_guarantee": "要",
    "allows_electronic_guarantee": "認める",
}
BY_PERMISSION = "allows_electronic_guarantee"
"""A column for cities that permit electronic guarantees case by case. (CITY-31)"""


@blueprint.get("/awards/import")
@requires(Permission.OFFICE_REGISTER_AWARD)
def show_import() -> Page:
    """Choose a file."""
    with looking() as act:
        return _upload_page(act)


@blueprint.get("/awards/import/template.csv")
@requires(Permission.OFFICE_REGISTER_AWARD)
def show_template() -> Response:
    """A small CSV with every heading and one row, in the encoding that spreadsheets open by themselves."""
    target = io.StringIO()
    with looking() as act:
        keys = [key for key in _columns(act) if key in TEMPLATE_ROW]
    csv.writer(target).writerows([[HEADING_WORDS[key] for key in keys], [TEMPLATE_ROW[key] for key in keys]])
    answer = Response(target.getvalue().encode("utf-8-sig"), mimetype="text/csv")
    answer.headers.set("Content-Disposition", "attachment", filename="rakusatsu.csv")
    return answer


@blueprint.post("/awards/import")
@requires(Permission.OFFICE_REGISTER_AWARD)
@takes_upload()
def submit_import() -> Page:
    """Keep the file in the store and go to its preview; nothing is imported yet."""
    try:
        sha256 = house().store.put(_uploaded())
    except RuleViolation as refusal:
        with looking() as act:
            return _upload_page(act, refusal=refusal), 422
    return redirect(url_for(".show_preview", key=_keys().dumps([own_city(), sha256])))


@blueprint.get("/awards/import/<key>")
@requires(Permission.OFFICE_REGISTER_AWARD)
def show_preview(key: str) -> Page:
    """Every row: what it would become, or what is wrong with which cell."""
    return _preview_page(key)


@blueprint.post("/awards/import/<key>")
@requires(Permission.OFFICE_REGISTER_AWARD)
def submit_confirmation(key: str) -> Page:
    """Take in what is new; refused as a whole while one row is broken. Pressed twice, it adds nothing."""
    data = _kept(key)
    try:
        with acting() as act:
            cases, _ = confirm_import(act, own_city(), data)
    except REFUSED as refusal:
        return _preview_page(key, refusal=refusal), 422
    if cases:
        flash(f"{len(cases)}件の落札を取り込みました。事業者にメールでお知らせします。", "success")
    else:
        flash("新しく取り込む行はありませんでした。すべて登録済みです。", "info")
    return redirect(url_for(".show_cases", sort="-awarded"))


def _preview_page(key: str, **values: Any) -> Page:
    data = _kept(key)
    with looking() as act:
        try:
            lines = preview_import(act, own_city(), data)
        except UnreadableFile as error:
            return _upload_page(act, refusal=RuleViolation("import.unreadable", str(error))), 422
        counts = {verdict: sum(line.verdict == verdict for line in lines) for verdict in VERDICTS}
        broken_first = sorted(lines, key=lambda line: line.verdict != "broken")
        return show(
            "award_imports/preview",
            act,
            key=key,
            lines=broken_first,
            counts=counts,
            verdicts=VERDICTS,
            **values,
        )


def _upload_page(act: Any, **values: Any) -> str:
    required = [HEADING_WORDS[key] for key in REQUIRED]
    optional = [HEADING_WORDS[key] for key in _columns(act) if key not in REQUIRED]
    return show("award_imports/new", act, required=required, optional=optional, **values)


def _columns(act: Any) -> list[str]:
    """The columns that this city has a use for."""
    asks = own_rules(act).guarantees.asks_permission
    return [key for key in HEADING_WORDS if key != BY_PERMISSION or asks]


def _uploaded() -> bytes:
    uploads = chosen(request.files.getlist("file"))
    if not uploads:
        raise NO_FILE
    data: bytes = uploads[0].read()
    if len(data) > upload_limits().max_bytes:
        raise RuleViolation("import.too_large", "ファイルが大きすぎます。", remedy="ファイルを分けます。")
    return data


def _kept(key: str) -> bytes:
    """The bytes that were uploaded; the key is signed, so that nobody names another city's file."""
    try:
        city, sha256 = _keys().loads(key)
    except BadSignature:
        abort(404)
    if city != own_city() or not house().store.exists(sha256):
        abort(404)
    data: bytes = house().store.read(sha256)
    return data


def _keys() -> URLSafeSerializer:
    return URLSafeSerializer(current_app.config["SECRET_KEY"], salt="award-import")
