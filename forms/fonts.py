"""Fonts of our papers (書体): BIZ UD Mincho and Gothic, on the machine or named in the configuration."""

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont, TTFontFile

MINCHO = "Mincho"
GOTHIC = "Gothic"
PACKAGES = {MINCHO: "fonts-morisawa-bizud-mincho", GOTHIC: "fonts-morisawa-bizud-gothic"}
USUAL_PATHS = {
    MINCHO: "/usr/share/fonts/truetype/bizud-mincho/BIZUDMincho-Regular.ttf",
    GOTHIC: "/usr/share/fonts/truetype/bizud-gothic/BIZUDGothic-Regular.ttf",
}
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
    for name, setting in SETTINGS.items():
        configured = settings.get(setting)
        if configured:
            _chosen[name] = Path(configured)
        else:
            _chosen.pop(name, None)
    registered_font.cache_clear()
    for name in SETTINGS:
        font_path(name)


def font_path(name: str) -> Path:
    """File of MINCHO or GOTHIC. Raises FontMissing when there is none."""
    path = _chosen.get(name, Path(USUAL_PATHS[name]))
    if not path.is_file():
        raise FontMissing(name, path)
    return path


@lru_cache(maxsize=4)
def registered_font(name: str) -> str:
    """Make the font known to reportlab and give its name back."""
    pdfmetrics.registerFont(TTFont(name, str(font_path(name))))
    return name


def postscript_name(name: str) -> str:
    """The name of the font inside the PDF, as `pdffonts` lists it."""
    name_in_file = TTFontFile(str(font_path(name))).name
    return name_in_file.decode("ascii") if isinstance(name_in_file, bytes) else str(name_in_file)
