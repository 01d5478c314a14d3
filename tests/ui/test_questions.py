"""Questions: label, hint and error belong to their control; what was typed comes back."""

from __future__ import annotations

import re

import pytest
from markupsafe import Markup
from wtforms import FieldList, Form, FormField, StringField
from wtforms.validators import InputRequired

from tests.ui.gallery import ApplicationForm, create_gallery


@pytest.fixture(scope="module")
def app():
    return create_gallery()


def drawn(app, source: str, **values) -> str:
    """A line of template with all components at hand."""
    whole = '{% import "components/ui.html" as ui %}' + source
    with app.test_request_context():
        return re.sub(r"\s+", " ", app.jinja_env.from_string(whole).render(**values)).strip()


def test_hint_and_error_are_tied_to_the_control(app):
    html = drawn(app, '{{ ui.text("email", "宛先", hint="届くところ", errors=["空欄です。"]) }}')
    assert 'aria-describedby="email-hint email-error" aria-invalid="true"' in html
    assert '<label class="field__label" for="email">' in html


def test_what_was_typed_is_escaped_and_kept(app):
    form = ApplicationForm(data={"company": '<b>"見本"'})
    html = drawn(app, "{{ ui.field(form.company) }}", form=form)
    assert "&lt;b&gt;&#34;見本&#34;" in html
    assert "<b>" not in html


def test_a_password_never_comes_back(app):
    assert "秘密" not in drawn(app, '{{ ui.text("password", "パスワード", "秘密", type="password") }}')


def test_required_and_optional_are_words(app):
    form = ApplicationForm()
    assert "必須" in drawn(app, "{{ ui.field(form.company) }}", form=form)
    assert "任意" in drawn(app, "{{ ui.field(form.note) }}", form=form)


def test_a_group_has_a_legend_and_its_first_choice_has_the_id_of_the_field(app):
    html = drawn(app, "{{ ui.field(form.authority) }}", form=ApplicationForm(data={"authority": "delegated"}))
    assert '<legend class="field__label">契約を締結する方' in html
    assert 'type="radio" id="authority" name="authority" value="self"' in html
    assert 'value="delegated" checked' in html


def test_a_date_asks_for_era_year_month_and_day(app):
    html = drawn(app, '{{ ui.date_era("on", "申請日", year=8, month=5, day=7) }}')
    for name, value in (("on-year", 8), ("on-month", 5), ("on-day", 7)):
        assert f'name="{name}" value="{value}" inputmode="numeric"' in html
    assert '<select class="control" id="on" name="on-era" aria-label="元号">' in html


def test_the_error_summary_links_to_each_field_also_inside_lists(app):
    class Person(Form):
        name = StringField("氏名", [InputRequired("氏名が空欄です。")])

    class People(Form):
        clerks = FieldList(FormField(Person), min_entries=2)

    form = People()
    form.validate()
    html = drawn(app, "{{ ui.error_summary(form) }}", form=form)
    assert '<a href="#clerks-0-name">氏名が空欄です。</a>' in html
    assert '<a href="#clerks-1-name">氏名が空欄です。</a>' in html


def test_no_errors_no_summary(app):
    assert drawn(app, "{{ ui.error_summary(form) }}", form=ApplicationForm()) == ""


def test_every_link_of_the_error_summary_leads_somewhere(app):
    html = app.test_client().get("/contractor/errors").get_data(as_text=True)
    summary = html.split("data-error-summary")[1].split("</div>")[0]
    targets = re.findall(r'href="#([^"]+)"', summary)
    assert len(targets) >= 4
    assert all(f'id="{target}"' in html for target in targets)
    assert html.startswith("<!doctype html>")
    assert "<title>エラー: " in html


def test_a_status_is_a_word_with_a_shape(app):
    html = drawn(app, '{{ ui.tag("差戻し") }}')
    assert "tag--returned" in html
    assert "<svg" in html
    assert "差戻し</span>" in html


def test_an_unknown_status_still_has_its_word(app):
    assert "tag--neutral" in drawn(app, '{{ ui.tag("照会中") }}')


def test_a_cell_may_be_drawn_by_the_page(app):
    source = (
        '{% call(row, n) ui.table("題", [{"label": "甲"}, {"label": "乙", "kind": "number"}], rows) %}'
        "{{ row }}-{{ n }}{% endcall %}"
    )
    html = drawn(app, source, rows=["a"])
    assert '<th scope="row" role="rowheader" data-label="甲">a-0</th>' in html
    assert '<td role="cell" data-label="乙" class="number"><div class="table__cell">a-1</div></td>' in html


def test_the_checked_answers_say_what_their_link_changes(app):
    html = drawn(app, "{{ ui.summary_list(rows) }}", rows=[{"label": "住所", "value": "", "href": "/change"}])
    assert '<a href="/change">直す<span class="visually-hidden">：住所</span></a>' in html
    assert "記入なし" in html


def test_pages_of_a_list_keep_first_last_and_neighbours(app):
    html = drawn(app, "{{ ui.pagination(6, 12, href) }}", href=lambda page: Markup(f"?page={page}"))
    assert [int(n) for n in re.findall(r"</span>(\d+)</", html)] == [1, 4, 5, 6, 7, 8, 12]
    assert html.count("…") == 2
