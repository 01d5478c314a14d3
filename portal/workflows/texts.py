"""Texts that people type (入力された文章): they must fit their column, on every database alike."""

import unicodedata

from sqlalchemy.orm import InstrumentedAttribute

from procurement.errors import RuleViolation

LONGEST = 4000
"""Where the column itself sets no limit."""
LINE_BREAKS = "\n\t"


def fitting(
    text: str,
    column: InstrumentedAttribute[str] | InstrumentedAttribute[str | None],
    what: str,
    *,
    limit: int | None = None,
) -> str:
    """A text of several lines, without outer blanks; refused in words when it is longer than its column."""
    stripped = text.replace("\r\n", "\n").strip()
    longest = limit or getattr(column.type, "length", None) or LONGEST
    if len(stripped) > longest:
        raise RuleViolation(
            "text_too_long",
            f"{what}が長すぎます（{len(stripped):,}文字）。{longest:,}文字までで入力します。",
            remedy="短くして、もう一度入力します。",
        )
    if any(unicodedata.category(character) == "Cc" for character in stripped if character not in LINE_BREAKS):
        raise RuleViolation(
            "text_unreadable",
            f"{what}に、文字として読めない制御文字が含まれています。",
            remedy="入力し直します。",
        )
    return stripped


def fitting_line(
    text: str,
    column: InstrumentedAttribute[str] | InstrumentedAttribute[str | None],
    what: str,
    *,
    limit: int | None = None,
) -> str:
    """The same for a text of one line: names, numbers and titles go into mail subjects and file names."""
    line = fitting(text, column, what, limit=limit)
    if any(character in line for character in LINE_BREAKS):
        raise RuleViolation(
            "text_of_several_lines",
            f"{what}の途中に改行があります。",
            remedy="改行を消して、一行で入力します。",
        )
    return line


def required_reason(
    text: str,
    column: InstrumentedAttribute[str] | InstrumentedAttribute[str | None],
    what: str,
    *,
    limit: int | None = None,
) -> str:
    """A reason (理由) that must be given, as it will be recorded."""
    reason = fitting(text, column, what, limit=limit)
    if not reason:
        raise RuleViolation(
            "reason_missing", f"{what}が入力されていません。", remedy="相手に伝わる言葉で入力します。"
        )
    return reason
