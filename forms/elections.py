"""Elections on forms (選択): what a choice between interim advance and partial payment comes to."""

from typing import Literal

PaymentElection = Literal["interim_advance_payment", "partial_payment"]
WORDS: tuple[tuple[str, PaymentElection], ...] = (
    ("中間前", "interim_advance_payment"),
    ("部分払", "partial_payment"),
)


def payment_elected(choice: str) -> PaymentElection | None:
    """The election by the words of the choice (中間前払金・部分払): the first that they name; None where neither is named.

    The words decide, not the stored value: a city's form file is free in its values. (FILE-04)
    """
    named = [(choice.index(word), election) for word, election in WORDS if word in choice]
    return min(named)[1] if named else None
