"""Findings (検査の結果) about what was filled in."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Finding:
    """What a rule found at a field: a sentence that says what is wrong and what to do."""

    key: str
    text: str
    blocks: bool = True
