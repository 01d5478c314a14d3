"""Forms and facts that the tests of this folder share."""

import re
import subprocess
import tomllib
from datetime import UTC, date, datetime
from importlib.resources import files
from pathlib import Path
from typing import Any

from forms.definitions import parse_forms
from forms.facts import FormFacts
from forms.meanings import CaseFlag, Meaning
from forms.model import FormDefinition

TODAY = date(2026, 5, 7)  # Thursday
NOW = datetime(2026, 5, 7, 1, 0, tzinfo=UTC)
CITIES = ("ashikaga", "iwaki", "tosu")


def raw_form(city: str) -> dict[str, Any]:
    """The form table of a bundled city, fresh, so that a test may break it."""
    text = files("procurement.cities").joinpath(f"data/{city}.toml").read_text("utf-8")
    table: dict[str, Any] = tomllib.loads(text)["forms"][0]
    return table


def city_form(city: str) -> FormDefinition:
    """The usage application of a bundled city."""
    return parse_forms((raw_form(city),))[0]


def facts(**changes: Any) -> FormFacts:
    """Facts of a case without anything special."""
    known = {Meaning.CASE_TITLE: "市道12号線道路改良工事", Meaning.CASE_PLACE: "本城三丁目地内"}
    return FormFacts(today=TODAY, known=known, **changes)


def answers(city: str, **changes: str | None) -> dict[str, str]:
    """What a contractor types into a city's form; a change to None takes the answer away."""
    typed: dict[str, str | None] = {
        "applied_on": "令和8年5月7日",
        "company_address": "栃木県足利市本城三丁目1番地",
        "company_name": "株式会社髙﨑建設",
        "company_representative": "代表取締役　山﨑　太郎",
        "case_title": "市道12号線道路改良工事",
        "case_place": "本城三丁目地内",
        "signatory_company": "株式会社髙﨑建設",
        "signatory_title": "代表取締役",
        "signatory_name": "山﨑　太郎",
        "signatory_email": "yamazaki@takasaki.example.jp",
        "contact_name": "鈴木　花子",
        "contact_phone": "0284-20-2222",
        "delegation": "authority",
        "authority_declared": "y",
    } | changes
    keys = {field.key for field in city_form(city).fields()}
    return {key: text for key, text in typed.items() if text is not None and key in keys}


NEEDS_GUARANTEE = frozenset({CaseFlag.CONTRACT_GUARANTEE_REQUIRED})


def pdf_text(pdf: bytes, folder: Path) -> str:
    """The text of a PDF without any white space, as poppler reads it."""
    path = folder / "text.pdf"
    path.write_bytes(pdf)
    done = subprocess.run(["pdftotext", "-layout", str(path), "-"], capture_output=True, check=True)
    return squeezed(done.stdout.decode("utf-8"))


def pdf_words(pdf: bytes, folder: Path) -> str:
    """As `pdf_text`, but in the order of printing: what stands in one cell is together, whatever is beside it."""
    path = folder / "words.pdf"
    path.write_bytes(pdf)
    done = subprocess.run(["pdftotext", "-raw", str(path), "-"], capture_output=True, check=True)
    return squeezed(done.stdout.decode("utf-8"))


def squeezed(text: str) -> str:
    """A text without white space."""
    return re.sub(r"\s", "", text)


def pdf_tool(tool: str, pdf: bytes, folder: Path) -> str:
    """Output of a poppler tool about a PDF."""
    path = folder / "tool.pdf"
    path.write_bytes(pdf)
    done = subprocess.run([tool, str(path)], capture_output=True, check=True)
    return done.stdout.decode("utf-8")
