"""Tables of rows in a form file (繰り返しの行): read, spread into cells, and asked which rows are filled in."""

from collections.abc import Callable, Iterable, Iterator, Mapping

from forms.model import BarChart, Field, FieldEquals, FieldType, FormCheck, FormDefinition, RowGroup, Section
from forms.references import column_condition_mistakes
from procurement.cities.reader import Table

MOST_ROWS = 50


def read_row_group(
    table: Table, read_field: Callable[[Table], Field], read_key: Callable[[Table, str], str]
) -> RowGroup:
    """One [[...rows]] table with its columns."""
    max_rows = table.count("max_rows", 5, most=MOST_ROWS)
    group = RowGroup(
        key=read_key(table, "key"),
        label=table.text("label", required=True),
        columns=tuple(read_field(column) for column in table.tables("columns", required=True)),
        min_rows=table.count("min_rows", 0, least=0, most=max_rows),
        max_rows=max_rows,
        row_label=table.text("row_label", "{n}行目"),
        note=table.text("note"),
        printed_rows=table.count("printed_rows", min(3, max_rows), least=0, most=max_rows),
        chart=_read_chart(table.table("chart")) if table.has("chart") else None,
    )
    _check_columns(table, group)
    table.done()
    return group


def cells_of(groups: Iterable[RowGroup]) -> tuple[Field, ...]:
    """Every cell of every row, row by row."""
    return tuple(
        cell for group in groups for row in range(1, group.max_rows + 1) for cell in group.cells(row)
    )


def spread_checks(checks: Iterable[FormCheck], sections: Iterable[Section]) -> tuple[FormCheck, ...]:
    """Checks on columns ("works.start") become one check for each row."""
    groups = {group.key: group for section in sections for group in section.groups}
    return tuple(one for check in checks for one in _spread(check, groups))


def _spread(check: FormCheck, groups: dict[str, RowGroup]) -> Iterator[FormCheck]:
    named = [name.partition(".") for name in check.fields]
    group = next((groups[key] for key, dot, _ in named if dot and key in groups), None)
    if group is None:
        yield check
        return
    for row in range(1, group.max_rows + 1):
        keys = tuple(
            group.cell_key(row, column) if key == group.key and dot else key for key, dot, column in named
        )
        yield FormCheck(check.rule, keys)


def filled_rows(group: RowGroup, values: Mapping[str, object]) -> list[int]:
    """Numbers of the rows in which something is written (記入のある行)."""
    return [
        row
        for row in range(1, group.max_rows + 1)
        if any(values.get(cell.key) not in (None, "", False) for cell in group.cells(row))
    ]


def blank_cells(definition: FormDefinition, values: Mapping[str, object]) -> frozenset[str]:
    """Keys of the cells of rows that nobody needs to see: empty, and not among those that must be there."""
    return frozenset(
        cell.key
        for section in definition.sections
        for group in section.groups
        for row in set(range(group.min_rows + 1, group.max_rows + 1)) - set(filled_rows(group, values))
        for cell in group.cells(row)
    )


def without_row(definition: FormDefinition, typed: Mapping[str, str], action: str) -> dict[str, str]:
    """What was typed, after "clear-row:works:2": that row is taken out and those below move up."""
    kind, _, rest = action.partition(":")
    name, _, number = rest.partition(":")
    groups = (group for section in definition.sections for group in section.groups)
    group = next((group for group in groups if group.key == name), None)
    if kind != "clear-row" or group is None or not number.isdecimal():
        return dict(typed)
    kept = {key: text for key, text in typed.items() if key not in {c.key for c in cells_of([group])}}
    rows = [row for row in range(1, group.max_rows + 1) if row != int(number)]
    for place, row in enumerate(rows, start=1):
        for column in group.columns:
            text = typed.get(group.cell_key(row, column.key))
            if text is not None:
                kept[group.cell_key(place, column.key)] = text
    return kept


def _read_chart(table: Table) -> BarChart:
    chart = BarChart(
        label=table.text("label", required=True),
        start=table.text("start", required=True),
        end=table.text("end", required=True),
    )
    table.done()
    return chart


def _check_columns(table: Table, group: RowGroup) -> None:
    columns = {column.key: column for column in group.columns}
    if len(columns) < len(group.columns):
        table.wrong("columns", "二つの列のキーが同じです")
    for column in group.columns:
        if column.means is not None:
            table.wrong("columns", f"列 {column.key} に means は書けません")
        if isinstance(column.required_when, FieldEquals) and column.required_when.field not in columns:
            table.wrong(
                "columns",
                f"列 {column.key} の条件の {column.required_when.field} は、同じ表の列ではありません",
            )
        if column.beside:
            table.wrong("columns", f"列 {column.key} に beside は書けません（列はもともと横に並びます）")
    for text in column_condition_mistakes(group):
        table.wrong("columns", text)
    if group.chart is None:
        return
    if group.chart.label not in columns:
        table.wrong("chart", f"{group.chart.label} という列はありません")
    for key in (group.chart.start, group.chart.end):
        if key not in columns or columns[key].type is not FieldType.DATE:
            table.wrong("chart", f"{key} は、type が date の列ではありません")
