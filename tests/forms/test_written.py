"""Form files as people wrote them from docs/form-file.md alone: each checks, is filled in by any values, prints."""

import tomllib
from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from forms.build import TypedAnswers, build_form, values_for_storage
from forms.definitions import FormFileErrors, parse_form
from forms.facts import FormFacts
from forms.files import read_form_file
from forms.glyphs import unprintable
from forms.model import Field, FieldEquals, FieldType, FormDefinition
from forms.official.paper import render_paper
from forms.texts import one_line
from forms.typed import read_values
from forms.validators import findings_for
from forms.values import display_values, restored, text_of
from procurement.cities.loader import load_cities
from tests.forms.examples import NOW, TODAY, pdf_text, pdf_tool, squeezed

FILES = sorted((Path(__file__).parent / "written").glob("*.toml"))
CITIES = load_cities()
WORDS = st.text("山田髙﨑ａＢ1２ー・（）㈱①工事", min_size=1, max_size=12).filter(
    lambda text: bool(one_line(text)) and not unprintable(text)
)


@pytest.fixture(params=FILES, ids=lambda path: path.stem)
def written(request: pytest.FixtureRequest) -> FormDefinition:
    (form,) = read_form_file(request.param, CITIES)
    return form


def answer(field: Field, data: st.DataObject) -> str:
    """Something that a person could type into this field."""
    match field.type:
        case FieldType.DATE:
            return data.draw(st.dates(date(2019, 5, 1), TODAY)).isoformat()
        case FieldType.CHOICE:
            return data.draw(st.sampled_from([choice.label for choice in field.choices]))
        case FieldType.CHECKBOX:
            return "y"
        case FieldType.EMAIL:
            return f"a{data.draw(st.integers(1, 99))}@example.co.jp"
        case FieldType.PHONE:
            return "0284-20-2222"
        case FieldType.YEN | FieldType.INTEGER:
            return str(data.draw(st.integers(1, 10**9)))
        case _:
            return "1234" if "digits_only" in field.checks else data.draw(WORDS)


def filled(form: FormDefinition, data: st.DataObject) -> dict[str, str]:
    """Every field that may be written, each by its kind; of a table the first two rows."""
    typed: dict[str, str] = {}
    for field in form.fields():
        if field.cell is not None and field.cell.row > 2:
            continue
        condition = field.required_when
        if isinstance(condition, FieldEquals):
            other, kept = form.field(condition.field), typed.get(condition.field)
            given_answer = {choice.label: choice.value for choice in other.choices}.get(
                kept or "", kept == "y"
            )
            if given_answer not in condition.answers:
                continue
        typed[field.key] = answer(field, data)
    return typed


@settings(
    max_examples=2,
    deadline=None,
    phases=(Phase.generate,),
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(data=st.data())
def test_what_is_typed_is_stored_shown_and_printed(
    written: FormDefinition, data: st.DataObject, tmp_path_factory: pytest.TempPathFactory
) -> None:
    typed = filled(written, data)
    made = build_form(written, FormFacts(today=TODAY))(TypedAnswers(typed))
    made.validate()
    readable = {key: value for key, value in values_for_storage(made).items() if not made[key].process_errors}
    assert {key for key, value in readable.items() if value is not False} == set(typed)
    shown = {row.key: row.text for section in display_values(written, readable) for row in section.rows}
    printed = pdf_text(render_paper(written, readable, NOW), tmp_path_factory.mktemp("paper"))
    values = restored(written, readable)
    for key in typed:
        field = written.field(key)
        words = text_of(field, values[key])
        assert shown[key] == words
        if field.type is not FieldType.CHECKBOX:
            beginning = squeezed(words)[: 4 if field.cell else None]  # a column may break what is longer
            assert beginning in printed, key


def test_the_empty_paper_is_one_page_with_every_question(written: FormDefinition, tmp_path: Path) -> None:
    paper = render_paper(written, {}, NOW)
    assert "Pages:           1" in pdf_tool("pdfinfo", paper, tmp_path)
    words = pdf_text(paper, tmp_path)
    for field in (f for section in written.sections for f in section.plain_fields):
        if field.means != "applied_on" and not field.beside:
            assert squeezed(field.paper_label) in words, field.key
        for choice in field.choices:
            assert squeezed(choice.label) in words
    for line in (written.title, written.number, *written.body, *written.notes):
        assert squeezed(line)[:20] in words


def test_a_table_of_works_is_filled_from_json_with_words_and_eras(tmp_path: Path) -> None:
    (form,) = read_form_file(Path(__file__).parent / "written" / "tables.toml", CITIES)
    rows = [
        {"kind": "準備工", "starts_on": "R8.6.1", "ends_on": "令和8年6月20日", "by": "下請", "sub": "﨑山"}
    ]
    engineers = [
        {"name": "山田　太郎", "kind": "1級土木施工管理技士", "got_on": "平成10年4月1日", "full": "いいえ"}
    ]
    values = read_values(form, {"works": rows, "engineers": engineers})
    assert values["engineers_1_kind"] == "c1"
    assert values["engineers_1_full"] is False
    words = pdf_text(render_paper(form, values, NOW), tmp_path)
    assert "平成10年4月1日" in words
    assert words.count("準備工") == 2


@pytest.mark.parametrize("length", [400, 4000])
def test_however_much_is_written_it_is_printed(length: int, tmp_path: Path) -> None:
    """An answer longer than a page goes on to the next ones."""
    (form,) = read_form_file(Path(__file__).parent / "written" / "officer.toml", CITIES)
    text = "\n".join(f"{number}行目" for number in range(length // 5))
    words = pdf_text(render_paper(form, {"reason": text}, NOW), tmp_path)
    assert f"{length // 5 - 1}行目" in words


def test_a_field_beside_a_date_stays_there_though_a_choice_above_asks_for_it(tmp_path: Path) -> None:
    (form,) = read_form_file(Path(__file__).parent / "written" / "beside.toml", CITIES)
    values = read_values(form, {"status": "課税事業者", "start": "R8.4.1", "end": "R9.3.31"})
    words = pdf_text(render_paper(form, values, NOW), tmp_path)
    assert "課税事業者○" in words
    assert "課税期間自令和8年4月1日至令和9年3月31日" in words


def test_a_condition_may_name_several_answers() -> None:
    (form,) = read_form_file(Path(__file__).parent / "written" / "appointments.toml", CITIES)
    known = FormFacts(today=TODAY)
    found = {
        role: {
            finding.key: finding.text
            for finding in findings_for(form, read_values(form, {"people": [person]}), known)
        }
        for role, person in {
            role: {"role": role, "name": "比嘉 太郎", "born": "昭和55年4月1日"} | more
            for role, more in (
                ("主任技術者", {}),
                ("監理技術者", {}),
                ("現場代理人", {"license": "第123号"}),
                ("専門技術者", {}),
            )
        }.items()
    }
    key = "people_1_license"
    assert [key in found[role] for role in found] == [True, True, True, False]
    assert "「主任技術者」か「監理技術者」のときだけ書きます" in found["現場代理人"][key]


def test_every_answer_of_a_condition_must_be_one_of_the_choices() -> None:
    raw = tomllib.loads((Path(__file__).parent / "written" / "appointments.toml").read_text("utf-8"))
    raw |= {"addressee": "見本市長　様"}
    raw.pop("city")
    columns = raw["sections"][2]["rows"][0]["columns"]
    columns[3]["required_when"]["equals"] = ["主任技術者", "監督員"]
    with pytest.raises(FormFileErrors) as refused:
        parse_form(raw, "")
    assert "監督員 という選択肢はありません" in str(refused.value)
