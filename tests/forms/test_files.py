"""Form files: one paper in a file of its own, bundled or an office's, checked and laid over the city's."""

from pathlib import Path

import pytest

from forms.definitions import parse_forms
from forms.files import read_form_file, with_form_files
from procurement.cities.kinds import ProcurementCategory
from procurement.cities.loader import CityFileErrors, load_cities

FILE = """
city = "tosu"
code = "notice"
title = "届出書"
effective_from = 2026-04-01
[[offers]]
categories = ["construction_works"]
mark = "②"
position = 2
[[sections]]
heading = "届出"
[[sections.fields]]
key = "text"
label = "内容"
type = "multiline"
required = true
"""
ADDRESS = """
[[sections.fields]]
key = "address"
label = "メールアドレス"
type = "email"
required = true
means = "signatory.email"
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "tosu").mkdir()
    return tmp_path


def written(folder: Path, text: str = FILE) -> Path:
    path = folder / "tosu" / "notice.toml"
    path.write_text(text, "utf-8")
    return path


def test_a_form_in_a_file_of_its_own(folder: Path) -> None:
    (form,) = read_form_file(written(folder), load_cities())
    assert (form.code, form.addressee) == ("notice", "鳥栖市長　様")
    assert form.offers[0].mark == "②"
    assert form.offer_for(ProcurementCategory.CONSTRUCTION_WORKS)
    assert form.offer_for(ProcurementCategory.GOODS) is None


def test_several_forms_in_one_file(folder: Path) -> None:
    body = (
        FILE.replace('city = "tosu"', "")
        .replace("[[offers]]", "[[forms.offers]]")
        .replace("[[sections", "[[forms.sections")
    )
    (form,) = read_form_file(written(folder, 'city = "tosu"\n[[forms]]\n' + body), load_cities())
    assert form.title == "届出書"


def test_every_mistake_has_its_line(folder: Path) -> None:
    broken = (
        FILE.replace('"multiline"', '"multilin"').replace('label = "内容"', "").replace("position", "positon")
    )
    with pytest.raises(CityFileErrors) as refused:
        read_form_file(written(folder, broken), load_cities())
    keys = [(problem.key, problem.line) for problem in refused.value.problems]
    assert ("offers[0].positon", 9) in keys
    assert ("sections[0].fields[0].type", 15) in keys
    assert any(key == "sections[0].fields[0].label" for key, _ in keys)


def test_a_city_gets_the_forms_of_its_folder(folder: Path) -> None:
    written(folder)
    cities, problems = with_form_files(load_cities(), folder)
    assert problems == []
    codes = [form.code for form in parse_forms(cities["tosu"].forms)]
    assert "notice" in codes
    assert "usage_application" in codes
    assert "notice" not in [form.code for form in parse_forms(cities["iwaki"].forms)]


def test_a_broken_form_file_is_left_out_and_told(folder: Path) -> None:
    written(folder, FILE.replace('title = "届出書"', ""))
    cities, problems = with_form_files(load_cities(), folder)
    assert [problem.file for problem in problems] == ["notice.toml"]
    assert [form.code for form in parse_forms(cities["tosu"].forms)] == ["usage_application"]


def test_an_offices_form_takes_the_place_of_a_bundled_one(folder: Path) -> None:
    own = FILE.replace('"notice"', '"usage_application"') + ADDRESS
    before = next(f for f in parse_forms(load_cities()["tosu"].forms) if f.code == "usage_application")
    written(folder, own.replace("2026-04-01", before.effective_from.isoformat()))
    cities, _ = with_form_files(load_cities(), folder)
    (form,) = [f for f in parse_forms(cities["tosu"].forms) if f.code == "usage_application"]
    assert form.title == "届出書"


def test_a_file_beside_the_folders_of_the_cities_names_its_city(folder: Path) -> None:
    (folder / "notice.toml").write_text(FILE.replace('"tosu"', '"鳥栖市"'), "utf-8")
    cities, problems = with_form_files(load_cities(), folder)
    assert problems == []
    assert "notice" in [form.code for form in parse_forms(cities["tosu"].forms)]


@pytest.mark.parametrize(
    ("change", "key", "words"),
    [
        (('city = "tosu"', ""), "city", "先頭に city"),
        (('city = "tosu"', 'city = "nagoya"'), "city", "登録されている市のslug"),
        (('"notice"', '"usage_application"'), "sections", "signatory.email"),
        (('title = "届出書"', 'title = "届出書"\nmark = "②"'), "mark", "[[offers]] の中に書きます"),
    ],
)
def test_what_a_newcomer_gets_wrong_is_said_once(
    tmp_path: Path, change: tuple[str, str], key: str, words: str
) -> None:
    path = tmp_path / "new.toml"
    path.write_text(FILE.replace(*change), "utf-8")
    with pytest.raises(CityFileErrors) as refused:
        read_form_file(path, load_cities())
    (problem,) = refused.value.problems
    assert problem.key == key
    assert words in problem.expected


def test_a_city_that_is_not_that_of_the_folder_is_a_mistake(folder: Path) -> None:
    with pytest.raises(CityFileErrors, match="どちらかに合わせます"):
        read_form_file(written(folder, FILE.replace('"tosu"', '"iwaki"')), load_cities())


def test_an_application_without_an_address_is_refused_and_told(folder: Path) -> None:
    written(folder, FILE.replace('"notice"', '"usage_application"'))
    _, problems = with_form_files(load_cities(), folder)
    assert [problem.key for problem in problems] == ["sections"]
