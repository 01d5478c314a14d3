"""Commands about city rules: exact JSON for programs, words for people, reasons on standard error."""

import json

import pytest
from flask import Flask

from portal.cli.cities import cities_group
from procurement.cities.loader import BUNDLED
from tests.cities.files import worked_example, write
from tests.cities.test_city_files import BROKEN


@pytest.fixture
def run(tmp_path):
    """Runs `flask city ...` on an instance of its own, which holds the document's example."""
    app = Flask("test")
    app.config["INSTANCE"] = str(tmp_path)
    app.cli.add_command(cities_group)
    write(tmp_path / "cities", worked_example(), "midorino.toml")
    runner = app.test_cli_runner()
    return lambda *words: runner.invoke(args=["city", *map(str, words)])


def test_the_list_holds_bundled_cities_and_those_of_the_instance(run):
    found = json.loads(run("list", "--json").stdout)
    assert [(c["slug"], c["name"]) for c in found] == [
        ("ashikaga", "足利市"),
        ("iwaki", "いわき市"),
        ("midorino", "みどり野市"),
        ("tosu", "鳥栖市"),
    ]
    assert "鳥栖市" in run("list").stdout


@pytest.mark.parametrize("path", sorted(BUNDLED.glob("*.toml")), ids=lambda path: path.stem)
def test_bundled_files_pass_the_check(run, path):
    result = run("check", path)
    assert result.exit_code == 0, result.stderr
    assert "問題ありません" in result.stdout


def test_the_documents_example_passes_the_check_with_its_form(run, tmp_path):
    result = run("check", tmp_path / "cities" / "midorino.toml")
    assert result.exit_code == 0, result.stderr
    assert "様式: 1件" in result.stdout


def test_the_check_names_every_mistake_of_rules_and_forms_and_fails(run, tmp_path):
    result = run("check", write(tmp_path, BROKEN + '[[forms]]\ncode = "x"\n', "broken.toml"))
    assert result.exit_code == 1
    assert result.stdout == ""
    for words in ("broken.toml:2行目: nme", "deadlines[0].n", "forms[0].title", "usage_application.form"):
        assert words in result.stderr


def test_the_check_of_a_missing_file_fails_in_words(run, tmp_path):
    result = run("check", tmp_path / "none.toml")
    assert result.exit_code == 1
    assert "ファイルを読めません" in result.stderr


def test_eligibility_is_exactly_a_flag_and_its_reasons(run):
    words = ("eligibility", "tosu", "--category", "goods", "--method", "open", "--noticed-on", "2026-03-01")
    found = json.loads(run(*words, "--json").stdout)
    assert found["eligible"] is False
    assert [set(reason) for reason in found["reasons"]] == [{"rule", "text", "source"}]
    assert "建設工事、測量・建設コンサルタント等業務、建設維持関連業務" in found["reasons"][0]["text"]
    assert "対象ではありません" in run(*words).stdout


def test_eligibility_takes_japanese_dates(run):
    words = (
        "--category",
        "construction_works",
        "--method",
        "open",
        "--noticed-on",
        "令和8年3月1日",
        "--json",
    )
    assert json.loads(run("eligibility", "tosu", *words).stdout)["eligible"] is True


def test_deadlines_are_a_list_in_the_promised_shape(run):
    words = ("--category", "construction_works", "--awarded-at", "2026-05-01T10:00+09:00")
    [found] = json.loads(run("deadlines", "tosu", *words, "--json").stdout)
    assert found.pop("text").startswith("契約締結期限は、令和8年5月6日（水）までです")
    assert found == {
        "kind": "contract_conclusion",
        "due_at": "2026-05-06T23:59:59+09:00",
        "due_on": "2026-05-06",
        "counted_from": "2026-05-02",
        "closed_day": True,
        "last_business_day": "2026-05-01",
        "source": "004_fa20bb5a45307e8d.txt「契約締結期限」",
    }
    assert json.loads(run("deadlines", "ashikaga", *words, "--json").stdout) == []
    assert "期限はありません" in run("deadlines", "ashikaga", *words).stdout


def test_an_award_without_an_offset_is_japanese_time(run):
    words = ("deadlines", "iwaki", "--category", "goods", "--json", "--awarded-at")
    for text in ("2026-03-19T10:00", "2026-03-18T15:00Z", "2026-03-19"):
        [found] = json.loads(run(*words, text).stdout)
        assert found["due_at"] == "2026-03-23T12:00:00+09:00"


def test_an_amendment_of_a_paper_contract_is_refused_in_the_citys_words(run):
    found = json.loads(run("amendment", "tosu", "--original", "paper", "--json").stdout)
    assert found == {
        "allowed": False,
        "text": "当初契約を電子契約で締結したもののみ、変更契約についても電子契約の対象とします。",
        "source": "004_fa20bb5a45307e8d.txt「変更契約について」",
    }
    assert (
        json.loads(run("amendment", "tosu", "--original", "electronic", "--json").stdout)["allowed"] is True
    )


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (("amendment", "nowhere", "--original", "paper"), "「nowhere」という市はありません"),
        (("amendment", "tosu", "--original", "fax"), '"electronic"（電子契約）'),
        (
            ("eligibility", "tosu", "--category", "boats", "--method", "open"),
            '"construction_works"（建設工事）',
        ),
        (("deadlines", "tosu", "--category", "goods", "--awarded-at", "soon"), "日時として読めません"),
    ],
)
def test_what_cannot_be_asked_is_refused_on_standard_error(run, words, reason):
    result = run(*words)
    assert result.exit_code != 0
    assert result.stdout == ""
    assert reason in result.stderr


def test_a_broken_file_of_the_instance_is_named_by_every_command(run, tmp_path):
    write(tmp_path / "cities", 'slug = "x"\n', "x.toml")
    result = run("list")
    assert result.exit_code == 1
    assert "x.toml: name: 必須のキーがありません" in result.stderr
