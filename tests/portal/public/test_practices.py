"""Practice: every form of every city can be written and printed; nothing is kept, nobody gets anything. (FILE-26)"""

import io
import re
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from forms.files import with_form_files
from forms.model import forms_in_force
from portal import clock
from portal.practice_facts import CASE_TITLE
from portal.public import practices
from portal.public.rates import Rate
from portal.scoping import Scope
from portal.tables import METADATA
from portal.unit_of_work import reading
from portal.workflows.usage_forms import definitions_of
from procurement.cities.loader import load_cities
from procurement.wareki import jst_date
from tests.conftest import NOON
from tests.forms.examples import pdf_text, squeezed
from tests.portal.contractor.desk import TOSU, Desk
from tests.portal.signer.desk import text_of
from tests.workflows.databases import on_sqlite

pytestmark = on_sqlite
WORDS = "練習用です。入力した内容は保存されず、市には届きません"
TYPED = {key: value for part in TOSU for key, value in part.items()}
USAGE = "/practice/tosu/usage_application"
SCHEDULE = "/practice/ashikaga/work_schedule"
CITIES, _ = with_form_files(load_cities())
FORMS = [
    (city, form.code)
    for city in CITIES
    for form in forms_in_force(definitions_of(CITIES[city]), jst_date(NOON))
]


@pytest.fixture(autouse=True)
def fresh_papers() -> None:
    """No test uses up the papers of the next one."""
    practices.rate.forget()


def kept(app: Flask, folder: Path) -> tuple[dict[str, Any], list[str]]:
    """How many rows each table has, and every file of the instance but the database's own."""
    with app.app_context(), reading(Scope()) as session:
        rows = {
            table.name: session.scalar(select(func.count()).select_from(table))
            for metadata in METADATA
            for table in metadata.sorted_tables
        }
    files = sorted(str(path) for path in folder.rglob("*") if path.is_file() and "sqlite" not in path.name)
    return rows, files


def hidden_fields(html: str) -> dict[str, str]:
    return dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', html))


@pytest.mark.parametrize("city", sorted(CITIES))
def test_the_list_names_every_form_of_the_city(client: FlaskClient, city: str) -> None:
    answer = client.get(f"/practice/{city}/")
    html = answer.get_data(as_text=True)
    assert WORDS in text_of(answer)
    for slug, code in FORMS:
        if slug == city:
            assert f"/practice/{city}/{code}?kind=" in html, code
    assert "建設工事" in text_of(answer)


@pytest.mark.parametrize(("city", "code"), FORMS)
def test_each_form_asks_what_its_file_asks(client: FlaskClient, city: str, code: str) -> None:
    answer = client.get(f"/practice/{city}/{code}")
    page = squeezed(text_of(answer))
    form = next(f for f in forms_in_force(definitions_of(CITIES[city]), jst_date(NOON)) if f.code == code)
    assert squeezed(WORDS) in page
    assert CASE_TITLE in page
    assert "本番では、次の書類を添付します" in page or not form.attachments
    assert 'type="file"' not in answer.get_data(as_text=True)
    for note in form.notes:
        assert squeezed(note) in page
    for group in (group for section in form.sections for group in section.groups):
        assert squeezed(group.label) in page


def test_an_application_is_written_checked_handed_in_and_printed_and_nothing_is_kept(
    app: Flask, client: FlaskClient, tmp_path: Path
) -> None:
    before = kept(app, tmp_path)
    checked = client.post(USAGE, data={**TYPED, "action": "check"})
    assert checked.status_code == 200
    assert WORDS in text_of(checked)
    assert "試験 三郎" in text_of(checked)
    carried = hidden_fields(checked.text)
    receipt = client.post(USAGE, data={**carried, "action": "submit"})
    assert "提出の練習が終わりました" in text_of(receipt)
    assert WORDS in text_of(receipt)
    paper = client.post(f"{USAGE}/paper.pdf", data=hidden_fields(receipt.text))
    assert paper.mimetype == "application/pdf"
    words = pdf_text(paper.data, tmp_path)
    assert "練習用" in words
    assert "試験三郎" in squeezed(words)
    with pikepdf.open(io.BytesIO(paper.data)) as pdf:
        assert str(pdf.docinfo["/Title"]).startswith("（練習用）")
    for leftover in tmp_path.glob("*.pdf"):
        leftover.unlink()
    assert kept(app, tmp_path) == before
    assert "Set-Cookie" not in paper.headers


