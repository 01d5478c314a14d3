"""Lines of keys (キーの行番号): where in a TOML text each key stands, so that a mistake can be found at once."""

import re
from collections.abc import Mapping

_HEADER = re.compile(r"\s*(\[\[?)\s*([^\[\]]+?)\s*\]\]?\s*(?:#.*)?")
_ASSIGNMENT = re.compile(r"\s*([A-Za-z0-9_-]+|\"[^\"]+\")\s*=")
_INDEX = re.compile(r"\[\d+\]$")
_OPENERS = ('"""', "'''")


def key_lines(text: str) -> dict[str, int]:
    """Path of each table and key, written as `deadlines[0].n`, with its line number from 1."""
    found: dict[str, int] = {}
    counts: dict[str, int] = {}
    prefix, closing = "", ""
    for number, line in enumerate(text.splitlines(), start=1):
        if closing:
            closing = "" if closing in line else closing
        elif header := _HEADER.fullmatch(line):
            prefix = _path_of(header[2].replace(" ", ""), header[1] == "[[", counts)
            found.setdefault(prefix, number)
        elif assignment := _ASSIGNMENT.match(line):
            key = assignment[1].strip('"')
            found.setdefault(f"{prefix}.{key}" if prefix else key, number)
            closing = next((mark for mark in _OPENERS if line.count(mark) % 2), "")
    return found


def _path_of(name: str, is_list: bool, counts: dict[str, int]) -> str:
    """The path of a header; tables below a list belong to the list's newest entry."""
    path = ""
    parts = name.split(".")
    for place, part in enumerate(parts):
        path = f"{path}.{part}" if path else part
        last = place == len(parts) - 1
        if last and is_list:
            counts[path] = counts.get(path, -1) + 1
        if path in counts and (is_list or not last):
            path = f"{path}[{counts[path]}]"
    return path


def line_of(path: str, lines: Mapping[str, int]) -> int | None:
    """The line of a key, or of the nearest thing around it that the text has a line for."""
    while path:
        if path in lines or f"{path}[0]" in lines:
            return lines.get(path) or lines[f"{path}[0]"]
        shorter = _INDEX.sub("", path)
        path = shorter if shorter != path else path.rpartition(".")[0]
    return None
