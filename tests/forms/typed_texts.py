"""What a person might type into any field of any form (生成する記入内容), and what it must become."""

from collections.abc import Callable, Iterator
from datetime import date
from typing import NamedTuple

from hypothesis import strategies as st

from forms.glyphs import unprintable
from forms.model import Field, FieldType, FormDefinition
from forms.texts import many_lines, one_line
from procurement.wareki import format_wareki


class Typed(NamedTuple):
    """A text as it is typed, and the value that it stands for."""

    text: str
    value: str | int | bool | date


def jis_x_0213() -> Iterator[str]:
    """Every character of JIS X 0213, third and fourth level too, as Python's codec has them."""
    rows = [bytes([a, b]) for a in range(0xA1, 0xFF) for b in range(0xA1, 0xFF)]
    for code in [*rows, *(b"\x8f" + row for row in rows)]:
        try:
            yield code.decode("euc_jis_2004")
        except UnicodeDecodeError:
            continue


JAPANESE = [c for c in jis_x_0213() if not unprintable(c) and one_line(c) == c]
EVERYDAY = list(
    "山田髙﨑佐藤建設工業株式会社（有）㈱ー－～・ａＢ1２ 　あいがパァﾊﾟｱ①Ⅱ㎡々〆ヶ、。「」&<>\"'%/\\"
)
OF_NAMES = ["𠮷", "葛\U000e0100", "辻\U000e0100", "神\ufe00", "か\u309a", "\ufa19", "𣘺", "ﾊﾟ", "é", "〓"]
CHARACTERS = st.one_of(*map(st.sampled_from, (EVERYDAY, JAPANESE, OF_NAMES)))
LINES = st.lists(CHARACTERS, min_size=2, max_size=14).map("".join)
WORDS = LINES.filter(lambda text: len(one_line(text)) > 1 and not unprintable(one_line(text)))
DAYS = st.dates(min_value=date(1990, 1, 1), max_value=date(2098, 12, 31))
DATE_WORDS: list[Callable[[date], str]] = [format_wareki, date.isoformat, lambda day: f"{day:%Y/%m/%d}"]


def typed_into(field: Field) -> st.SearchStrategy[Typed]:
    """Texts that can be read in a field, each with its value."""
    match field.type:
        case FieldType.DATE:
            return st.builds(lambda day, words: Typed(words(day), day), DAYS, st.sampled_from(DATE_WORDS))
        case FieldType.YEN | FieldType.INTEGER:
            amounts = st.integers(field.min_value or 0, field.max_value or 99_999_999_999)
            return st.builds(
                lambda n, words: Typed(words(n), n),
                amounts,
                st.sampled_from([str, "{:,}".format, _full_width]),
            )
        case FieldType.CHOICE:
            return st.sampled_from([Typed(choice.value, choice.value) for choice in field.choices])
        case FieldType.CHECKBOX:
            return st.just(Typed("y", True))
        case FieldType.PHONE:
            return st.builds(_phone, st.integers(0, 9999), st.booleans())
        case FieldType.EMAIL:
            names = st.text("abcxyz0189.-_", min_size=1, max_size=12).map(lambda name: f"k{name.strip('.')}9")
            return names.filter(lambda n: ".." not in n).map(
                lambda n: Typed(f"{n}@example.jp", f"{n}@example.jp")
            )
        case FieldType.MULTILINE:
            return st.lists(WORDS, min_size=1, max_size=3).map(_several_lines)
        case _:
            return WORDS.map(lambda text: Typed(text, one_line(text)))


@st.composite
def typed_forms(draw: st.DrawFn, definition: FormDefinition) -> dict[str, Typed]:
    """Every field of a form filled in, and up to three rows of each of its tables."""
    fields = [field for section in definition.sections for field in section.plain_fields]
    for section in definition.sections:
        for group in section.groups:
            rows = draw(st.integers(min(1, group.max_rows), min(3, group.max_rows)))
            fields += [cell for row in range(1, rows + 1) for cell in group.cells(row)]
    return {field.key: draw(typed_into(field)) for field in fields}


def _full_width(number: int) -> str:
    return str(number).translate(str.maketrans("0123456789", "０１２３４５６７８９"))


def _phone(number: int, is_wide: bool) -> Typed:
    kept = f"0284-20-{number:04d}"
    return Typed(_full_width(0) + kept[1:].replace("-", "－") if is_wide else kept, kept)


def _several_lines(lines: list[str]) -> Typed:
    text = "\r\n".join(lines)
    return Typed(text, many_lines(text))
