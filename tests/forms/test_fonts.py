"""A font that is missing is named together with the package that has it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from forms.fonts import GOTHIC, MINCHO, FontMissing, choose_fonts, font_path


@pytest.fixture(autouse=True)
def usual_fonts_afterwards() -> Iterator[None]:
    yield
    choose_fonts({})


def test_the_usual_fonts_are_found() -> None:
    choose_fonts({})
    assert font_path(MINCHO).name == "BIZUDMincho-Regular.ttf"
    assert font_path(GOTHIC).name == "BIZUDGothic-Regular.ttf"


def test_a_configured_font_is_taken() -> None:
    usual = font_path(GOTHIC)
    choose_fonts({"FONT_MINCHO": str(usual)})
    assert font_path(MINCHO) == usual


def test_a_missing_font_names_package_and_setting(tmp_path: Path) -> None:
    with pytest.raises(FontMissing) as missing:
        choose_fonts({"FONT_MINCHO": str(tmp_path / "none.ttf")})
    assert "fonts-morisawa-bizud-mincho" in str(missing.value)
    assert "FONT_MINCHO" in str(missing.value)
