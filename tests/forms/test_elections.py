"""Elections: the words of a choice decide what was elected, whatever a city's file stores for it."""

import pytest

from forms.elections import payment_elected


@pytest.mark.parametrize(
    ("choice", "elected"),
    [
        ("中間前払金", "interim_advance_payment"),
        ("中間前金払", "interim_advance_payment"),
        ("部分払", "partial_payment"),
        ("部分払（中間前払金は請求しない）", "partial_payment"),
        ("中間前払金を請求し、部分払は請求しない", "interim_advance_payment"),
        ("どちらも請求しない", None),
    ],
)
def test_the_first_that_a_choice_names_is_elected(choice: str, elected: str | None) -> None:
    assert payment_elected(choice) == elected
