"""Errors of the registry and the desks: what a person reads when something is refused."""


class GuaranteeRefused(Exception):
    """A refusal (お断り) of the registry or a desk, of the same shape as procurement's `RuleViolation`.

    `code` names the rule for programs, `text` is the Japanese sentence for the person, `source` says
    where the rule stands, `remedy` is the way that is open. None of them ever holds a key.
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
