"""Errors of the rules: what a person reads when something is refused."""


class RuleViolation(Exception):
    """A refusal (お断り): which rule, in words, where the rule stands, and what to do now.

    `code` names the rule for programs, `text` is the Japanese sentence for the person, `source` says
    where the rule stands (file name and heading, or law and article), `remedy` is the way that is open.
    """

    def __init__(self, code: str, text: str, source: str = "", remedy: str = "") -> None:
        super().__init__(text)
        self.code = code
        self.text = text
        self.source = source
        self.remedy = remedy

    def sentence(self) -> str:
        """The whole refusal as one line: text, source in parentheses, remedy."""
        source = f"（{self.source}）" if self.source else ""
        return f"{self.text}{source}{self.remedy}"
