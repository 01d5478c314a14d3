"""Characters that no font of ours can print (印字できない文字): reported by name before anything is submitted."""

import unicodedata
from typing import NamedTuple

from forms.lettering import shortfalls
from forms.shapes import is_selector

EMOJI = range(0x1F000, 0x1FB00)


class UnprintableCharacter(NamedTuple):
    """One character that no font has, with its code points and what kind of character it is."""

    character: str
    code: str
    kind: str

    def words(self) -> str:
        """For a sentence: 「🚧」（U+1F6A7、絵文字・記号）."""
        shown = f"「{self.character}」" if unicodedata.category(self.character[0])[0] not in "CM" else ""
        return f"{shown}（{self.code}、{self.kind}）"


def unprintable(text: str) -> tuple[UnprintableCharacter, ...]:
    """Characters of the text that no font can print, each once, in order, with the marks that belong to it."""
    found = (short.cluster for short in shortfalls(text))
    return tuple(UnprintableCharacter(cluster, _codes(cluster), _kind(cluster)) for cluster in found)


def glyph_sentence(text: str) -> str | None:
    """What is wrong with a text and what to do, or None when all of it can be printed."""
    missing = unprintable(text)
    if not missing:
        return None
    names = "、".join(character.words() for character in missing)
    return (
        f"書類に印字できない文字があります：{names}。"
        "標準の字（常用の字体など）に置き換えて書いてください。"
        "正しい字は、提出したあと「市とのやり取り」に字の形や読みを書いて市へお伝えください。記録に残ります。"
    )


def _codes(cluster: str) -> str:
    return " ".join(f"U+{ord(character):04X}" for character in cluster)


def _kind(cluster: str) -> str:
    last, category = cluster[-1], unicodedata.category(cluster[-1])
    if unicodedata.category(cluster[0]) == "Co":
        return "外字"
    if is_selector(ord(last)):
        return "異体字の指定"
    if category.startswith("M"):
        return "結合文字"
    if category in ("Cc", "Cf"):
        return "目に見えない制御文字"
    if ord(last) in EMOJI or category == "So":
        return "絵文字・記号"
    if unicodedata.name(last, "").startswith("CJK"):
        return "印刷用の書体にない漢字"
    return "印刷用の書体にない文字"