def test_errors_are_said_in_words_and_keep_what_was_typed(client: FlaskClient) -> None:
    answer = client.post(USAGE, data={**TYPED, "signatory_email": "not an address", "action": "check"})
    assert answer.status_code == 422
    assert "メールアドレス" in text_of(answer)
    assert 'href="#signatory_email"' in answer.text
    assert "not an address" in answer.text
    assert client.post(f"{USAGE}/paper.pdf", data={"action": "submit"}).status_code == 422
    assert client.post(USAGE, data={"action": "submit"}).status_code == 422


def test_what_was_typed_comes_back_to_be_changed(client: FlaskClient) -> None:
    carried = hidden_fields(client.post(USAGE, data={**TYPED, "action": "check"}).text)
    changed = client.post(USAGE, data={**carried, "action": "change"})
    assert changed.status_code == 200
    assert 'value="試験 三郎"' in changed.text
    assert "エラー" not in changed.text


def test_rows_are_added_and_taken_away(client: FlaskClient) -> None:
    shown = client.get(SCHEDULE).text
    (group, rows) = re.findall(r'name="shown_(\w+)" value="(\d+)"', shown)[0]
    more = client.post(SCHEDULE, data={f"shown_{group}": rows, "action": f"add-row:{group}"})
    assert f'name="shown_{group}" value="{int(rows) + 1}"' in more.text
    column = re.findall(rf'name="{group}_1_(\w+)"', shown)[0]
    typed = {f"{group}_1_{column}": "一つめ", f"{group}_2_{column}": "二つめ"}
    less = client.post(SCHEDULE, data={**typed, "action": f"clear-row:{group}:1"}).text
    assert "一つめ" not in less
    assert "二つめ" in less


def test_what_no_city_has_is_not_there(client: FlaskClient) -> None:
    assert client.get("/practice/nowhere/").status_code == 404
    assert client.get("/practice/tosu/work_schedule").status_code == 404
    assert client.get(f"{USAGE}?kind=nonsense").status_code == 200
    assert client.get(f"{USAGE}/paper.pdf").location == USAGE


def test_papers_are_made_at_most_so_often(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(practices, "rate", Rate(most=1))
    monkeypatch.setattr(practices, "render_paper", lambda *given: b"%PDF-")
    assert client.post(f"{USAGE}/paper.pdf", data=TYPED).status_code == 200
    refused = client.post(f"{USAGE}/paper.pdf", data=TYPED)
    assert refused.status_code == 429
    assert int(refused.headers["Retry-After"]) > 0
    assert "10分間に1回まで" in text_of(refused)


def test_papers_are_made_one_after_the_other(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(practices, "PATIENCE_SECONDS", 0)
    with practices._press():
        refused = client.post(f"{USAGE}/paper.pdf", data=TYPED)
    assert refused.status_code == 503
    assert "ほかの練習用のPDFを作っている" in text_of(refused)


def test_the_ways_to_the_practice(app: Flask, client: FlaskClient) -> None:
    assert 'href="/practice/tosu/"' in client.get("/").text
    assert 'href="/practice/tosu/"' in client.get("/help").text
    assert 'href="/practice/tosu/"' in client.get("/help/tosu").text
    desk = Desk(app, "tosu")
    with clock.freeze(NOON):
        assert 'href="/practice/tosu/"' in desk.browser().get(desk.base).text
