"""Text as people type it (入力された文字): tidied without changing a letter of a name."""

import re
import unicodedata

# NFC would turn these compatibility ideographs (互換漢字, for example U+FA19) into other characters.
# They are letters of people's names, so they stay as typed.
COMPATIBILITY_IDEOGRAPHS = re.compile("([\uf900-\ufaff\U0002f800-\U0002fa1f]+)")
INVISIBLE = re.compile("[\u200b\u2060\ufeff\u00ad]")
DASHES = re.compile("[\u2010-\u2015\u2212\u30fc\uff0d\uff70\u2500]")
COMPANY_KINDS = {"(株)": "株式会社", "(有)": "有限会社", "(合)": "合同会社"}


def composed(text: str) -> str:
    """NFC, but with compatibility ideographs left as they are."""
    parts = COMPATIBILITY_IDEOGRAPHS.split(text)
    return "".join(
        part if position % 2 else unicodedata.normalize("NFC", part) for position, part in enumerate(parts)
    )


def one_line(text: str) -> str:
    """A single line: composed, trimmed, invisible characters taken out, line ends and tabs become a space."""
    return re.sub(r"[\r\n\t]+", " ", INVISIBLE.sub("", composed(text))).strip()


def many_lines(text: str) -> str:
    """Several lines: composed, line ends unified, trimmed."""
    unified = INVISIBLE.sub("", composed(text)).replace("\r\n", "\n").replace("\r", "\n").replace("\t", " ")
    return "\n".join(line.rstrip() for line in unified.split("\n")).strip()


def half_width(text: str) -> str:
    """Full-width letters and digits become half-width, dashes of every kind become hyphens; trimmed."""
    return DASHES.sub("-", unicodedata.normalize("NFKC", text)).strip()


def searchable(text: str) -> str:
    """A key for comparing names: width, case, spaces, dashes and kinds of company do not count."""
    key = re.sub(r"\s+", "", half_width(text)).casefold()
    for short, long in COMPANY_KINDS.items():
        key = key.replace(short, long)
    return key
