"""A definition becomes a web form: it refuses in words, warns without refusing, and loses nothing typed."""

from typing import Any

import pytest
from wtforms import Form

from forms.build import (
    TypedAnswers,
    build_form,
    data_for_form,
    merged_answers,
    prefilled_values,
    values_for_storage,
)
from forms.facts import FormFacts
from forms.meanings import Meaning
from tests.forms.examples import NEEDS_GUARANTEE, answers, city_form, facts


def filled(city: str, given: FormFacts | None = None, **changes: str | None) -> Any:
    form = build_form(city_form(city), given or facts())(TypedAnswers(answers(city, **changes)))
    form.validate()
    return form


@pytest.mark.parametrize("city", ["ashikaga", "iwaki", "tosu"])
def test_a_form_filled_in_properly_is_valid(city: str) -> None:
    form = filled(city)
    assert form.errors == {}
    assert form.warnings == ()


@pytest.mark.parametrize(
    ("city", "changes", "key", "words"),
    [
        ("ashikaga", {"applied_on": "2026-05-08"}, "applied_on", "今日より後の日付は書けません"),
        ("ashikaga", {"signatory_name": None}, "signatory_name", "契約締結権限者の氏名が空欄です"),
        ("ashikaga", {"signatory_name": " 　"}, "signatory_name", "契約締結権限者の氏名を書いてください"),
        ("ashikaga", {"signatory_email": "x"}, "signatory_email", "メールアドレスとして読めません"),
        ("ashikaga", {"clerk1_name": "鈴木"}, "clerk1_email", "契約担当者1のメールアドレスも書いてください"),
        ("ashikaga", {"clerk1_email": "s@example.jp"}, "clerk1_name", "契約担当者1の氏名も書いてください"),
        (
            "ashikaga",
            {"clerk2_name": "佐藤", "clerk2_email": "s@example.jp"},
            "clerk1_name",
            "前の欄から順に書いてください",
        ),
        ("ashikaga", {"authority_declared": None}, "authority_declared", "しるしを付けてください"),
        ("iwaki", {"signatory_email": "a@example.jp,b@example.jp"}, "signatory_email", "1つだけ書けます"),
        ("iwaki", {"contact_phone": "電話"}, "contact_phone", "電話番号として読めません"),
        ("iwaki", {"delegation": None}, "delegation", "1つ選んでください"),
        ("iwaki", {"delegation": "someone"}, "delegation", "示された中から1つ選んでください"),
        ("iwaki", {"delegation": "delegated"}, "delegator_name", "代理権を授与した方の氏名が空欄です"),
        ("iwaki", {"delegation": "delegated"}, "delegator_title", "代理権を授与した方の役職が空欄です"),
        ("iwaki", {"delegator_name": "山﨑"}, "delegator_name", "空欄にするか"),
        ("iwaki", {"guarantee_method": "other"}, "guarantee_method_other", "が空欄です"),
        ("tosu", {"company_name": "株式会社🚧組"}, "company_name", "「🚧」（U+1F6A7"),
        ("tosu", {"company_name": "あ" * 101}, "company_name", "100文字まで"),
        ("tosu", {"signatory_title": None}, "signatory_title", "契約締結権限者の役職が空欄です"),
    ],
)
def test_an_error_says_what_is_wrong_and_what_to_do(
    city: str, changes: dict[str, str | None], key: str, words: str
) -> None:
    form = filled(city, **changes)
    assert any(words in error for error in form.errors[key])


@pytest.mark.parametrize(("flags", "valid"), [(NEEDS_GUARANTEE, False), (frozenset(), True)])
def test_guarantee_method_is_required_only_when_the_case_needs_a_guarantee(flags: Any, valid: bool) -> None:
    form = filled("iwaki", facts(flags=flags))
    assert ("guarantee_method" not in form.errors) is valid


def test_free_mail_is_advised_against_and_accepted() -> None:
    given = facts(
        free_mail_domains=frozenset({"freemail.example"}), carrier_mail_domains=frozenset({"carrier.example"})
    )
    for address, kind in (("a@freemail.example", "フリーメール"), ("a@i.carrier.example", "キャリアメール")):
        form = filled("iwaki", given, signatory_email=address)
        assert form.errors == {}
        assert [kind in warning.text for warning in form.warnings] == [True]


def test_difference_from_the_register_is_shown_and_accepted() -> None:
    given = facts(registered={Meaning.COMPANY_NAME: "（株）髙﨑建設", Meaning.SIGNATORY_NAME: "山崎太郎"})
    form = filled("tosu", given)
    assert form.errors == {}
    assert [warning.key for warning in form.warnings] == ["signatory_name"]


def test_what_was_typed_comes_back_unchanged_when_it_cannot_be_read() -> None:
    form = filled("iwaki", contact_phone="<電話>", applied_on="あした")
    assert 'value="あした"' in str(form["applied_on"]())
    assert 'value="&lt;電話&gt;"' in str(form["contact_phone"]())


def test_a_fixed_field_is_what_the_case_says_whatever_is_sent() -> None:
    form = filled("tosu", case_title="別の工事")
    assert form.errors == {}
    assert values_for_storage(form)["case_title"] == "市道12号線道路改良工事"
    assert "readonly" in str(form["case_title"]())


def test_a_fixed_field_is_open_when_nothing_is_known() -> None:
    given = FormFacts(today=facts().today)
    form = filled("tosu", given, case_title="別の工事")
    assert values_for_storage(form)["case_title"] == "別の工事"


def test_known_facts_are_filled_in_beforehand() -> None:
    form = city_form("ashikaga")
    values = prefilled_values(form, facts())
    assert {"applied_on", "case_title", "case_place"} == set(values)
    page = build_form(form, facts())(data=values)
    assert 'value="令和8年5月7日"' in str(page["applied_on"]())


def test_a_kept_form_opens_again_with_the_same_answers() -> None:
    definition = city_form("ashikaga")
    kept = values_for_storage(filled("ashikaga"))
    again = build_form(definition, facts())(data=data_for_form(definition, kept))
    assert again.validate()
    assert values_for_storage(again) == kept


def test_a_section_can_be_sent_alone_without_touching_the_rest_of_the_draft() -> None:
    section = city_form("ashikaga").sections[2]
    draft = {"company_name": "髙﨑建設", "signatory_name": "旧", "signatory_email": "old@example.jp"}
    posted = {"signatory_name": "新", "company_name": "他人"}
    assert merged_answers(draft, section, posted) == {"company_name": "髙﨑建設", "signatory_name": "新"}


def test_the_form_can_be_built_on_a_base_of_the_portal() -> None:
    class WithToken(Form):  # type: ignore[misc]
        token = "t"

    form = build_form(city_form("tosu"), facts(), WithToken)(TypedAnswers(answers("tosu")))
    assert form.token == "t"
    assert form.validate()
