"""A small application that shows every component in every state, under the real content security policy."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

from flask import Flask, flash, render_template
from jinja2 import ChoiceLoader, FileSystemLoader
from markupsafe import Markup
from wtforms import (
    BooleanField,
    EmailField,
    FileField,
    Form,
    IntegerField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length
from wtforms.widgets import CheckboxInput, ListWidget

from portal.filters import FILTERS
from portal.pictures.bars import Bar, bars
from portal.pictures.calendars import DueDay, month_calendar
from portal.pictures.stage_lines import Side, Stage, StageLine, StageState, stage_line
from procurement.errors import RuleViolation

ROOT = Path(__file__).parents[2]
POLICY = (
    "default-src 'none'; img-src 'self' data:; style-src 'self'; script-src 'self'; connect-src 'self';"
    " form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
SITE = {
    "name": "割符",
    "home_url": "/",
    "sign_out_url": "/sign-out",
    "help_url": "/help",
    "verification_url": "/verify",
    "accessibility_url": "/accessibility",
    "mailbox_url": "/mailbox",
    "operator": "見本市 総務部 契約課",
}
STAGES = (
    Stage("落札決定", Side.CITY, "4月20日"),
    Stage("利用承諾書の提出", Side.CONTRACTOR, "4月22日"),
    Stage("市の確認", Side.CITY, "4月23日"),
    Stage("契約書の作成", Side.CITY, "4月24日"),
    Stage("事業者の同意", Side.CONTRACTOR),
    Stage("市の同意", Side.CITY),
    Stage("契約締結", Side.BOTH),
)


class ApplicationForm(Form):
    """One field of each kind."""

    company = StringField(
        "商号又は名称", [InputRequired("商号又は名称を入力すると、先へ進めます。"), Length(max=80)]
    )
    email = EmailField(
        "契約締結権限者のメールアドレス",
        [InputRequired("メールアドレスが空欄です。署名の依頼はこのアドレスに届きます。")],
        description="署名の依頼が届くアドレスです。",
        render_kw={"autocomplete": "email"},
    )
    price = IntegerField("請負代金額（税込み）", render_kw={"suffix": "円", "inputmode": "numeric"})
    authority = RadioField(
        "契約を締結する方",
        choices=[
            SelectChoice("self", "代表者本人"),
            SelectChoice("delegated", "代表者から委任を受けた方", {"hint": "委任状の提出が要ります。"}),
        ],
        validators=[InputRequired("契約を締結する方が選ばれていません。")],
    )
    category = SelectField(
        "区分",
        choices=[SelectChoice("", "選択"), SelectChoice("works", "建設工事"), SelectChoice("goods", "物品")],
    )
    documents = SelectMultipleField(
        "提出する書類",
        choices=[SelectChoice("a", "委任状"), SelectChoice("b", "工程表")],
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
    )
    note = TextAreaField(
        "連絡事項", [Length(max=400)], description="市の担当者に伝えることがあれば記入できます。"
    )
    paper = FileField("委任状（PDF）", description="10MBまで。パスワードの付いたPDFは受け付けられません。")
    agreed = BooleanField(
        "電子契約により契約を締結することを承諾します", [InputRequired("承諾の欄に印がありません。")]
    )


def stage_lines() -> list[StageLine]:
    return [
        stage_line(STAGES, 4, city_word="見本市"),
        stage_line(STAGES, 1, state=StageState.RETURNED, city_word="見本市"),
        stage_line(STAGES, 4, state=StageState.STOPPED, city_word="見本市"),
        stage_line(STAGES, None, city_word="見本市"),
    ]


def calendar() -> Markup:
    due = [DueDay(date(2026, 5, 7), "利用承諾書の提出"), DueDay(date(2026, 5, 15), "契約締結")]
    golden_week = {date(2026, 5, 4) + timedelta(days=n) for n in range(3)}
    return month_calendar(
        date(2026, 5, 1), due, date(2026, 5, 4), lambda day: day.weekday() > 4 or day in golden_week
    )


def days() -> Markup:
    rows = [
        Bar("中央通り舗装補修", 6, "6日"),
        Bar("体育館照明改修", 9, "9日", is_late=True),
        Bar("庁舎清掃", 3, "3日"),
    ]
    return bars(rows, "落札から締結までの日数")


def create_gallery() -> Flask:
    app = Flask("gallery", static_folder=str(ROOT / "portal/static"))
    app.secret_key = "gallery"
    folders = [ROOT / "portal/templates", Path(__file__).parent / "templates"]
    app.jinja_env.loader = ChoiceLoader([FileSystemLoader(folder) for folder in folders])
    app.jinja_env.globals["csrf_token"] = lambda: "token"
    app.jinja_env.filters.update(FILTERS)

    @app.after_request
    def policy(response):
        response.headers["Content-Security-Policy"] = POLICY
        return response

    frame = {"site": SITE, "demo_mode": True, "city": {"name": "見本市"}}
    person = {"name": "見本 花子", "organisation": "株式会社見本建設"}

    @app.get("/contractor")
    def show_contractor():
        flash("下書きを保存しました。", "success")
        return render_template(
            "contractor.html", **frame, person=person, form=ApplicationForm(), line=stage_lines()[0]
        )

    @app.get("/contractor/errors")
    def show_errors():
        form = ApplicationForm(data={"company": '株式会社 見本"建設'})
        form.validate()
        return render_template("contractor.html", **frame, person=person, form=form, line=stage_lines()[1])

    @app.get("/office")
    def show_office():
        refusal = RuleViolation(
            "backdated",
            "契約締結日が落札決定日より前です。見本市では契約締結の遡及はできません。",
            "事業者向け操作説明資料「遡及について」",
            "署名した日が契約締結日になります。日付の欄を空けたまま送信できます。",
        )
        return render_template("office.html", **frame, person=person, lines=stage_lines(), refusal=refusal)

    @app.get("/viewer")
    def show_viewer():
        return render_template("viewer.html", **frame)

    @app.get("/pictures")
    def show_pictures():
        return render_template("pictures.html", **frame, calendar=calendar(), days=days())

    @app.get("/error/<int:code>")
    def show_error(code: int):
        return render_template(f"error/{code}.html", site=SITE), code

    return app


if __name__ == "__main__":
    create_gallery().run(port=8123)
