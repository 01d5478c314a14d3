"""City files for tests: written into a folder, and the worked example of docs/city-file.md."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
DOCUMENT = ROOT / "docs" / "city-file.md"
_EXAMPLE = re.compile(r"<!-- example:begin -->\n```toml\n(.*?)```", re.DOTALL)


def worked_example() -> str:
    """The whole city file that the document shows."""
    found = _EXAMPLE.search(DOCUMENT.read_text(encoding="utf-8"))
    assert found is not None
    return found[1]


def write(folder: Path, text: str, name: str = "city.toml") -> Path:
    """Write a city file and give its path."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path
