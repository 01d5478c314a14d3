"""Forms of the written answers (却下の理由・転送先・問題の内容)."""

from flask_wtf import FlaskForm
from wtforms import StringField, TextAreaField
from wtforms.validators import DataRequired, Email, Length, ValidationError


def _trimmed(text: str | None) -> str:
    return (text or "").strip()


class DeclineForm(FlaskForm):  # type: ignore[misc]
    """Reason of a refusal (却下の理由)."""

    reason = TextAreaField(
        "却下する理由",
        description="市の担当者に伝わります。直してほしいところがあれば、書類名とページも書いてください。",
        filters=[_trimmed],
        validators=[
            DataRequired("却下する理由が空欄です。"),
            Length(max=1000, message="却下する理由は1,000文字までで入力してください。"),
        ],
    )


class ForwardForm(FlaskForm):  # type: ignore[misc]
    """Whom to forward to (転送先)."""

    asked_address = ""

    name = StringField(
        "転送先の氏名",
        filters=[_trimmed],
        validators=[
            DataRequired("転送先の氏名が空欄です。"),
            Length(max=100, message="転送先の氏名は100文字までで入力してください。"),
        ],
    )
    title = StringField(
        "転送先の役職",
        filters=[_trimmed],
        validators=[Length(max=100, message="転送先の役職は100文字までで入力してください。")],
    )
    email = StringField(
        "転送先のメールアドレス",
        description="例：hanako@example.co.jp",
        filters=[_trimmed],
        validators=[
            DataRequired("転送先のメールアドレスが空欄です。"),
            Email("転送先のメールアドレスが正しい形ではありません。例のように入力してください。"),
        ],
        render_kw={"inputmode": "email"},
    )

    def validate_email(self, field: StringField) -> None:
        """Forwarding to oneself would only make the link void."""
        if (field.data or "").casefold() == self.asked_address.casefold():
            raise ValidationError(
                "依頼を受け取った方と同じメールアドレスです。転送せずに、このまま回答できます。"
            )


class ProblemForm(FlaskForm):  # type: ignore[misc]
    """What is wrong with the documents (問題の内容)."""

    problem = TextAreaField(
        "問題の内容",
        description="どの書類の、どのページの、何が違っているかを書いてください。",
        filters=[_trimmed],
        validators=[
            DataRequired("問題の内容が空欄です。"),
            Length(max=1000, message="問題の内容は1,000文字までで入力してください。"),
        ],
    )
