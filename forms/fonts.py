"""Fonts of our papers (書体): BIZ UD Mincho and Gothic, on the machine or named in the configuration."""

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont

MINCHO = "Mincho"
GOTHIC = "Gothic"
NAMES = "Names"
"""A third font, for characters of names that the serif face lacks; papers do without it where there is none."""
PACKAGES = {MINCHO: "fonts-morisawa-bizud-mincho", GOTHIC: "fonts-morisawa-bizud-gothic"}
USUAL_PATHS = {
    MINCHO: "/usr/share/fonts/truetype/bizud-mincho/BIZUDMincho-Regular.ttf",
    GOTHIC: "/usr/share/fonts/truetype/bizud-gothic/BIZUDGothic-Regular.ttf",
}
NAMES_USUAL_PATH = "/usr/share/fonts/truetype/ipamj/ipamjm.ttf"
NAMES_SETTING = "FONT_NAMES"
SETTINGS = {MINCHO: "FONT_MINCHO", GOTHIC: "FONT_GOTHIC"}


class FontMissing(RuntimeError):
    """A font that papers need is not there; the message names the package and the setting."""

    def __init__(self, name: str, path: Path) -> None:
        super().__init__(
            f"No font file at {path}. Install the Debian package {PACKAGES[name]} (apt-get install "
            f"{PACKAGES[name]}), or set {SETTINGS[name]} to the path of a Japanese TrueType font."
        )
        self.name = name
        self.path = path


_chosen: dict[str, Path] = {}


def choose_fonts(settings: Mapping[str, str | None]) -> None:
    """Take FONT_MINCHO and FONT_GOTHIC of the configuration; call once at start. Raises FontMissing."""
    before = dict(_chosen)
    for name, setting in SETTINGS.items():
        configured = settings.get(setting)
        if configured:
            _chosen[name] = Path(configured)
        else:
            _chosen.pop(name, None)
    _choose_names_font(settings.get(NAMES_SETTING))
    if _chosen != before:  # reading a font anew takes a good part of a second
        registered_font.cache_clear()
    fonts_of_names.cache_clear()
    for name in SETTINGS:
        font_path(name)


def _choose_names_font(configured: str | None) -> None:
    if configured:
        _chosen[NAMES] = Path(configured)
    else:
        _chosen.pop(NAMES, None)


def names_font_path() -> Path | None:
    """File of the font for characters of names (IPAmj Mincho, fonts-ipamj-mincho), or None when there is none."""
    path = _chosen.get(NAMES, Path(NAMES_USUAL_PATH))
    return path if path.is_file() else None


@lru_cache(maxsize=1)
def fonts_of_names() -> tuple[tuple[str, Path], ...]:
    """The fonts that print names, in the order in which they are asked for a character. Raises FontMissing."""
    names = names_font_path()
    return ((MINCHO, font_path(MINCHO)), *(((NAMES, names),) if names else ()))


def font_path(name: str) -> Path:
    """File of MINCHO or GOTHIC. Raises FontMissing when there is none."""
    path = _chosen.get(name, Path(USUAL_PATHS[name]))
    if not path.is_file():
        raise FontMissing(name, path)
    return path


@lru_cache(maxsize=4)
def registered_font(name: str) -> str:
    """Make the font known to reportlab and give its name back."""
    path = names_font_path() if name == NAMES else font_path(name)
    font = TTFont(name, str(path))
    _correct_advances(font.face)
    pdfmetrics.registerFont(font)
    return name


def _correct_advances(face: Any) -> None:
    """reportlab scales the width that the last glyphs share before it keeps it; PDF/A wants the font's own.

    Those glyphs are the variants that names are made of.
    """
    full = int.from_bytes(face.get_table("hhea")[34:36], "big")
    shared = face.hmetrics[full - 1][0]
    face.hmetrics[full:] = [(shared, bearing) for _, bearing in face.hmetrics[full:]]
