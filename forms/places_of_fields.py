"""Where a field is written in a form file (欄の書かれた場所): the path of its table, for messages."""

from collections.abc import Iterator

from forms.model import Field, FormDefinition


def placed_fields(definition: FormDefinition, where: str) -> Iterator[tuple[str, Field]]:
    """Every field that the file writes, a column of a table once, with the path of its table."""
    for number, section in enumerate(definition.sections):
        for place, field in enumerate(section.plain_fields):
            yield f"{where}.sections[{number}].fields[{place}]", field
        for place, group in enumerate(section.groups):
            for column, field in enumerate(group.columns):
                yield f"{where}.sections[{number}].rows[{place}].columns[{column}]", field
