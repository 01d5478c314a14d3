"""Forms of the accounts (ログイン、パスワード変更)."""

from flask_wtf import FlaskForm
from wtforms import Field, HiddenField, PasswordField, StringField, ValidationError
from wtforms.validators import EqualTo, InputRequired, Length

from portal.accounts.passwords import LONGEST, RULE, check_password_rule
from procurement.errors import RuleViolation


class LoginForm(FlaskForm):  # type: ignore[misc]
    """Sign-in (ログイン) with 利用者ID and パスワード. (ACCT-06)"""

    login_name = StringField(
        "利用者ID",
        validators=[InputRequired("利用者IDが空欄です。"), Length(max=100)],
        render_kw={"autocomplete": "username"},
    )
    password = PasswordField(
        "パスワード",
        validators=[InputRequired("パスワードが空欄です。"), Length(max=LONGEST)],
        render_kw={"autocomplete": "current-password"},
    )
    next = HiddenField()


class PasswordForm(FlaskForm):  # type: ignore[misc]
    """Change of password (パスワード変更). (ACCT-04)"""

    current_password = PasswordField(
        "現在のパスワード",
        validators=[InputRequired("現在のパスワードが空欄です。"), Length(max=LONGEST)],
        render_kw={"autocomplete": "current-password"},
    )
    new_password = PasswordField(
        "新しいパスワード",
        description=RULE,
        validators=[InputRequired("新しいパスワードが空欄です。")],
        render_kw={"autocomplete": "new-password"},
    )
    repeated_password = PasswordField(
        "新しいパスワード（確認）",
        validators=[
            InputRequired("確認のため、新しいパスワードをもう一度入力してください。"),
            EqualTo("new_password", "新しいパスワードと一致しません。"),
        ],
        render_kw={"autocomplete": "new-password"},
    )

    def validate_new_password(self, field: Field) -> None:
        """The rule of ACCT-05, and not the old one again."""
        try:
            check_password_rule(field.data)
        except RuleViolation as refused:
            raise ValidationError(refused.text) from refused
        if field.data == self.current_password.data:
            raise ValidationError("現在のパスワードと異なるものを入力してください。")
