"""From the file to the reminders of guarantees (保証のお知らせの読み取り)."""

from dataclasses import replace

from procurement.cities.reader import Table
from procurement.cities.reminders import GuaranteeReminders

LONGEST_DAYS = 365
"""More days than a year are a slip of the pen."""


def read_guarantee_reminders(table: Table, source: str) -> GuaranteeReminders:
    """[reminders.guarantees] (保証のお知らせ); what it leaves out is our standard and says so."""
    usual, mark = GuaranteeReminders(), table.mark(source)
    silent = tuple(name for name in ("missing", "expires_within", "look_again_after") if not table.has(name))
    rule = GuaranteeReminders(
        missing=_read_days(table, "missing", usual.missing),
        expires_within=table.count("expires_within", usual.expires_within, most=LONGEST_DAYS),
        look_again_after=table.count("look_again_after", usual.look_again_after, most=LONGEST_DAYS),
        mark=replace(
            mark, assumed=(*mark.assumed, *silent), sources={**dict.fromkeys(silent, ""), **mark.sources}
        ),
    )
    table.done()
    return rule


def _read_days(table: Table, name: str, usual: tuple[int, ...]) -> tuple[int, ...]:
    days = []
    for place, value in enumerate(table.raw_list(name)):
        if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= LONGEST_DAYS:
            days.append(value)
        else:
            table.wrong(f"{name}[{place}]", f'0から{LONGEST_DAYS}までの日数が要ります（いまは "{value}"）')
    return tuple(sorted(set(days), reverse=True)) if table.has(name) else usual
