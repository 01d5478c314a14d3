"""Answers with their marks (選択肢と○) on an official paper: （○）有　（　）無."""

from forms.model import Choice, Field

CHOSEN, OPEN = "○", "　"


def marked_answers(field: Field, value: object) -> str:
    """Every answer of a choice in one line, ○ before the chosen one."""
    return "　".join(marked_answer(choice, value) for choice in field.choices)


def marked_answer(choice: Choice, value: object) -> str:
    """One answer, ○ before it when it is chosen."""
    return f"（{CHOSEN if choice.value == value else OPEN}）{choice.label}"
