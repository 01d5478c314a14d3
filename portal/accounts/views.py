"""Pages of the accounts: sign in, sign out, change the password."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from portal.accounts import identity
from portal.accounts.forms import LoginForm, PasswordForm
from portal.accounts.identity import current_principal
from portal.accounts.login import LoginResult, change_password, log_in
from portal.permissions import Permission, requires
from portal.security import own_path

blueprint = Blueprint("accounts", __name__)
Page = str | tuple[str, int] | Response

WRONG = "利用者IDかパスワードが違います。"


@blueprint.get("/login")
@requires(Permission.PUBLIC)
def show_login() -> Page:
    if current_principal().is_authenticated:
        return redirect(current_principal().home)
    return render_template("accounts/login.html", form=LoginForm(next=own_path(request.args.get("next"))))


@blueprint.post("/login")
@requires(Permission.PUBLIC)
def submit_login() -> Page:
    form = LoginForm()
    if not form.validate_on_submit():
        return render_template("accounts/login.html", form=form), 422
    result = log_in((form.login_name.data or "").strip(), form.password.data or "")
    if not result.is_done:
        return _login_failed(form, result)
    return redirect(own_path(form.next.data) or url_for("accounts.show_home"))


@blueprint.post("/logout")
@requires(Permission.PUBLIC)
def submit_logout() -> Page:
    if current_principal().is_authenticated:
        identity.sign_out()
    flash("ログアウトしました。", "success")
    return redirect(url_for("accounts.show_login"))


@blueprint.get("/home")
@requires(Permission.PUBLIC)
def show_home() -> Page:
    """Wherever this person begins."""
    return redirect(current_principal().home)


@blueprint.get("/password")
@requires(Permission.SIGNED_IN)
def show_password() -> Page:
    return render_template("accounts/password.html", form=PasswordForm())


@blueprint.post("/password")
@requires(Permission.SIGNED_IN)
def submit_password() -> Page:
    form = PasswordForm()
    if not form.validate_on_submit():
        return render_template("accounts/password.html", form=form), 422
    if not change_password(form.current_password.data or "", form.new_password.data or ""):
        form.current_password.errors = ["現在のパスワードが違います。"]
        return render_template("accounts/password.html", form=form), 422
    flash("パスワードを変更しました。ほかの端末のログインは終了しました。", "success")
    return redirect(url_for("accounts.show_home"))


def _login_failed(form: LoginForm, result: LoginResult) -> Page:
    if result.wait_seconds:
        minutes, seconds = divmod(result.wait_seconds, 60)
        wait = f"{minutes}分{seconds}秒" if minutes else f"{seconds}秒"
        form.form_errors.append(f"続けて失敗したため、受付を止めています。{wait}後にもう一度お試しください。")
        return render_template("accounts/login.html", form=form), 429
    form.form_errors.append(WRONG)
    return render_template("accounts/login.html", form=form), 422
