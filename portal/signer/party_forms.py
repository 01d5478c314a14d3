"""Forms of the party type (当事者型の署名画面): held certificate, key file, outside device. (PTY-67)"""

from flask_wtf import FlaskForm
from flask_wtf.file import FileField
from wtforms import PasswordField, SelectField
from wtforms.validators import DataRequired, InputRequired, Length

SECRET_LENGTH = 200
_HIDDEN = {"autocomplete": "off"}


class HeldKeyForm(FlaskForm):  # type: ignore[misc]
    """A certificate that the service keeps (保管している証明書): PIN and signing password release its key."""

    certificate = SelectField(
        "証明書", validators=[DataRequired("証明書が選ばれていません。署名に使う証明書を選んでください。")]
    )
    pin = PasswordField(
        "PIN",
        description="「PIN のお知らせ」のメールのPINです。貼り付けても入力できます。署名装置の鍵では、装置のPINです。",
        validators=[
            InputRequired("PINが空欄です。"),
            Length(max=SECRET_LENGTH, message="PINが長すぎます。"),
        ],
        render_kw=_HIDDEN,
    )
    password = PasswordField(
        "署名用パスワード",
        description="「署名用パスワード 発行のお知らせ」のメールに書かれた6桁の数字です。",
        validators=[
            InputRequired("署名用パスワードが空欄です。"),
            Length(max=SECRET_LENGTH, message="署名用パスワードが長すぎます。"),
        ],
        render_kw={**_HIDDEN, "inputmode": "numeric"},
    )


class KeyFileForm(FlaskForm):  # type: ignore[misc]
    """A PKCS#12 file of the signer's own, for this one act (手元の証明書ファイル)."""

    key_file = FileField(
        "証明書ファイル（.p12、.pfx）",
        description="この署名のためだけに読み取り、保存しません。",
        render_kw={"accept": ".p12,.pfx,application/x-pkcs12"},
    )
    key_password = PasswordField(
        "証明書ファイルのパスワード",
        description="証明書ファイルを受け取ったときに知らされた、またはご自身で決めたパスワードです。",
        validators=[Length(max=SECRET_LENGTH, message="パスワードが長すぎます。")],
        render_kw=_HIDDEN,
    )


class CertificateForm(FlaskForm):  # type: ignore[misc]
    """The certificate that an outside device signs with (外部の署名装置の証明書)."""

    signer_certificate = FileField(
        "署名する方の証明書（公開鍵証明書）",
        description="PEM・DER・PKCS#7のファイルです。中間証明書があれば、一緒に入れてください。秘密鍵は送らないでください。",
        render_kw={"accept": ".cer,.crt,.pem,.der,.p7b,.p7c"},
    )
