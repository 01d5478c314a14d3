"""People of the demo (デモの登場人物) and what is to be tried with them, in words."""

from collections.abc import Mapping
from dataclasses import dataclass

from portal.demo.plans import demo_files
from procurement.rules import CityRules


@dataclass(frozen=True)
class Try:
    """Something to try (試してみること): `part` of the front page, city and case by name, and the sentence that follows."""

    part: str
    city: str
    case: str
    text: str


def labels() -> dict[str, str]:
    """A word for each login name of the demo: 市の契約担当者, 事業者 ..."""
    return {
        entry["login_name"]: entry["label"]
        for file in demo_files()
        for kind in ("accounts", "officers", "customers", "registry_people")
        for entry in file.get(kind, ())
    }


def tries(cities: Mapping[str, CityRules]) -> list[Try]:
    """What the data files name to be tried, in their order."""
    return [
        Try(entry["part"], cities[file["city"]].name, entry["case"], entry["text"])
        for file in demo_files()
        for entry in file.get("tries", ())
    ]
