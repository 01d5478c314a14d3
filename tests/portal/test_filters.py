"""Words for dates, money and sizes, the same on pages and in mails."""

from datetime import UTC, date, datetime

import pytest

from portal.filters import FILTERS


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("date", date(2026, 5, 7), "2026年5月7日（木）"),
        ("date", datetime(2026, 3, 31, 15, 0, tzinfo=UTC), "2026年4月1日（水）"),
        ("wareki", date(2026, 5, 7), "令和8年5月7日"),
        ("wareki", date(2019, 5, 1), "令和元年5月1日"),
        ("instant", datetime(2026, 5, 7, 5, 3, tzinfo=UTC), "2026年5月7日（木）14時03分"),
        ("source", "004_fa20bb5a45307e8d.txt「遡及について」", "市の案内資料「遡及について」"),
        ("source", "地方自治法第4条の2", "地方自治法第4条の2"),
        ("source", "リンクだけを送る（AMB-39）。", "リンクだけを送る。"),
        ("short_instant", datetime(2026, 5, 7, 5, 3, tzinfo=UTC), "2026/05/07（木）14:03"),
        ("yen", 12345678, "12,345,678円"),
        ("filesize", 999, "999バイト"),
        ("filesize", 1536, "1.5 KB"),
        ("filesize", 20 * 1024 * 1024, "20 MB"),
        ("filesize", 5 * 1024**4, "5,120 GB"),
    ],
)
def test_values_in_words(name: str, value: object, words: str) -> None:
    assert FILTERS[name](value) == words


@pytest.mark.parametrize("name", FILTERS)
def test_what_is_not_there_is_an_empty_text(name: str) -> None:
    assert FILTERS[name](None) == ""
