"""The commands `form list` and `form render`: every form of every bundled city, empty and filled; versions by day."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from forms.files import read_form_file
from forms.model import Field, FieldType, FormDefinition
from forms.pdf import pdfa_violations
from portal.acting import house
from portal.workflows.usage_forms import definitions_of
from tests.forms.examples import pdf_text, pdf_tool
from tests.judges import fonts

CITIES = ("ashikaga", "iwaki", "tosu")
WRITTEN = Path(__file__).resolve().parents[1] / "forms" / "written" / "smallest.toml"
EXAMPLES = {
    FieldType.DATE: "令和8年5月7日",
    FieldType.YEN: "1,234,567",
    FieldType.INTEGER: "12",
    FieldType.EMAIL: "hanako@example.jp",
    FieldType.PHONE: "0284-00-1111",
    FieldType.CHECKBOX: True,
}


@pytest.fixture
def database_url(sqlite_template: Path, tmp_path: Path) -> str:
    path = tmp_path / "portal.sqlite"
    shutil.copy(sqlite_template, path)
    return f"sqlite:///{path}"


def run(app: Flask, *words: str) -> str:
    done = app.test_cli_runner().invoke(args=["form", *words])
    assert done.exit_code == 0, done.output
    return str(done.stdout)


def example(field: Field) -> object:
    if field.choices:
        return field.choices[0].label
    return EXAMPLES.get(field.type, "髙﨑　太郎"[: field.max_length])


def filled(form: FormDefinition) -> dict[str, Any]:
    """An example of every field and one row of every table, as a person writes the JSON."""
    values: dict[str, Any] = {}
    for section in form.sections:
        values |= {field.key: example(field) for field in section.plain_fields}
        values |= {group.key: [{c.key: example(c) for c in group.columns}] for group in section.groups}
    return values


def is_sound_page(pdf: Path, folder: Path) -> None:
    """PDF/A, every font inside, one page of A4."""
    content = pdf.read_bytes()
    assert pdfa_violations(content) == ()
    assert fonts(pdf)
    assert all(fonts(pdf).values())
    information = pdf_tool("pdfinfo", content, folder)
    assert "Pages:           1" in information
    assert "A4" in information


@pytest.mark.parametrize("city", CITIES)
def test_every_form_is_printed_empty_and_filled(city: str, app: Flask, tmp_path: Path) -> None:
    listed = json.loads(run(app, "list", city, "--json"))
    with app.app_context():
        forms = {form.code: form for form in definitions_of(house().cities[city])}
    assert [row["code"] for row in listed]
    for row in listed:
        form, paper = forms[row["code"]], tmp_path / f"{row['code']}.pdf"
        run(app, "render", city, form.code, "-o", str(paper))
        is_sound_page(paper, tmp_path)
        values = json.dumps(filled(form), ensure_ascii=False)
        run(app, "render", city, form.code, "--values", values, "-o", str(paper))
        is_sound_page(paper, tmp_path)
        if not form.is_upload_only:
            assert "髙﨑太郎" in pdf_text(paper.read_bytes(), tmp_path)


def test_a_second_version_of_a_dropped_in_form_begins_on_its_day(app: Flask, tmp_path: Path) -> None:
    (tmp_path / "forms").mkdir()
    old = shutil.copy(WRITTEN, tmp_path / "forms")
    new = tmp_path / "forms" / "later.toml"
    text = WRITTEN.read_text("utf-8")
    new.write_text(text.replace("2026-01-01", "2026-06-01").replace("連絡票", "新連絡票"), "utf-8")
    for file in (old, new):
        assert "問題ありません" in run(app, "check", str(file))
        with app.app_context():
            assert read_form_file(Path(file), house().cities)
    paper = tmp_path / "memo.pdf"
    for day, title in (("2026-05-31", "連絡票"), ("令和8年6月1日", "新連絡票")):
        assert f"memo\t{title}" in run(app, "list", "tosu", "--on", day)
        run(app, "render", "tosu", "memo", "--on", day, "-o", str(paper))
        assert f"様{title}" in pdf_text(paper.read_bytes(), tmp_path)
