"""[reminders.guarantees] of a city file (保証のお知らせの時期): a city's own days, and ours where it says none."""

import pytest

from procurement.cities.loader import CityFileErrors, load_file
from tests.cities.files import write


def test_a_citys_own_days_for_guarantees_take_the_place_of_ours(tmp_path):
    rules = load_file(write(tmp_path, "slug = 'a'\nname = 'あ市'\n"))
    usual = rules.guarantee_reminders
    assert (usual.missing, usual.expires_within, usual.look_again_after) == ((7, 3, 0), 30, 30)
    assert usual.mark.is_assumed("missing")
    own = "[reminders.guarantees]\nmissing = [5, 14]\nlook_again_after = 90\n"
    said = load_file(write(tmp_path, f"slug = 'a'\nname = 'あ市'\n{own}")).guarantee_reminders
    assert (said.missing, said.expires_within, said.look_again_after) == ((14, 5), 30, 90)
    assert [said.mark.is_assumed(key) for key in ("missing", "expires_within")] == [False, True]


@pytest.mark.parametrize(
    ("line", "key", "words"),
    [
        ("missing = [7, -1]", "reminders.guarantees.missing[1]", "日数"),
        ("missing = [400]", "reminders.guarantees.missing[0]", "365"),
        ("expires_within = 0", "reminders.guarantees.expires_within", "1以上"),
        ("misssing = [7]", "reminders.guarantees.misssing", "missing"),
    ],
)
def test_a_slip_is_named_with_its_key(tmp_path, line, key, words):
    with pytest.raises(CityFileErrors) as refused:
        load_file(write(tmp_path, f"slug = 'a'\nname = 'あ市'\n[reminders.guarantees]\n{line}\n"))
    (problem,) = refused.value.problems
    assert problem.key == key
    assert words in problem.expected
