"""Number and key (保証契約番号と認証キー) as people type them; a key that nobody sees by accident."""

import pickle
from dataclasses import replace

import pytest

from guarantees import keys
from guarantees.issuers import issuer_of
from guarantees.keys import AuthenticationKey, hints_for, normalised_key, normalised_number

KEY = "Z28YUE4J3Bux"


def test_a_key_prints_as_nothing_and_stays_in_its_process() -> None:
    key = AuthenticationKey(KEY)
    assert KEY not in f"{key} {key!r} {key:>20} {[key]} {vars(type(key))}"
    with pytest.raises(TypeError):
        pickle.dumps(key)
    assert key.reveal() == KEY
    assert (key, bool(AuthenticationKey(""))) == (AuthenticationKey(KEY), False)


def test_what_is_typed_in_full_width_or_with_spaces_is_what_the_registry_knows() -> None:
    assert normalised_number(" ３１０７２ ー ０００１ｍ\n") == "31072-0001M"
    assert normalised_key("Ｚ２８ＹＵＥ ４Ｊ３Ｂｕｘ").reveal() == KEY
    assert normalised_key("z28yue4j3bux").reveal() != KEY


def test_hints_say_what_to_look_at_and_never_the_key() -> None:
    assert hints_for("31072-0001M", AuthenticationKey(KEY)) == []
    [unknown] = hints_for("123", AuthenticationKey(KEY))
    assert "番号の形が" in unknown.text
    [doubtful] = hints_for("200000002", AuthenticationKey("aB3dE5gH7j"))
    assert "西日本" in doubtful.text
    [marked] = hints_for("31072-0001M", AuthenticationKey("Z28YUE*J3Bux"))
    assert "Z28YUE" not in marked.text


def test_lookalikes_are_named_only_where_the_company_never_uses_the_character(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    east = issuer_of("east")
    for excludes, expected in (("O0", ["2文字目"]), ("", [])):
        company = replace(east, key_excludes=excludes)
        monkeypatch.setattr(keys, "issuers_of_number", lambda _number, company=company: (company,))
        hints = hints_for("31072-0001M", AuthenticationKey("ZO8YUE4J3Bux"))
        assert [place for hint in hints for place in ("2文字目",) if place in hint.text] == expected
