"""A certificate as the surety's officer writes it (証書の変更・訂正): every line of it, and the reason. (GUAR-60, GUAR-61)"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from werkzeug.datastructures import MultiDict
from wtforms import Form, TextAreaField

from forms import desk_fields as ask
from forms.glyphs import glyph_sentence
from guarantees.certificates import CertificateContents
from procurement.wareki import format_wareki

WORDS = ("work_name", "work_place", "orderer", "contractor", "joint_venture", "deposit_institution", "branch")
AMOUNTS = ("contract_price", "guaranteed_amount")
DAYS = ("contracted_on", "work_starts_on", "work_ends_on", "guarantee_starts_on", "guarantee_ends_on")
NEEDED = ("work_name", "orderer", "contractor", *AMOUNTS, "guarantee_ends_on", "reason")


class DeskCertificateForm(Form):  # type: ignore[misc]
    """What the certificate shall say from now on."""

    guaranteed_amount = ask.yen("guaranteed_amount", "保証金額（総額）")
    contract_price = ask.yen("contract_price", "請負金額（総額）")
    work_name = ask.line("work_name", "工事名", 200)
    work_place = ask.line("work_place", "工事場所", 200)
    orderer = ask.line("orderer", "被保証者（発注者）")
    contractor = ask.line("contractor", "保証契約者（受注者）", 200)
    joint_venture = ask.line("joint_venture", "JV名", 200)
    contracted_on = ask.day("contracted_on", "請負契約日")
    work_starts_on = ask.day("work_starts_on", "工期の始まり")
    work_ends_on = ask.day("work_ends_on", "工期の終わり")
    guarantee_starts_on = ask.day("guarantee_starts_on", "保証期間の始まり")
    guarantee_ends_on = ask.day("guarantee_ends_on", "保証期限")
    deposit_institution = ask.wide_line("deposit_institution", "預託金融機関（全角）")
    branch = ask.line("branch", "取扱箇所")
    reason = TextAreaField("理由", description="お客様へのお知らせに書かれます。")

    def __init__(self, typed: Mapping[str, str] | None = None) -> None:
        super().__init__(MultiDict(typed) if typed else None)

    @staticmethod
    def typed_from(contents: CertificateContents) -> dict[str, str]:
        """What holds now, as a person would type it."""
        values = {name: str(value) for name, value in contents.to_json().items() if value not in (None, "")}
        days = {name: format_wareki(day) for name in DAYS if (day := getattr(contents, name)) is not None}
        return values | days | {name: f"{getattr(contents, name):,}" for name in AMOUNTS}

    def validate(self, extra_validators: Any = None) -> bool:
        """Every line by itself; what a certificate cannot be without; what can be printed."""
        sound = bool(super().validate(extra_validators))
        for field in self:
            text = str(field.data or "").strip()
            if field.errors:
                continue
            if not text and field.name in NEEDED:
                field.errors = [f"{field.label.text}が空欄です。"]
            elif field.name in WORDS and (wrong := glyph_sentence(text)):
                field.errors = [wrong.partition("正しい字は")[0]]
            sound = sound and not field.errors
        return sound

    def contents(self, before: CertificateContents) -> CertificateContents:
        """The certificate of a valid form."""
        values: dict[str, Any] = {name: self[name].data or "" for name in WORDS}
        values |= {name: self[name].data for name in AMOUNTS}
        values |= {name: day if isinstance(day := self[name].data, date) else None for name in DAYS}
        return replace(before, **values)
