"""Pages of the demo (デモの画面): what to try, whom to sign in as, what mail was sent, what time it is."""

import re
from datetime import datetime, time, timedelta

from flask import Blueprint, Response, abort, flash, redirect, render_template, request, url_for
from sqlalchemy import select
from werkzeug.wrappers import Response as BaseResponse

from guarantees.issuers import issuers
from portal import clock
from portal.accounts.identity import sign_in_account
from portal.accounts.models import Account, Door
from portal.acting import house
from portal.demo import mailbox
from portal.demo.loading import PASSWORD
from portal.demo.people import labels, tries
from portal.permissions import Permission, requires
from portal.scoping import Scope
from portal.unit_of_work import reading

blueprint = Blueprint("demo", __name__, url_prefix="/demo")
JUMPS = {"hour": timedelta(hours=1), "day": timedelta(days=1), "week": timedelta(days=7)}
MORNING = time(9, 1)
LOCAL_ADDRESS = re.compile(r"http://(?:localhost|127\.0\.0\.1):\d+")


@blueprint.get("/")
@requires(Permission.DEMO)
def show_demo() -> str:
    """What to try, and the people to sign in as."""
    with reading(Scope()) as session:
        accounts = session.scalars(select(Account)).all()
    words = labels()
    places = {login_name: place for place, login_name in enumerate(words)}
    known = sorted(accounts, key=lambda a: (places.get(a.login_name, len(places)), a.login_name))
    desks = [a for a in known if a.door is Door.SURETY]
    groups = [
        ("事業者", [a for a in known if a.door is Door.CONTRACTOR]),
        *((rules.name, [a for a in known if a.city == slug]) for slug, rules in house().cities.items()),
        *((issuer.name, [a for a in desks if a.organisation == issuer.code]) for issuer in issuers()),
        ("保証確認サービス", [a for a in known if a.door is Door.REGISTRY]),
    ]
    return render_template(
        "demo/home.html",
        groups=[(name, people) for name, people in groups if people],
        labels=words,
        tries=tries(house().cities),
        password=PASSWORD,
        now=clock.now(),
    )


@blueprint.post("/sign-in/<account_id>")
@requires(Permission.DEMO)
def submit_sign_in(account_id: str) -> BaseResponse:
    """Sign in as a demo person with one press."""
    with reading(Scope()) as session:
        account = session.get(Account, account_id)
    if account is None:
        abort(404)
    sign_in_account(account.id)
    return redirect("/surety/desk/" if account.desk_customer_id else f"/{account.door.value}/")


@blueprint.get("/mailbox")
@requires(Permission.DEMO)
def show_mailbox() -> str:
    """Every mail that the portal sent, newest first."""
    to = request.args.get("to", "")
    everything = mailbox.deliveries()
    recipients = sorted({mail.to for mail in everything})
    shown = [mail for mail in everything if not to or mail.to == to]
    choices = [(address, address) for address in recipients]
    return render_template("demo/mailbox.html", mails=shown, recipients=recipients, choices=choices, to=to)


@blueprint.get("/mailbox/<name>")
@requires(Permission.DEMO)
def show_mail(name: str) -> str:
    """One mail, with links that can be pressed."""
    mail = mailbox.read(name) or abort(404)
    return render_template("demo/mail.html", mail=mail, body=_with_links_to_here(mail.body))


@blueprint.get("/mailbox/<name>/attachments/<int:number>")
@requires(Permission.DEMO)
def show_attachment(name: str, number: int) -> Response:
    """One attachment of a mail."""
    mail = mailbox.read(name) or abort(404)
    if number >= len(mail.attachments):
        abort(404)
    file_name, media_type, content = mail.attachments[number]
    response = Response(content, mimetype=media_type)
    response.headers.set("Content-Disposition", "attachment", filename=file_name)
    return response


@blueprint.post("/clock")
@requires(Permission.DEMO)
def submit_clock() -> BaseResponse:
    """Let the demo's clock jump ahead, so that deadlines and reminders can be seen; or set it right again."""
    jump = request.form.get("jump", "")
    if jump == "reset":
        clock.shift_to(None)
    elif jump == "morning":
        clock.shift_to(_next_morning(clock.now()))
    elif jump in JUMPS:
        clock.shift_to(clock.now() + JUMPS[jump])
    else:
        abort(400)
    flash("デモの時計を動かしました。期限のお知らせは、数秒後に送られます。", "success")
    return redirect(url_for("demo.show_demo"))


def _with_links_to_here(body: str) -> str:
    """The text with its links leading to this server: the demo may have been loaded for another port."""
    return LOCAL_ADDRESS.sub(request.host_url.rstrip("/"), body)


def _next_morning(now: datetime) -> datetime:
    return datetime.combine(now.date() + timedelta(days=1), MORNING, clock.TOKYO)
