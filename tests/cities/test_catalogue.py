"""Every CITY-* row of the requirement catalogue is carried by a key of a city file, or says who carries it."""

import tomllib
from collections import defaultdict

from procurement.cities.loader import BUNDLED, load_cities

# Rows of the catalogue (section 1.2 to 1.5) and the city files that must carry each.
ALL = {"ashikaga", "iwaki", "tosu"}
ROWS = {
    **dict.fromkeys(("CITY-02", "CITY-03", "CITY-04", "CITY-05", "CITY-06", "CITY-08", "CITY-09"), ALL),
    **dict.fromkeys(("CITY-12", "CITY-13", "CITY-14"), ALL),
    "CITY-07": {"ashikaga", "tosu"},
    "CITY-10": {"tosu"},
    "CITY-11": {"iwaki", "tosu"},
    **{key: {"ashikaga"} for key in (f"CITY-{n}" for n in range(20, 33))},
    **{key: {"iwaki"} for key in (f"CITY-{n}" for n in range(40, 49))},
    **{key: {"tosu"} for key in (f"CITY-{n}" for n in range(60, 74))},
}


def keys_by_row(table, path, found):
    """Collect the paths of the tables that name a row in `ids`."""
    for row in table.get("ids", ()):
        found[row].add(path)
    for name, value in table.items():
        items = value if isinstance(value, list) else [value]
        for item in items:
            if isinstance(item, dict):
                keys_by_row(item, f"{path}.{name}" if path else name, found)
    return found


def carried(slug):
    """Rows that a bundled city file carries, with the tables that carry them."""
    raw = tomllib.loads((BUNDLED / f"{slug}.toml").read_text(encoding="utf-8"))
    return keys_by_row(raw, "", defaultdict(set))


def test_every_row_of_the_catalogue_stands_in_the_city_files_that_it_is_about():
    by_city = {slug: carried(slug) for slug in ALL}
    missing = [
        f"{row}: {slug}" for row, slugs in ROWS.items() for slug in sorted(slugs) if not by_city[slug][row]
    ]
    assert missing == []


def test_a_city_file_names_only_rows_that_the_catalogue_has():
    # CITY-01 is the file itself: a profile of rules, looked up by date.
    known = {*ROWS, "CITY-01"}
    for slug in ALL:
        assert {row for row in carried(slug) if row.startswith("CITY-")} <= known


def test_every_rule_of_a_city_names_its_source_or_says_that_it_is_assumed():
    for city in load_cities().values():
        marks = [
            city.calendar_mark,
            city.amendments.mark,
            city.signing.mark,
            city.mails.mark,
            city.backdating.mark,
        ]
        marks += [rule.mark for rule in (*city.scopes, *city.exclusions, *city.deadline_rules)]
        assert all("「" in m.source or m.assumed or m.unset for m in marks), city.slug


def test_what_iwaki_has_not_said_is_marked_unset():
    [scope] = load_cities()["iwaki"].scopes
    assert scope.mark.unset == ("starts_on", "categories")
