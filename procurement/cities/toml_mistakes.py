"""What is no TOML in a text (TOMLの誤り), in the words of someone who has never heard of TOML.

The parser stops at its first mistake. Here a broken statement is told of and left out, and the text is read
again, so that every mistake of a file is named at once.
"""

import re
import tomllib
from bisect import bisect_left
from typing import Any, NamedTuple

MOST_FLAWS = 100
"""A text with more of them is no TOML at all: a letter, a table of figures, another format."""

_PLACE = re.compile(r"(.*) \(at (?:line (\d+), column (\d+)|end of document)\)", re.DOTALL)
_STATEMENT = re.compile(r"\s*(?:[\w-]+\s*[=＝]|\[\[?\s*[A-Za-z])")
_HEADER = re.compile(r"\s*(\[\[?)\s*([\w.-]+)")
_NAME = re.compile(r"\s*(?:\[\[?\s*([\w.-]+)\s*\]|([\w-]+)\s*[=＝])")
_DATE = re.compile(r"=\s*\d{4}[-/]\d{1,2}[-/]\d{1,2}")
_WORD_FOR_TRUTH = re.compile(r"=\s*(?:True|TRUE|False|FALSE|yes|no|on|off)\b")
_BARE_WORD = re.compile(r"=\s*[^\s\"\'\[{0-9+-]")
_UNIT = re.compile(r"=\s*\d[\d,_]*\s*[^\s\d#.:,_]|=\s*\d+,\d")
_FULL_WIDTH = re.compile(r"[＝＂”“＃［］｛｝，０-９ａ-ｚＡ-Ｚ\u3000]")

_NO_QUOTE = "文字列の終わりの引用符がありません"
_NO_BRACKET = "角かっこ ] か波かっこ } が閉じていないか、間の「,」がありません"
# What the parser says (its beginning), and what that means for the writer of the file.
_MEANINGS = (
    (
        "Cannot declare",
        "同じ名前の表が二度書かれています。いくつも書ける表は [[名前]]、一つだけの表は一度だけ書きます",
    ),
    ("Cannot mutate immutable", "同じ名前の表が、別の書き方で二度書かれています"),
    ("Illegal character '\\n'", _NO_QUOTE),
    ("Unterminated string", _NO_QUOTE),
    ("Expected \"'", _NO_QUOTE),
    ("Expected '\"", _NO_QUOTE),
    ("Unclosed array", _NO_BRACKET),
    ("Unclosed inline table", _NO_BRACKET),
    ("Expected ']", "表の名前のあとの角かっこが閉じていません"),
    ("Unescaped '\\\\'", "文字列の中の \\ は \\\\ と書きます"),
    ("Found invalid character", "使えない文字があります。改行は LF か CRLF にします"),
)


class Flaw(NamedTuple):
    """One place that is no TOML: its line and that of its statement, from 1, the name there (or none), and why."""

    line: int
    statement: int
    name: str
    why: str


def read_around_flaws(text: str) -> tuple[dict[str, Any], list[Flaw]]:
    """The table of a text without the statements that are no TOML, and what is wrong with each of these."""
    lines = text.split("\n")
    flaws: list[Flaw] = []
    while True:
        try:
            return tomllib.loads("\n".join(lines)), flaws
        except tomllib.TOMLDecodeError as error:
            if len(flaws) == MOST_FLAWS:
                last = flaws[-1].line
                more = Flaw(last, last, "", "このあとにも、TOML として読めない行があります")
                return {}, [*flaws, more]
            flaws.append(_leave_out(lines, str(error)))


def _leave_out(lines: list[str], message: str) -> Flaw:
    """Empty the statement that the parser stumbled over; what was wrong with it."""
    found = _PLACE.fullmatch(message)
    at = int(found[2]) - 1 if found and found[2] else len(lines) - 1
    start = _start_of_statement(lines, at)
    is_open = start < at and (found is None or found[2] is None or bool(_STATEMENT.match(lines[at])))
    number = start if is_open else at
    column = f"{found[3]}文字目、" if found and found[3] and not is_open else ""
    why = f"{_meaning(message, lines[number], is_open)}（{column}TOML として読めません）"
    name = _NAME.match(lines[number])
    flaw = Flaw(number + 1, start + 1, (name[1] or name[2]) if name else "", why)
    header = _HEADER.match(lines[start])
    closed = f"{header[1]}{header[2]}{']' * len(header[1])}" if header else ""
    if header and closed != lines[start] and _parses([*lines[:start], closed]):
        lines[start] = closed
        return flaw
    end = _end_of_statement(lines, start, at, whole_table=header is not None)
    lines[start:end] = [""] * (end - start)
    return flaw


def _start_of_statement(lines: list[str], at: int) -> int:
    """The line where the statement begins that the parser could not read as far as `at`."""
    if _parses(lines[:at]):
        return at
    starts = [number for number in range(at) if _STATEMENT.match(lines[number])]
    place = bisect_left(starts, True, key=lambda number: not _parses(lines[:number]))
    return starts[place - 1] if place else at


def _end_of_statement(lines: list[str], start: int, at: int, whole_table: bool) -> int:
    """The line behind a statement; behind all keys of a table where its header is left out."""
    first = re.sub(r'"[^"]*"|#.*', "", lines[start])
    spans = start < at or sum(map(first.count, "[{")) > sum(map(first.count, "]}"))
    if not whole_table and not spans:
        return start + 1
    opener = _HEADER if whole_table else _STATEMENT
    rest = range(start + 1, len(lines))
    return next((number for number in rest if opener.match(lines[number])), len(lines))


def _parses(lines: list[str]) -> bool:
    try:
        tomllib.loads("\n".join(lines))
    except tomllib.TOMLDecodeError:
        return False
    return True


def _meaning(message: str, line: str, is_open: bool) -> str:
    if message.startswith("Cannot overwrite a value"):
        return f"キー「{line.partition('=')[0].strip()}」が二度書かれています"
    known = next((words for start, words in _MEANINGS if message.startswith(start)), None)
    if known or is_open:
        return known or _NO_BRACKET
    outside = re.sub(r'"[^"]*"|#.*', "", line)
    if _FULL_WIDTH.search(outside):
        return "全角の文字があります。キー、数字、記号は半角で書き、日本語は二重引用符で囲みます"
    if _DATE.search(line):
        return "日付は 2026-03-01 のように、4桁-2桁-2桁の実在する日で書きます"
    if _WORD_FOR_TRUTH.search(line):
        return "真偽は true か false と、小文字で書きます"
    if _UNIT.search(line):
        return "数のあとに余分な文字があります。数だけを書くか、二重引用符で囲みます"
    if _BARE_WORD.search(line):
        return '文字列は二重引用符（"）で囲みます'
    if message.startswith("Expected '='") or not _STATEMENT.match(line):
        return "「キー = 値」か「[表の名前]」の形が要ります。キーのあとに「=」が要ります"
    return f"この行の書き方が TOML のきまりに合いません（{message}）"
