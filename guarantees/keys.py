"""Number and key (保証契約番号と認証キー) as people type them, and a key that nobody sees by accident."""

import re
import unicodedata
from dataclasses import dataclass
from typing import NoReturn

from guarantees.issuers import Issuer, issuers_of_number

HYPHENS = re.compile("[\u2010-\u2015\u2212\u30fc\uff0d\uff70]")
MASKED = "●●●●●●●●"
"""What a page shows in place of a key."""
LOOKALIKES = frozenset("0O1lI")


class AuthenticationKey:
    """An authentication key (認証キー): a secret that prints, pickles and logs as nothing. `reveal` gives it out."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def reveal(self) -> str:
        """The key itself, for the registry and for its owner's own paper alone."""
        return self._text

    def __repr__(self) -> str:
        return "AuthenticationKey(…)"

    __str__ = __repr__

    def __format__(self, spec: str) -> str:
        return format(str(self), spec)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, AuthenticationKey) and self._text == other._text

    def __hash__(self) -> int:
        return hash(self._text)

    def __reduce__(self) -> NoReturn:
        raise TypeError("a key is not pickled")

    def __bool__(self) -> bool:
        return bool(self._text)


def normalised_number(typed: str) -> str:
    """A 保証契約番号 as the registry knows it: half-width capitals, plain hyphen, no spaces."""
    text = HYPHENS.sub("-", unicodedata.normalize("NFKC", typed))
    return re.sub(r"\s+", "", text).upper()


def normalised_key(typed: str) -> AuthenticationKey:
    """A 認証キー half-width and without spaces; upper and lower case stay as they are, for they differ."""
    return AuthenticationKey(re.sub(r"\s+", "", unicodedata.normalize("NFKC", typed)))


@dataclass(frozen=True)
class KeyHint:
    """What may be wrong with a typed number or key (読み違いの候補): a sentence for the person, no verdict."""

    text: str


def hints_for(number: str, key: AuthenticationKey) -> list[KeyHint]:
    """What to look at before the registry is asked. Lookalikes only where the company never uses the character.

    Takes normalised values. The hints never contain the key, only places in it.
    """
    found = issuers_of_number(number)
    if not found:
        return [
            KeyHint(
                "保証契約番号の形が、どの保証会社のものとも合いません。お知らせの番号をそのまま入力してください。"
            )
        ]
    hints = [
        KeyHint(f"{issuer.name}の保証契約番号は「{issuer.number_example}」の形です。桁数をご確認ください。")
        for issuer in found
        if issuer.doubts_number(number)
    ]
    if not any(re.fullmatch(issuer.key, key.reveal()) for issuer in found):
        hints.append(
            KeyHint("認証キーは半角の英字と数字です。桁数と、混ざった記号がないかをご確認ください。")
        )
    excluded = set.intersection(*(set(issuer.key_excludes) for issuer in found))
    return hints + _lookalikes(key, excluded, found[0])


def _lookalikes(key: AuthenticationKey, excluded: set[str], issuer: Issuer) -> list[KeyHint]:
    return [
        KeyHint(
            f"{issuer.name}の認証キーに「{character}」は使われません。"
            f"{place}文字目を、もう一度お知らせと見比べてください。"
        )
        for place, character in enumerate(key.reveal(), start=1)
        if character in excluded and character in LOOKALIKES
    ]
