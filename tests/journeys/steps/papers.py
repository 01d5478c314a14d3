"""Papers that people bring along: a CSV of awards, a draft contract, a drawing."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from pathlib import Path

import pikepdf

from tests.journeys.steps import office
from tests.journeys.steps.towns import Award

A4 = (595, 842)


def awards_csv(folder: Path, *awards: Award, more: Mapping[str, str] | None = None) -> Path:
    """A CSV as tender systems write it (CP932), one row for each award, with more columns if wanted."""
    rows = [_row(award) | dict(more or {}) for award in awards]
    file = folder / "rakusatsu.csv"
    with file.open("w", encoding="cp932", newline="") as target:
        writer = csv.DictWriter(target, rows[0])
        writer.writeheader()
        writer.writerows(rows)
    return file


def pdf(folder: Path, name: str, pages: int = 2) -> Path:
    """A PDF with empty pages."""
    file = folder / name
    with pikepdf.new() as document:
        for _ in range(pages):
            document.add_blank_page(page_size=A4)
        document.save(file)
    return file


def _row(award: Award) -> dict[str, str]:
    return {
        "案件番号": award.number,
        "工事名": award.title,
        "工事場所": "見本町地内",
        "種別": office.CATEGORY,
        "入札方式": office.METHOD,
        "担当課": award.town.section,
        "公告日": office.NOTICED,
        "落札決定日": "2026/5/7",
        "落札決定時刻": "9:30",
        "落札金額(税込)": f"{award.price}円",
        "うち消費税": award.tax,
        "工期(自)": office.STARTS,
        "工期(至)": office.ENDS,
        "落札者": award.company,
        "業者番号": award.number.replace("-", ""),
        "住所": "見本県髙橋町１丁目２番３号",
        "代表者職名": "代表取締役",
        "代表者氏名": "髙橋　花子",
        "メールアドレス": award.company_mail,
        "電話番号": "0284-00-0001",
    }
