"""Mistakes in a form file (様式定義の誤り): all at once, each with its place and what was expected."""

from procurement.cities.reader import Mistake


class FormFileErrors(Exception):
    """A form table that cannot be used, with every mistake that was found in it."""

    def __init__(self, problems: list[Mistake]) -> None:
        super().__init__("\n".join(str(problem) for problem in problems))
        self.problems = problems
