"""Scoping: a session that carries a city or a company sees and writes that city's or company's rows only."""

import pytest
from flask import Flask
from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import aliased

from portal.accounts.models import CaseLink
from portal.mail import OutboxMessage
from portal.scoping import Scope, ScopeViolation
from portal.unit_of_work import reading, writing
from tests.conftest import NOON
from tests.database.test_transactions import outbox_message

HERE, THERE = Scope(city="here"), Scope(city="there")


@pytest.fixture(autouse=True)
def two_cities(app: Flask) -> None:
    with app.app_context(), writing() as session:
        session.add(outbox_message("1", city="here"))
        session.add(outbox_message("2", city="there", id="id-of-there"))
        for company in ("ours", "theirs"):
            link = CaseLink(city="here", token_hash=company, case_id="c", company_id=company)
            link.issued_at = link.expires_at = NOON
            session.add(link)


def test_a_query_finds_the_rows_of_its_city(app: Flask) -> None:
    alias = aliased(OutboxMessage)
    with app.app_context(), reading(HERE) as session:
        assert session.scalars(select(OutboxMessage.dedupe_key)).all() == ["1"]
        assert session.scalars(select(alias.dedupe_key)).all() == ["1"]
        assert session.scalar(select(func.count()).select_from(OutboxMessage)) == 1
        assert session.scalars(select(CaseLink).where(CaseLink.city == "there")).all() == []


def test_the_right_id_in_the_wrong_city_is_not_there(app: Flask) -> None:
    with app.app_context():
        with reading(HERE) as session:
            assert session.get(OutboxMessage, "id-of-there") is None
        with reading(THERE) as session:
            assert session.get(OutboxMessage, "id-of-there") is not None


def test_a_company_sees_its_own_rows_only(app: Flask) -> None:
    with app.app_context(), reading(Scope(company_id="ours")) as session:
        assert session.scalars(select(CaseLink.company_id)).all() == ["ours"]


def test_changes_in_bulk_stay_inside_the_scope(app: Flask) -> None:
    with app.app_context():
        with writing(HERE) as session:
            session.execute(update(OutboxMessage).values(subject="changed"))
            session.execute(delete(OutboxMessage).where(OutboxMessage.city == "there"))
        with reading() as session:
            rows = session.execute(
                select(OutboxMessage.city, OutboxMessage.subject).order_by(OutboxMessage.city)
            )
            assert [tuple(row) for row in rows] == [("here", "changed"), ("there", "件名")]


def test_a_row_of_another_city_cannot_be_written(app: Flask) -> None:
    with app.app_context(), pytest.raises(ScopeViolation), writing(HERE) as session:
        session.add(outbox_message("3", city="there"))


def test_a_row_cannot_be_moved_to_another_city(app: Flask) -> None:
    with app.app_context(), pytest.raises(ScopeViolation), writing(HERE) as session:
        session.scalars(select(OutboxMessage)).one().city = "there"
