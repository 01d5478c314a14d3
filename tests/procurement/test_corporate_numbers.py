"""Corporate numbers (法人番号): thirteen digits, the first of which checks the others."""

import pytest

from procurement.award_imports import is_corporate_number


@pytest.mark.parametrize(
    "number",
    [
        "7000012050002",  # 国税庁
        "8700110005901",  # the example of the ministerial ordinance
        "5000012010024",
    ],
)
def test_a_number_with_its_check_digit_is_taken(number: str) -> None:
    assert is_corporate_number(number)


@pytest.mark.parametrize("number", ["7000012050002", "8700110005901"])
def test_any_other_first_digit_is_refused(number: str) -> None:
    others = {f"{digit}{number[1:]}" for digit in range(10)} - {number}
    assert not any(is_corporate_number(other) for other in others)


@pytest.mark.parametrize(
    "number", ["", "700001205000", "70000120500020", "７００００１２０５０００２", "700001205000a"]
)
def test_anything_but_thirteen_half_width_digits_is_refused(number: str) -> None:
    assert not is_corporate_number(number)
