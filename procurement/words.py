"""Words that files and code share (語): an English word, the Japanese word that people read, and other spellings."""

import difflib
import unicodedata
from collections.abc import Iterable
from enum import StrEnum
from typing import Self


class Worded(StrEnum):
    """A word of the files with the Japanese word that people read, and other ways to write it."""

    _label: str
    _others: tuple[str, ...]

    def __new__(cls, value: str, label: str = "", *others: str) -> Self:
        member = str.__new__(cls, value)
        member._value_ = value
        member._label = label or value
        member._others = others
        return member

    @property
    def label(self) -> str:
        """The Japanese word that people read."""
        return self._label

    @property
    def spellings(self) -> tuple[str, ...]:
        """Every way to write this word: the word itself first."""
        return tuple(dict.fromkeys((self.value, self._label, *self._others)))

    @classmethod
    def read(cls, text: object) -> Self | None:
        """The word that a text stands for, in either language; None when it is none of them."""
        if not isinstance(text, str):
            return None
        wanted = folded(text)
        return next((m for m in cls if any(folded(spelling) == wanted for spelling in m.spellings)), None)

    @classmethod
    def allowed(cls) -> str:
        """The words one may write, with their meaning."""
        return " / ".join(f'"{m.value}"' + (f"（{m.label}）" if m.label != m.value else "") for m in cls)

    @classmethod
    def hint(cls, text: object) -> str:
        """「…」ではありませんか, when the text looks like one of the words."""
        return near_hint(text, [spelling for member in cls for spelling in member.spellings])


def folded(text: str) -> str:
    """A text without the differences that mean nothing: width, case, hyphen or underscore."""
    return unicodedata.normalize("NFKC", text).strip().casefold().replace("-", "_").replace(" ", "_")


def near_hint(text: object, words: Iterable[str]) -> str:
    """「…」ではありませんか。, when a text looks like one of the words; else empty."""
    near = difflib.get_close_matches(folded(text), list(words), n=1) if isinstance(text, str) else []
    return f"「{near[0]}」ではありませんか。" if near else ""
