"""The orderer's pages (発注者の画面): number and key in, the certificate with its history out. (GUAR-62, GUAR-71)"""

from datetime import datetime

from flask import render_template
from flask_wtf import FlaskForm
from wtforms import StringField
from wtforms.validators import InputRequired, Length

from guarantees.certificates import Certificate
from guarantees.issuers import issuer_of
from guarantees.keys import normalised_key, normalised_number
from guarantees.lookup import NEUTRAL, Found, Locked, NotFound
from guarantees.registry.orderers import orderer_of
from guarantees.registry.tries import own_looks
from portal import clock
from portal.accounts.identity import client_address, current_principal
from portal.permissions import Permission, requires
from portal.registries import registry_here
from portal.registry.pages import Page, blueprint, organisation
from portal.scoping import Scope
from portal.unit_of_work import reading


class LookUpForm(FlaskForm):  # type: ignore[misc]
    """Number and key (保証契約番号と認証キー) as the notice shows them. The key is never shown again."""

    number = StringField(
        "保証契約番号",
        description="例：31072-0001M、2070004426",
        validators=[InputRequired("保証契約番号が空欄です。"), Length(max=40)],
        render_kw={"autocomplete": "off"},
    )
    key = StringField(
        "認証キー",
        description="大文字と小文字は区別されます。",
        validators=[InputRequired("認証キーが空欄です。"), Length(max=100)],
        render_kw={"autocomplete": "off", "spellcheck": "false", "autocapitalize": "none"},
    )


@blueprint.get("/look-up")
@requires(Permission.REGISTRY_LOOK)
def show_look_up() -> Page:
    """The two fields, and the orderer's own looks."""
    return _look_up_page(LookUpForm())


@blueprint.post("/look-up")
@requires(Permission.REGISTRY_LOOK)
def submit_look_up() -> Page:
    """The certificate, or the neutral refusal, or how long to wait."""
    form = LookUpForm()
    if not form.validate_on_submit():
        return _look_up_page(form), 422
    now = clock.now()
    found = registry_here().look_up(
        organisation(),
        normalised_number(form.number.data or ""),
        normalised_key(form.key.data or ""),
        asked_by=f"{current_principal().name}（画面）",
        now=now,
        address=client_address(),
    )
    if isinstance(found, Found):
        return _certificate_page(found.certificate, now)
    if isinstance(found, Locked):
        return _look_up_page(form, _waiting(found.seconds_left(now))), 429
    if isinstance(found, NotFound):
        form.form_errors.append(f"{NEUTRAL}お知らせの番号とキーを、もう一度見比べてください。")
        return _look_up_page(form), 422
    return _look_up_page(form, f"{found.problem}しばらくしてから、もう一度お試しください。"), 503


def _look_up_page(form: LookUpForm, stopped: str = "") -> str:
    """The form; `stopped` says why there is no answer now, which is no mistake of what was typed."""
    form.key.data = ""  # a typed key goes into no page
    with reading(Scope()) as session:
        return render_template(
            "registry/look_up.html",
            form=form,
            stopped=stopped,
            orderer=orderer_of(session, organisation()),
            looks=own_looks(session, organisation(), limit=20),
        )


def _certificate_page(certificate: Certificate, now: datetime) -> str:
    return render_template(
        "registry/certificate.html",
        certificate=certificate,
        issuer=issuer_of(certificate.issuer),
        looked_at=now,
    )


def _waiting(seconds: int) -> str:
    minutes, rest = divmod(seconds, 60)
    wait = f"約{minutes + (rest > 0)}分" if minutes else f"{seconds}秒"
    return f"続けて失敗したため、照会を止めています。{wait}後に、もう一度お試しください。"
