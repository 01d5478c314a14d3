"""Forms of the office for certificates (電子証明書の申込み、失効)."""

from datetime import date

from flask_wtf import FlaskForm
from wtforms import BooleanField, FileField, HiddenField, RadioField, SelectField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, Optional

from forms.fields import WarekiDateField
from forms.model import Field, FieldType
from portal.workflows.manage_certificates import REASONS
from signing.pades.certificate_requests import LONGEST_PART

BUILT_IN, OUTSIDE, ELSEWHERE = "built_in", "outside", "elsewhere"
KINDS = {
    BUILT_IN: (
        "このシステムの認証局で、すぐに発行する",
        "公的な認証局ではありません。鍵はこのシステムが、PINで暗号化して保管します。",
    ),
    OUTSIDE: ("外部の認証局に申し込む", "署名要求(CSR)を作ります。発行された証明書を、あとで取り込みます。"),
    ELSEWHERE: ("署名する方が持っている証明書を登録する", "鍵は署名する方の手元（ICカードなど）にあります。"),
}
NOT_EMPTY = "{}が空欄です。"


class ApplicationForm(FlaskForm):  # type: ignore[misc]
    """Application for a certificate (電子証明書の申込み). (PTY-02, PTY-04, PTY-14)"""

    kind = RadioField("発行のしかた", validators=[InputRequired("発行のしかたを選んでください。")])
    owner = SelectField("署名する方の所属", validators=[InputRequired("所属を選んでください。")])
    name = StringField("氏名", validators=[InputRequired(NOT_EMPTY.format("氏名")), Length(max=LONGEST_PART)])
    organisation = StringField(
        "組織名",
        description="証明書に載る名称です（会社名・市名）。",
        validators=[InputRequired(NOT_EMPTY.format("組織名")), Length(max=LONGEST_PART)],
    )
    unit = StringField("部署名", validators=[Length(max=LONGEST_PART)])
    title = StringField("役職名", validators=[Length(max=LONGEST_PART)])
    email = StringField(
        "メールアドレス",
        description="PINと署名用パスワードを、このアドレスへお送りします。ログインする利用者IDのアドレスと同じにします。",
        validators=[InputRequired(NOT_EMPTY.format("メールアドレス")), Length(max=254)],
    )
    authority = StringField(
        "申込み先の認証局",
        description="外部の認証局に申し込むときに入力します。",
        validators=[Length(max=100)],
    )
    seal_certificate_on = WarekiDateField(
        "印鑑証明書の発行日",
        Field("seal_certificate_on", "印鑑証明書の発行日", FieldType.DATE),
        description="事業者のときに入力します。代表者登録印に係る印鑑証明書（3か月以内、写しで差し支えありません）。"
        "例：令和8年5月7日、2026-05-07",
        validators=[Optional()],
    )
    file = FileField("証明書のファイル", description="証明書を登録するときに選びます（PEM、DER、PKCS#7）。")
    renews = HiddenField()

    def seal_certificate_day(self) -> date | None:
        """The day of the company's 印鑑証明書, if one was written."""
        day = self.seal_certificate_on.data
        return day if isinstance(day, date) else None

    def offer(self, owners: dict[str, str], has_ca: bool) -> "ApplicationForm":
        """The same form with the choices of this city and installation."""
        kinds = [kind for kind in KINDS if kind != BUILT_IN or has_ca]
        self.kind.choices = [SelectChoice(kind, KINDS[kind][0]) for kind in kinds]
        self.owner.choices = [SelectChoice(owner, name) for owner, name in owners.items()]
        return self


class RevocationForm(FlaskForm):  # type: ignore[misc]
    """Revocation (失効): a reason, and the box that says that there is no way back."""

    reason = RadioField(
        "失効させる理由",
        choices=[SelectChoice(key, label) for key, (label, _) in REASONS.items()],
        validators=[InputRequired("理由を選んでください。")],
    )
    note = StringField("補足", description="「その他」のときは必ず入力します。", validators=[Length(max=200)])
    is_sure = BooleanField(
        "失効させると元に戻せないことを確認しました",
        validators=[InputRequired("失効させてよいときは、チェックを入れてください。")],
    )
