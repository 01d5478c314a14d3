"""The contract of a case as its contractor sees it: nothing before it is sent, the original after it is concluded."""

import hashlib

from flask import Flask
from sqlalchemy import select

from portal import clock
from portal.acting import house
from portal.audit.entries import AuditEntry
from procurement.contracts import Contract, ContractDocument
from procurement.rules import Route
from tests.portal.contractor.desk import Desk

ORIGINAL = b"%PDF-1.7 the finished original"


def draft(app: Flask, desk: Desk) -> tuple[str, str]:
    """A contract with one document that nobody has sent yet."""
    with desk.as_officer() as act:
        contract = act.session.scalars(select(Contract).where(Contract.case_id == desk.case_id)).one()
        contract.route = Route.ELECTRONIC
        sha256 = house().store.put(ORIGINAL)
        document = ContractDocument(
            city=desk.city,
            position=1,
            name="契約書",
            origin="uploaded",
            draft_sha256=sha256,
            size=30,
            page_count=1,
        )
        contract.documents.append(document)
        act.session.flush()
        return f"{desk.base}/contracts/{contract.id}", document.id


def conclude(desk: Desk) -> None:
    def sign(case) -> None:
        contract = case.contracts[0]
        contract.sent_at = contract.contractor_agreed_at = contract.city_agreed_at = clock.now()
        contract.conclude(at=clock.now(), on=clock.today())
        document = contract.documents[0]
        document.final_sha256, document.final_size = document.draft_sha256, document.size

    desk.read(sign)


def test_a_draft_is_not_for_the_contractor(app: Flask, tosu: Desk) -> None:
    contract, document = draft(app, tosu)
    client = tosu.browser()
    assert client.get(contract).status_code == 404
    assert client.get(f"{contract}/documents/{document}.pdf").status_code == 404


def test_the_original_is_the_citys_file_and_reading_it_is_recorded(app: Flask, tosu: Desk) -> None:
    contract, document = draft(app, tosu)
    conclude(tosu)
    client = tosu.browser()
    sha256 = hashlib.sha256(ORIGINAL).hexdigest()
    assert sha256 in client.get(contract).text
    assert client.get(f"{contract}/documents/{document}.pdf").data == ORIGINAL
    with tosu.as_officer() as act:
        reading = act.session.scalars(select(AuditEntry).where(AuditEntry.tag == "document:read")).one()
    assert reading.details == {"name": "契約書", "sha256": sha256}


def test_another_companys_link_does_not_open_the_original(app: Flask, tosu: Desk) -> None:
    contract, document = draft(app, tosu)
    conclude(tosu)
    other = Desk(app, "tosu", number="other")
    assert other.browser().get(f"{contract}/documents/{document}.pdf").status_code == 404
