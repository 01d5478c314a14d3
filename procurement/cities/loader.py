"""City files (市ファイル): read and checked; every mistake at once, each with its file, key, and what was expected."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from procurement.cities.lines import key_lines, line_of
from procurement.cities.reader import Mistake
from procurement.cities.schema import read_city
from procurement.cities.toml_mistakes import read_around_flaws
from procurement.rules import CityRules

__all__ = ["BUNDLED", "CityFile", "CityFileErrors", "CityRules", "Problem", "load_cities", "load_file"]

BUNDLED = Path(__file__).parent / "data"


@dataclass(frozen=True)
class Problem:
    """One mistake in a city file (市ファイルの誤り)."""

    file: str
    key: str
    expected: str
    line: int | None = None

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}行目" if self.line else self.file
        return f"{place}: {self.key}: {self.expected}" if self.key else f"{place}: {self.expected}"


class CityFileErrors(Exception):
    """A city file that cannot be used, with every mistake that was found."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__("\n".join(str(problem) for problem in problems))
        self.problems = problems


@dataclass(frozen=True)
class CityFile:
    """The text of one city file and its TOML table, before anything is judged.

    `flaws` are the statements that are no TOML; they are left out of the table, so that the rest can be judged.
    """

    path: Path
    text: str
    raw: dict[str, Any]
    flaws: tuple[Problem, ...] = ()

    @classmethod
    def open(cls, path: Path) -> "CityFile":
        """Read the file. Raises CityFileErrors when it is missing or not UTF-8."""
        text = _text_of(path)
        try:
            raw, flaws = read_around_flaws(text)
        except RecursionError as error:
            raise _unreadable(path, "角かっこや波かっこの重なりが深すぎて読めません") from error
        names = {number: key for key, number in reversed(key_lines(text).items())}
        found = [
            Problem(
                path.name,
                names.get(flaw.line) or flaw.name or names.get(flaw.statement, ""),
                flaw.why,
                flaw.line,
            )
            for flaw in flaws
        ]
        return cls(path, text, raw, tuple(found))

    def problems(self, mistakes: Iterable[tuple[str, str]]) -> list[Problem]:
        """Mistakes (key and what was expected) with their file and line, in the order of the file.

        What is said of a key or a table only because a statement was left out is not said.
        """
        if self.flaws and not self.raw:
            return list(self.flaws)
        lines, flawed = key_lines(self.text), [flaw.key for flaw in self.flaws if flaw.key]
        found = [
            Problem(self.path.name, key, words, line_of(key, lines))
            for key, words in mistakes
            if not any(name == key or name.startswith(f"{key}.") for name in flawed)
        ]
        return sorted(dict.fromkeys([*self.flaws, *found]), key=lambda problem: problem.line or 0)


def _text_of(path: Path) -> str:
    try:
        content = path.read_bytes()
    except FileNotFoundError as error:
        raise _unreadable(path, "ファイルを読めません。この名前のファイルはありません") from error
    except IsADirectoryError as error:
        raise _unreadable(
            path, "ファイルを読めません。フォルダーではなく、ファイルの名前が要ります"
        ) from error
    except OSError as error:
        raise _unreadable(path, f"ファイルを読めません（{error.strerror}）") from error
    try:
        return content.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        raise _unreadable(
            path, f"文字コードは UTF-8 が要ります。{_encoding_words(content)}UTF-8 で保存し直します"
        ) from error


def _encoding_words(content: bytes) -> str:
    """Which encoding it seems to be; empty where that is not clear."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "いまは UTF-16 のようです。"
    try:
        content.decode("cp932")
    except UnicodeDecodeError:
        return ""
    return "いまは Shift_JIS（CP932）のようです。"


def _unreadable(path: Path, why: str) -> CityFileErrors:
    return CityFileErrors([Problem(path.name, "", why)])


def load_file(path: Path) -> CityRules:
    """Read one city file. Raises CityFileErrors with every mistake."""
    file = CityFile.open(path)
    mistakes: list[Mistake] = []
    rules = read_city(file.raw, mistakes)
    if problems := file.problems(mistakes):
        raise CityFileErrors(problems)
    return rules


def load_cities(extra_dir: Path | None = None) -> dict[str, CityRules]:
    """All cities by slug: the bundled ones, then those of a folder, which replace a bundled one of their slug.

    Raises CityFileErrors with the mistakes of all files together.
    """
    cities, problems = load_sound_cities(extra_dir)
    if problems:
        raise CityFileErrors(problems)
    return cities


def load_sound_cities(extra_dir: Path | None = None) -> tuple[dict[str, CityRules], list[Problem]]:
    """The cities whose files are sound, and the mistakes of the others.

    One city's broken file must not close the portal to the other cities.
    """
    problems: list[Problem] = []
    cities = _load_folder(BUNDLED, problems)
    if extra_dir is not None and extra_dir.is_dir():
        cities |= _load_folder(extra_dir, problems)
    return dict(sorted(cities.items())), problems


def _load_folder(folder: Path, problems: list[Problem]) -> dict[str, CityRules]:
    cities: dict[str, CityRules] = {}
    files: dict[str, str] = {}
    for path in sorted(folder.glob("*.toml")):
        try:
            rules = load_file(path)
        except CityFileErrors as errors:
            problems.extend(errors.problems)
            continue
        if rules.slug in cities:
            expected = f"「{rules.slug}」は {files[rules.slug]} にもあります"
            problems.append(Problem(path.name, "slug", expected))
        cities[rules.slug], files[rules.slug] = rules, path.name
    return cities
