"""Why a text is no TOML (TOMLの誤り), in the words of someone who has never heard of TOML."""

import re
import tomllib

_PLACE = re.compile(r"(.*) \(at (?:line (\d+), column \d+|end of document)\)", re.DOTALL)
_ASSIGNMENT = re.compile(r"\s*[\w-]+\s*[=＝]")
_NAME = re.compile(r"\s*(?:\[\[?\s*([\w.-]+)\s*\]|([\w-]+)\s*[=＝])")
_DATE = re.compile(r"=\s*\d{4}[-/]\d{1,2}[-/]\d{1,2}")
_BARE_WORD = re.compile(r"=\s*[^\s\"\'\[{0-9tf+-]")
_FULL_WIDTH = re.compile(r"[＝＂”“＃［］｛｝，０-９ａ-ｚＡ-Ｚ\u3000]")

# What the parser says (its beginning), and what that means for the writer of the file.
_MEANINGS = (
    (
        "Cannot declare",
        "同じ名前の表が二度書かれています。いくつも書ける表は [[名前]]、一つだけの表は一度だけ書きます",
    ),
    ("Cannot mutate immutable", "同じ名前の表が、別の書き方で二度書かれています"),
    ("Illegal character '\\n'", '文字列の終わりの引用符（"）がありません'),
    ("Unterminated string", '文字列の終わりの引用符（"）がありません'),
    ("Unclosed array", "角かっこ ] が閉じていません"),
    ("Unclosed inline table", "波かっこ } が閉じていません"),
    ("Expected '='", "キーのあとに「=」が要ります"),
    ("Expected ']", "表の名前のあとの角かっこが閉じていません"),
    ("Unescaped '\\\\'", "文字列の中の \\ は \\\\ と書きます"),
    ("Found invalid character", "使えない文字があります。改行は LF か CRLF にします"),
)


def explain(error: tomllib.TOMLDecodeError, text: str) -> tuple[str, int | None]:
    """What is wrong in Japanese, and the line."""
    found = _PLACE.fullmatch(str(error))
    number = int(found[2]) if found and found[2] else None
    lines = text.split("\n")
    line = lines[number - 1] if number and number <= len(lines) else ""
    return f"{_meaning(str(error), line)}（TOML として読めません）", number


def name_on(text: str, number: int | None) -> str:
    """The name of the table or key that a line begins with; empty where it begins with neither."""
    lines = text.split("\n")
    found = _NAME.match(lines[number - 1]) if number and number <= len(lines) else None
    return (found[1] or found[2]) if found else ""


def without_line(text: str, number: int | None) -> str:
    """The text with one broken assignment emptied, so that the lines after it can be read as well."""
    lines = text.split("\n")
    if number is None or number > len(lines) or not _ASSIGNMENT.match(lines[number - 1]):
        return text
    lines[number - 1] = ""
    return "\n".join(lines)


def _meaning(message: str, line: str) -> str:
    if message.startswith("Cannot overwrite a value"):
        return f"キー「{line.partition('=')[0].strip()}」が二度書かれています"
    known = next((words for start, words in _MEANINGS if message.startswith(start)), None)
    if known:
        return known
    outside = re.sub(r'"[^"]*"|#.*', "", line)
    if _FULL_WIDTH.search(outside):
        return "全角の文字があります。キー、数字、記号は半角で書き、日本語は二重引用符で囲みます"
    if _DATE.search(line):
        return "日付は 2026-03-01 のように、4桁-2桁-2桁の実在する日で書きます"
    if _BARE_WORD.search(line):
        return '文字列は二重引用符（"）で囲みます'
    return f"この行の書き方が TOML のきまりに合いません（{message}）"
