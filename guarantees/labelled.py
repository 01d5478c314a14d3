"""Words with a Japanese label (区分): the values are stored, the labels are read by people."""

from enum import StrEnum
from typing import Self


class LabelledWord(StrEnum):
    """A word and its label: `NEW = "new", "新規"`."""

    label: str

    def __new__(cls, value: str, label: str = "") -> Self:
        member = str.__new__(cls, value)
        member._value_ = value
        member.label = label
        return member
