"""Forms of a signer's own certificates (証明書有効性確認、PIN変更)."""

from flask_wtf import FlaskForm
from wtforms import PasswordField, SelectField
from wtforms.validators import EqualTo, InputRequired, Length

from signing.key_custody import LONGEST_PIN, SHORTEST_PIN

PASTED = {"autocomplete": "off"}


class ConfirmationForm(FlaskForm):  # type: ignore[misc]
    """証明書有効性確認: certificate, PIN, login password. (PTY-05)"""

    certificate = SelectField("証明書", validators=[InputRequired("証明書を選んでください。")])
    pin = PasswordField(
        "PIN",
        description="「PIN のお知らせ」のメールに書かれたPINです。貼り付けても入力できます。",
        validators=[InputRequired("PINが空欄です。"), Length(max=LONGEST_PIN + 8)],
        render_kw=PASTED,
    )
    password = PasswordField(
        "ログインのパスワード",
        validators=[InputRequired("ログインのパスワードが空欄です。"), Length(max=128)],
        render_kw={"autocomplete": "current-password"},
    )


class PinForm(FlaskForm):  # type: ignore[misc]
    """PIN変更: the old one, and the new one twice."""

    certificate = SelectField("証明書", validators=[InputRequired("証明書を選んでください。")])
    old_pin = PasswordField(
        "今のPIN",
        validators=[InputRequired("今のPINが空欄です。"), Length(max=LONGEST_PIN + 8)],
        render_kw=PASTED,
    )
    new_pin = PasswordField(
        "新しいPIN",
        description=f"半角の英字・数字・記号で{SHORTEST_PIN}文字以上{LONGEST_PIN}文字以下。忘れると、証明書の再発行になります。",
        validators=[InputRequired("新しいPINが空欄です。")],
        render_kw={"autocomplete": "new-password"},
    )
    repeated_pin = PasswordField(
        "新しいPIN（確認）",
        validators=[
            InputRequired("確認のため、新しいPINをもう一度入力してください。"),
            EqualTo("new_pin", "新しいPINと一致しません。"),
        ],
        render_kw={"autocomplete": "new-password"},
    )
