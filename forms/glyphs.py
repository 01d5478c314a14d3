"""Characters that a font cannot print (印字できない文字): reported by name before anything is submitted."""

import unicodedata
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from fontTools.ttLib import TTFont

from forms.fonts import MINCHO, font_path

VARIATION_SELECTORS = (range(0xFE00, 0xFE10), range(0xE0100, 0xE01F0))
GETA = "〓"
EMOJI = range(0x1F000, 0x1FB00)


class UnprintableCharacter(NamedTuple):
    """One character that the font does not have, with its code point and what kind of character it is."""

    character: str
    code: str
    kind: str

    def words(self) -> str:
        """For a sentence: 「𠮷」（U+20BB7、印刷用の書体にない漢字）."""
        shown = f"「{self.character}」" if self.character.isprintable() else ""
        return f"{shown}（{self.code}、{self.kind}）"


@lru_cache(maxsize=4)
def _characters_of(path: Path) -> frozenset[int]:
    with TTFont(path, lazy=True, fontNumber=0) as font:
        return frozenset(font.getBestCmap())


def unprintable(text: str, font: str = MINCHO) -> tuple[UnprintableCharacter, ...]:
    """Characters of the text that the font cannot print, each once, in order. Line ends do not count."""
    known = _characters_of(font_path(font))
    missing = dict.fromkeys(c for c in text if c != "\n" and not (ord(c) in known and _is_visible(c)))
    return tuple(UnprintableCharacter(c, f"U+{ord(c):04X}", _kind(c)) for c in missing)


def glyph_sentence(text: str, font: str = MINCHO) -> str | None:
    """What is wrong with a text and what to do, or None when all of it can be printed."""
    missing = unprintable(text, font)
    if not missing:
        return None
    names = "、".join(character.words() for character in missing)
    return (
        f"書類に印字できない文字があります：{names}。"
        "印字できる字（常用の字体など）に置き換えて書いてください。置き換えられないときは市の担当者にご相談ください。"
    )


def printable(text: str, font: str = MINCHO) -> str:
    """The text with 〓 (下駄) for what the font cannot print, for texts that nobody could check before."""
    missing = {ord(found.character): GETA for found in unprintable(text, font)}
    return text.translate(missing) if missing else text


def _is_visible(character: str) -> bool:
    return unicodedata.category(character) not in ("Cc", "Cf", "Cs", "Co", "Cn", "Mn", "Me")


def _kind(character: str) -> str:
    code = ord(character)
    category = unicodedata.category(character)
    if category == "Co":
        return "外字"
    if any(code in codes for codes in VARIATION_SELECTORS):
        return "異体字の指定"
    if category.startswith("M"):
        return "結合文字"
    if category in ("Cc", "Cf"):
        return "目に見えない制御文字"
    if code in EMOJI or category == "So":
        return "絵文字・記号"
    if unicodedata.name(character, "").startswith("CJK"):
        return "印刷用の書体にない漢字"
    return "印刷用の書体にない文字"
