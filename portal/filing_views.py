"""What a filing says (提出物の表示), for both doors: sections with their tables, differences, remarks, receipts."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from forms.issued.receipt import ReceiptFacts
from forms.model import FormDefinition, RowGroup
from forms.row_groups import filled_rows
from forms.values import Difference, Row, diff_values, display_values, restored, text_of
from portal.workflows.review_filing import attachment_key, markable_labels
from procurement.filings import Filing, FilingAttachment, FilingMessage, FilingVersion
from procurement.rules import CityRules


class ShownRow(NamedTuple):
    """One row of a table: its name, and a cell for each column."""

    label: str
    cells: tuple[Row, ...]


class ShownTable(NamedTuple):
    """A table of rows (表) with the names of its columns; only rows in which something is written."""

    label: str
    columns: tuple[str, ...]
    rows: tuple[ShownRow, ...]


class ShownSection(NamedTuple):
    """A section as a reader sees it: single answers first, then its tables."""

    heading: str
    rows: tuple[Row, ...]
    tables: tuple[ShownTable, ...]


class Remark(NamedTuple):
    """What is wrong with one place: the key of the field, its label, the officer's words (may be empty)."""

    key: str
    label: str
    text: str


class Comparison(NamedTuple):
    """Two versions side by side (新旧対照)."""

    before: FilingVersion
    after: FilingVersion
    differences: list[Difference]


def shown_sections(form: FormDefinition, kept: Mapping[str, object]) -> list[ShownSection]:
    """Everything that was filled in, in the order of the form, tables as tables."""
    values = restored(form, kept)
    return [
        ShownSection(
            section.heading,
            tuple(Row(f.key, f.label, text_of(f, values.get(f.key))) for f in section.plain_fields),
            tuple(_table(group, values) for group in section.groups),
        )
        for section in form.sections
    ]


def _table(group: RowGroup, values: Mapping[str, object]) -> ShownTable:
    written = sorted({*range(1, group.min_rows + 1), *filled_rows(group, values)})
    rows = (
        ShownRow(
            group.label_of(number),
            tuple(Row(f.key, f.label, text_of(f, values.get(f.key))) for f in group.cells(number)),
        )
        for number in written
    )
    return ShownTable(group.label, tuple(column.label for column in group.columns), tuple(rows))


def compared(
    form: FormDefinition, version: FilingVersion, versions: Sequence[FilingVersion], number: int | None
) -> Comparison | None:
    """A version against another one: that of this number, or the one before; None when there is no other."""
    others = [other for other in versions if other is not version]
    chosen = next((other for other in others if other.number == number), None)
    earlier = [other for other in others if other.number < version.number]
    other = chosen or (earlier[-1] if earlier else None)
    if other is None:
        return None
    before, after = sorted((other, version), key=lambda one: one.number)
    return Comparison(before, after, compare_versions(form, before, after))


def compare_versions(form: FormDefinition, before: FilingVersion, after: FilingVersion) -> list[Difference]:
    """Field by field what differs between two versions, files too."""
    return [
        *diff_values(form, before.values, after.values),
        *compare_files(form, before.attachments, after.attachments),
    ]


def compare_files(
    form: FormDefinition, before: Sequence[FilingAttachment], after: Sequence[FilingAttachment]
) -> list[Difference]:
    """Kinds of attachment whose files differ; a file of the same name with other bytes differs too."""
    found = []
    for wanted in form.attachments:
        old = [(file.name, file.sha256) for file in before if file.code == wanted.code]
        new = [(file.name, file.sha256) for file in after if file.code == wanted.code]
        if old != new:
            words = _file_words(old, new), _file_words(new, old)
            found.append(Difference(attachment_key(wanted.code), f"添付「{wanted.label}」", *words))
    return found


def _file_words(files: Sequence[tuple[str, str]], others: Sequence[tuple[str, str]]) -> str:
    """Names; where the other side has the same name with other bytes the beginning of the hash tells them apart."""
    hashes = dict(others)
    return "、".join(
        f"{name}（SHA-256 {sha256[:8]}…）" if hashes.get(name, sha256) != sha256 else name
        for name, sha256 in files
    )


def remarks_of(message: FilingMessage, form: FormDefinition) -> list[Remark]:
    """What an officer marked, in the order of the form; a place that the form no longer has keeps its key."""
    labels = markable_labels(form)
    order = {key: place for place, key in enumerate(labels)}
    keys = sorted(message.marked_fields, key=lambda key: order.get(key, len(order)))
    return [Remark(key, labels.get(key, key), message.remark_on(key)) for key in keys]


def thread_remarks(filing: Filing, form: FormDefinition) -> dict[str, list[Remark]]:
    """The remarks of every message of a thread, by the id of the message."""
    return {message.id: remarks_of(message, form) for message in filing.messages if message.marked_fields}


def receipt_facts(
    filing: Filing, version: FilingVersion, form: FormDefinition, rules: CityRules
) -> ReceiptFacts:
    """What the receipt (受付票) of a version says, the same for both sides."""
    assert version.receipt_number is not None
    assert version.submitted_at is not None
    return ReceiptFacts(
        receipt_number=version.receipt_number,
        received_at=version.submitted_at,
        city_name=rules.name,
        form_title=filing.title,
        case_title=filing.case.title,
        company_name=filing.company.name,
        sections=display_values(form, version.values),
        attachments=[attachment.name for attachment in version.attachments],
        is_late=version.is_late,
        version_number=version.number,
        paper_sha256=version.paper_sha256 or "",
        attachment_hashes=[attachment.sha256 for attachment in version.attachments],
    )
