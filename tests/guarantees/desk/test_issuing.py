"""Issuing on both databases: numbers and keys in the company's shape, history as orderers see it, no second issue."""

import re
from datetime import UTC, date, datetime, timedelta

import pytest

from guarantees.certificates import Target, VersionKind
from guarantees.desk import issuing
from guarantees.desk.asked import Asked, AskedChange, AskedProduct
from guarantees.desk.histories import entries_of, newest_contents
from guarantees.desk.issuing import Officer
from guarantees.desk.numbering import new_customer_number, new_key
from guarantees.desk.orm import ApplicationKind, DeskApplication, DeskCustomer
from guarantees.errors import GuaranteeRefused
from guarantees.issuers import issuer_of, issuers
from guarantees.products import CertificateForm, Product
from guarantees.sealed_words import SealedWords
from portal.database import Database

NOW = datetime(2026, 5, 8, 16, 0, tzinfo=UTC)  # the 9th in Japan
SEAL = SealedWords("a secret of the tests", "surety desks")
OFFICER = Officer("担当者", NOW, SEAL)
ELECTRONIC, PAPER = CertificateForm.ELECTRONIC, CertificateForm.PAPER
PRODUCTS = (
    AskedProduct(Product.ADVANCE_PAYMENT, 20_000_000, ELECTRONIC, "みほん銀行　本店"),
    AskedProduct(Product.CONTRACT, 5_000_000, PAPER),
)
ASKED = Asked(
    orderer="mihon",
    orderer_name="見本市長",
    work_name="市道改良工事",
    contract_price=50_000_000,
    work_starts_on=date(2026, 6, 1),
    work_ends_on=date(2026, 10, 30),
    products=PRODUCTS,
    branch="佐賀支店",
)


def application(issuer: str) -> DeskApplication:
    customer = DeskCustomer(
        issuer=issuer, number="10000001", name="見本建設株式会社", applied_at=NOW, admitted_at=NOW
    )
    made = DeskApplication(
        issuer=issuer, customer=customer, kind=ApplicationKind.NEW, values={}, saved_at=NOW
    )
    made.submit(f"{issuer}-1", NOW)
    return made


@pytest.mark.parametrize("issuer", [issuer.code for issuer in issuers()])
def test_a_guarantee_has_number_and_key_in_the_shape_of_its_company(database: Database, issuer: str) -> None:
    with database.writers() as session:
        row = application(issuer)
        session.add(row)
        made = [
            issuing.issue(session, row, ASKED, one, OFFICER, ASKED.contents(one, "見本", OFFICER.today))
            for one in PRODUCTS
        ]
        company = issuer_of(issuer)
        assert all(re.fullmatch(company.number, one.number) for one in made)
        assert len({one.number for one in made}) == 2
        electronic, paper = made
        key = issuing.key_of(electronic, SEAL)
        assert re.fullmatch(company.key, key.reveal())
        assert len(key.reveal()) == company.key_length
        assert not set(key.reveal()) & set(company.key_excludes)
        assert key.reveal().encode() not in (electronic.key_sealed or b"")
        assert paper.key_sealed is None
        with pytest.raises(GuaranteeRefused, match="認証キーがありません"):
            issuing.key_of(paper, SEAL)
        with pytest.raises(GuaranteeRefused, match="すでに発行"):
            issuing.issue(session, row, ASKED, PRODUCTS[0], OFFICER, newest_contents(electronic))
        assert new_customer_number(session, issuer) == "10000002"


def test_keys_do_not_repeat() -> None:
    assert len({new_key(issuer_of("west")).reveal() for _ in range(500)}) == 500


def test_the_history_is_what_orderers_see(database: Database) -> None:  # GUAR-62, GUAR-72
    with database.writers() as session:
        row = application("west")
        session.add(row)
        contents = ASKED.contents(PRODUCTS[0], row.customer.name, OFFICER.today)
        made = issuing.issue(session, row, ASKED, PRODUCTS[0], OFFICER, contents)
        change = AskedChange(55_000_000, 22_000_000, None, date(2026, 12, 1), ELECTRONIC, "増額のため")
        issuing.change(made, change.applied_to(contents), OFFICER, "増額のため")
        wrong = change.applied_to(contents)
        corrected = AskedChange(55_000_000, 21_000_000, None, date(2026, 12, 1), ELECTRONIC, "誤記")
        issuing.correct(made, corrected.applied_to(contents), OFFICER, "誤記のため")
        assert [paper.kind for paper in made.papers] == [
            VersionKind.NEW,
            VersionKind.CHANGE,
            VersionKind.CORRECTION,
        ]
        assert made.waiting == made.papers
        assert entries_of(made) == ()  # nothing has arrived yet
        for minutes, paper in enumerate(made.papers):
            paper.arrive(NOW + timedelta(minutes=minutes))
        entries = entries_of(made)
        assert [entry.target for entry in entries] == [Target.NEW, Target.CHANGE]
        assert entries[-1].contents.guaranteed_amount == 21_000_000
        assert entries[-1].contents.guarantee_ends_on == date(2026, 12, 1)
        assert entries[-1].arrived_at == NOW + timedelta(minutes=2)
        assert wrong not in [entry.contents for entry in entries]
        issuing.withdraw_change(made, OFFICER, "変更の取りやめ")
        assert newest_contents(made) == contents
        with pytest.raises(GuaranteeRefused, match="取り消せる変更がありません"):
            issuing.withdraw_change(made, OFFICER, "もう一度")
        issuing.cancel(made, OFFICER, "契約の解除")
        assert not made.is_in_force
        with pytest.raises(GuaranteeRefused, match="解約されています"):
            issuing.change(made, wrong, OFFICER, "遅い")


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (AskedChange(50_000_000, 20_000_000, None, date(2026, 10, 30), PAPER, "理由"), "contents.same"),
        (AskedChange(50_000_000, 50_000_001, None, date(2026, 10, 30), PAPER, "理由"), "amount.above_price"),
        (AskedChange(50_000_000, 1, None, date(2026, 5, 31), PAPER, "理由"), "period.reversed"),
        (AskedChange(50_000_000, 1, None, date(2026, 10, 30), PAPER, " "), "reason.missing"),
    ],
)
def test_a_change_that_cannot_be(database: Database, change: AskedChange, code: str) -> None:
    with database.writers() as session:
        row = application("east")
        session.add(row)
        contents = ASKED.contents(PRODUCTS[0], "見本", OFFICER.today)
        made = issuing.issue(session, row, ASKED, PRODUCTS[0], OFFICER, contents)
        with pytest.raises(GuaranteeRefused) as told:
            issuing.change(made, change.applied_to(contents), OFFICER, change.reason)
        assert told.value.code == code


def test_what_was_asked_survives_its_row() -> None:
    assert Asked.from_json(ASKED.to_json()) == ASKED
    change = AskedChange(1, 1, date(2026, 1, 1), date(2026, 2, 1), PAPER, "理由", "a@example.jp")
    assert AskedChange.from_json(change.to_json()) == change
