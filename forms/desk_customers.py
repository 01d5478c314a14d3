"""A customer's particulars (お客様情報), as typed when an id is asked for or changed. (GUAR-13, GUAR-51)"""

import re
from collections.abc import Mapping
from typing import Any

from werkzeug.datastructures import MultiDict
from wtforms import Form

from forms import desk_fields as ask
from forms.fields import PhoneField
from forms.glyphs import glyph_sentence
from forms.model import Field, FieldType


class DeskCustomerForm(Form):  # type: ignore[misc]
    """Name, address, representative, mail, telephone; the corporate number where there is one."""

    issuer = ask.one_of("保証会社", ())
    name = ask.line("name", "会社名（商号又は名称）", 200, hint="入札参加資格の登録と同じ表記で入力します。")
    corporate_number = ask.line(
        "corporate_number", "法人番号", 20, hint="13桁の数字。個人のときは空欄にします。"
    )
    address = ask.line("address", "住所", 300)
    representative = ask.line("representative", "代表者の役職と氏名", 200)
    mail_address = ask.mail("mail_address", "メールアドレス", hint="IDと初回のパスワードを送ります。")
    phone = PhoneField("電話番号", Field("phone", "電話番号", FieldType.PHONE, max_length=40))

    def __init__(
        self,
        issuers: Mapping[str, str],
        typed: MultiDict[str, str] | None = None,
        data: Mapping[str, Any] | None = None,
        keeps_name: bool = False,
    ) -> None:
        super().__init__(typed, data=data)
        self.issuer.choices = ask.choices_of(issuers.items())
        if keeps_name:
            for name in ("issuer", "name", "corporate_number"):
                del self[name]

    def validate(self, extra_validators: Any = None) -> bool:
        """Everything but the corporate number is needed."""
        sound = bool(super().validate(extra_validators))
        for field in self:
            text = str(field.data or "")
            if field.errors:
                continue
            if not text and field.name != "corporate_number":
                empty = "選ばれていません" if field.name == "issuer" else "空欄です"
                field.errors = [f"{field.label.text}が{empty}。"]
            elif field.name == "corporate_number" and text and not re.fullmatch(r"\d{13}", text):
                field.errors = ["法人番号は13桁の数字で入力してください。"]
            elif field.name in ("name", "address", "representative") and (wrong := glyph_sentence(text)):
                field.errors = [wrong.partition("正しい字は")[0]]
            elif field.name == "issuer" and text not in ask.labels_of(field):
                field.errors = ["保証会社は、示された中から選んでください。"]
            sound = sound and not field.errors
        return sound
