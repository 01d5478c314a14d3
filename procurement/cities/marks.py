"""Marks of a rule (規則の出所): where it stands, from when, and whether it was assumed or is still unset."""

from dataclasses import dataclass, field
from datetime import date


@dataclass(frozen=True)
class Mark:
    """What a city file says about a rule besides the rule (出典・適用期間・仮定・未設定). (CITY-01, CITY-48)

    `assumed` and `unset` name keys of the rule's table; `"*"` in `assumed` means the whole table.
    """

    source: str = ""
    sources: dict[str, str] = field(default_factory=dict, hash=False)
    ids: tuple[str, ...] = ()
    assumed: tuple[str, ...] = ()
    unset: tuple[str, ...] = ()
    effective_from: date | None = None
    effective_until: date | None = None
    note: str = ""

    def in_force(self, on: date) -> bool:
        """Whether the rule is in force on a day, both ends included."""
        begun = self.effective_from is None or self.effective_from <= on
        return begun and (self.effective_until is None or on <= self.effective_until)

    def is_assumed(self, key: str) -> bool:
        """Whether the value of a key is an assumption of ours, not a word of the city."""
        return "*" in self.assumed or key in self.assumed

    def source_of(self, key: str) -> str:
        """Where the value of a key stands; the source of the whole rule unless the key has its own."""
        return self.sources.get(key, self.source)
