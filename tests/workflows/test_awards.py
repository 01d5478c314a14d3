"""Awards by hand and by file: all of a file or nothing of it, and no letter to the wrong company."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from portal import clock
from portal.acting import acting, looking
from portal.mail.outbox import OutboxMessage
from portal.workflows.find_company import NewCompany
from portal.workflows.import_awards import ImportLine, confirm_import, preview_import
from procurement.cases import ProcurementCase
from procurement.parties import Company
from tests.workflows.databases import on_postgres, on_sqlite
from tests.workflows.town import COMPANY, OFFICER, Town, refused

HEAD = "案件番号,案件名,種別,入札方式,公告日,落札決定日,落札金額,落札者,業者番号,メールアドレス\n"


def row(number: str, company: str = "山田建設株式会社", **changes: str) -> str:
    cells = {
        "title": "市道改良工事",
        "category": "建設工事",
        "method": "一般競争入札",
        "noticed_on": "2026/4/10",
        "awarded_on": "2026/5/7",
        "price": "1100000",
        "company": company,
        "registration": "",
        "mail": "",
    } | changes
    return ",".join([number, *cells.values()]) + "\n"


def preview(town: Town, *rows: str) -> list[ImportLine]:
    with looking(OFFICER) as act:
        return preview_import(act, town.city, (HEAD + "".join(rows)).encode())


def bring_in(town: Town, *rows: str) -> int:
    with acting(OFFICER) as act:
        cases, _ = confirm_import(act, town.city, (HEAD + "".join(rows)).encode())
        return len(cases)


def count(kind: Any) -> int:
    with looking(OFFICER) as act:
        return act.session.scalar(select(func.count()).select_from(kind)) or 0


def test_a_file_is_imported_once_however_often_it_is_confirmed(town: Town) -> None:
    rows = [
        row(str(number), mail=f"info{number}@example.jp", registration=str(number)) for number in range(3)
    ]
    assert bring_in(town, *rows) == 3
    letters = count(OutboxMessage)
    assert bring_in(town, *rows) == 0
    assert [line.verdict for line in preview(town, *rows, row("9"))] == ["known"] * 3 + ["new"]
    assert count(ProcurementCase) == 3
    assert count(OutboxMessage) == letters
    assert len(town.letters(to="info1@")) == 1


@on_sqlite
def test_one_broken_row_keeps_the_whole_file_out(town: Town) -> None:
    with refused("import_has_broken_rows"):
        bring_in(town, row("1"), row("2", price="たくさん"))
    assert count(ProcurementCase) == 0
    assert count(OutboxMessage) == 0


@on_sqlite
@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({"awarded_on": "2026/5/8"}, "現在より後"),
        ({"noticed_on": "2026/5/8"}, "公告日"),
        ({"title": "長" * 201}, "案件名"),
        ({"company": "長" * 101}, "落札者"),
        ({"mail": "nobody"}, "メールアドレス"),
        ({"mail": "a@example.jp b@example.jp"}, "メールアドレス"),
        ({"price": "999999999億円"}, "契約金額"),
    ],
)
def test_what_the_rules_refuse_is_a_broken_row(town: Town, changes: dict[str, str], word: str) -> None:
    (line,) = preview(town, row("1", **changes))
    assert line.verdict == "broken"
    assert word in line.problems[0].text


@on_sqlite
def test_a_number_of_another_company_is_a_broken_row(town: Town) -> None:
    town.award()
    (line,) = preview(town, row("2", company="鈴木土木株式会社", registration="0123"))
    assert line.verdict == "broken"
    assert "山田建設株式会社" in line.problems[0].text


@on_sqlite
def test_one_number_for_two_companies_of_a_file_is_a_broken_row(town: Town) -> None:
    lines = preview(
        town,
        row("1", registration="77"),
        row("2", registration="77"),
        row("3", registration="77", company="川田土木"),
    )
    assert [line.verdict for line in lines] == ["new", "new", "broken"]
    assert "2行目では「山田建設株式会社」の番号です" in lines[2].problems[0].text


@on_sqlite
@pytest.mark.parametrize("name", ["山田建設株式会社", "山田建設（株）", "山田建設株式会社　佐賀支店"])
def test_a_company_is_found_by_its_number_however_it_is_written(town: Town, name: str) -> None:
    town.award()
    assert bring_in(town, row("2", company=name, registration="0123")) == 1
    assert count(Company) == 1
    assert len(town.letters(to="keiyaku@")) == 2


@on_sqlite
def test_two_companies_of_one_name_stay_two(town: Town) -> None:
    assert bring_in(town, row("1"), row("2")) == 2
    assert count(Company) == 2


@on_sqlite
def test_an_award_adds_what_is_missing_of_a_company_and_overwrites_nothing(town: Town) -> None:
    unknown = NewCompany(name=COMPANY.name, mail_address="", registration_number="0123", phone="1")
    town.award(number="1", company=unknown)
    town.award(number="2", company=replace(COMPANY, phone="2"))
    with looking(OFFICER) as act:
        company = act.session.scalars(select(Company)).one()
        assert (company.mail_address, company.phone) == (COMPANY.mail_address, "1")


@on_postgres
@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"title": "長" * 201}, "text_too_long"),
        ({"place": "長" * 201}, "text_too_long"),
        ({"section": "長" * 101}, "text_too_long"),
        ({"number": "9" * 61}, "text_too_long"),
        ({"note": "長" * 501}, "text_too_long"),
        ({"title": "一行\n二行"}, "text_of_several_lines"),
        ({"title": "\x00"}, "text_unreadable"),
        ({"title": " "}, "award_incomplete"),
        ({"contract_price": -1}, "price_out_of_range"),
        ({"contract_price": 10**20}, "price_out_of_range"),
        ({"consumption_tax": 99_000_000}, "tax_out_of_range"),
        ({"company": replace(COMPANY, name="長" * 101)}, "text_too_long"),
        ({"company": replace(COMPANY, phone="0" * 41)}, "text_too_long"),
        ({"company": replace(COMPANY, mail_address="nobody")}, "mail_address_invalid"),
        ({"company": replace(COMPANY, name=" ")}, "company_missing"),
    ],
)
def test_what_the_database_cannot_hold_is_refused_in_words(
    town: Town, changes: dict[str, Any], code: str
) -> None:
    with refused(code):
        town.award(**changes)


@on_postgres
def test_the_longest_texts_that_fit_are_taken(town: Town) -> None:
    local, domain = "a" * 64, ".".join(["b" * 60] * 3)
    town.award(
        number="9" * 60,
        title="長" * 200,
        place="長" * 200,
        company=replace(COMPANY, name="長" * 100, mail_address=f"{local}@{domain}.jp"),
    )
    town.file()
    assert len(town.letters(to="aaaa")) == 2  # the award notice and the receipt


@on_sqlite
@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"awarded_at": timedelta(seconds=1)}, "award_in_future"),
        ({"starts_on": timedelta(days=9), "ends_on": timedelta(days=8)}, "period_reversed"),
        ({"noticed_on": timedelta(days=1)}, "notice_after_award"),
    ],
)
def test_dates_that_cannot_be_are_refused(town: Town, changes: dict[str, timedelta], code: str) -> None:
    now = clock.now()
    moved = {name: now + by if name == "awarded_at" else now.date() + by for name, by in changes.items()}
    with refused(code):
        town.award(**moved)


@on_sqlite
def test_the_same_number_is_taken_once_in_a_city_and_again_in_another(town: Town) -> None:
    town.award()
    with refused("case_number_taken"):
        town.award()
    town.city = "iwaki"
    town.award()
    assert count(ProcurementCase) == 2
