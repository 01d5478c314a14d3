"""Ids of the desk, papers to the company, recommended works, the whole menu. (GUAR-13, GUAR-14, GUAR-51, GUAR-52)"""

import io
import re

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from guarantees.desk.numbering import new_customer_number
from guarantees.desk.orm import DeskCustomer, DeskRecommendation
from portal.accounts.models import Account
from portal.acting import acting
from portal.mail.hidden import mail_key, revealed
from portal.mail.outbox import OutboxMessage
from portal.scoping import Scope
from portal.surety import joining
from portal.unit_of_work import reading
from portal.workflows import admit_desk_customer
from portal.workflows.act import SCHEDULER
from portal.workflows.decide_award import NewAward, NewCompany, decide_award
from procurement.rules import ProcurementCategory, ProcurementMethod
from signing.testing import make_pdf
from tests.people import sign_in
from tests.portal.surety.desk_town import CITY, START, DeskTown

NEW = {
    "issuer": "west",
    "name": "新規建設株式会社",
    "address": "見本県新町1-1",
    "representative": "代表取締役　新規　花子",
    "mail_address": "new@example.jp",
    "phone": "0942-00-0009",
}


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """One kind of database: nothing here depends on it."""
    return sqlite_url


def test_an_id_is_asked_for_given_and_used(desk: DeskTown) -> None:  # GUAR-13
    guest, officer = desk.app.test_client(), desk.officer
    assert guest.post("/surety/join", data=NEW | {"phone": "abc"}).status_code == 422
    assert guest.post("/surety/join", data=NEW).status_code == 302
    again = guest.post("/surety/join", data=NEW)
    assert again.status_code == 422
    assert "新たな手続きは不要です" in again.text
    assert "新規建設株式会社" in officer.get("/surety/customers").text
    with desk.app.app_context(), reading(Scope()) as session:
        waiting = session.scalars(select(DeskCustomer).where(DeskCustomer.name == NEW["name"])).one().id
    officer.post(f"/surety/customers/{waiting}/admit")
    with desk.app.app_context(), reading(Scope()) as session:
        account = session.scalars(select(Account).where(Account.desk_customer_id == waiting)).one()
        letter = session.scalars(select(OutboxMessage).where(OutboxMessage.to == NEW["mail_address"])).one()
        body = revealed(letter.body, mail_key(desk.app.config["KEY_SECRET"]))
    password = body.partition("初回のパスワード：")[2].partition("\n")[0]
    assert password not in letter.body
    assert sign_in(guest, account.login_name, password) == 302
    assert guest.get("/surety/desk/").location == "/password"  # the first password has to be changed
    officer.post(f"/surety/customers/{waiting}/decline", data={"reason": "遅い"})
    with desk.app.app_context(), reading(Scope()) as session:
        assert session.get_one(DeskCustomer, waiting).declined_at is None


def test_a_number_that_somebody_else_took_at_once_is_not_given_out_again(
    desk: DeskTown, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[str] = []

    def late(session: Session, issuer: str) -> str:
        """The first time what is taken already, as one sees it who looks before the other has committed."""
        seen.append(f"{int(new_customer_number(session, issuer)) - (not seen):08}")
        return seen[-1]

    monkeypatch.setattr(admit_desk_customer, "new_customer_number", late)
    assert desk.app.test_client().post("/surety/join", data=NEW).status_code == 302
    with desk.app.app_context(), reading(Scope()) as session:
        waiting = session.scalars(select(DeskCustomer).where(DeskCustomer.name == NEW["name"])).one().id
    assert desk.officer.post(f"/surety/customers/{waiting}/admit").status_code == 302
    with desk.app.app_context(), reading(Scope()) as session:
        numbers = session.scalars(select(DeskCustomer.number).order_by(DeskCustomer.number)).all()
    assert numbers == ["10000001", "10000002", "10000003"]
    assert seen == ["10000002", "10000003"]


def test_one_address_asks_for_so_many_ids_and_no_more(desk: DeskTown) -> None:
    guest = desk.app.test_client()
    names = [f"迷惑建設{number}" for number in range(joining.rate.most + 1)]
    assert guest.post("/surety/join", data=NEW | {"phone": "abc"}).status_code == 422  # does not count
    codes = [guest.post("/surety/join", data=NEW | {"name": name}).status_code for name in names]
    assert codes == [302] * joining.rate.most + [429]
    refused = guest.post("/surety/join", data=NEW | {"name": names[-1]})
    assert int(refused.headers["Retry-After"]) > 0
    assert "分ほど待ってから" in refused.text
    assert names[-1] in refused.text  # what was typed is still there
    assert names[-1] not in desk.officer.get("/surety/customers").text


def test_every_entry_of_the_menu_leads_to_a_page(desk: DeskTown) -> None:  # GUAR-51
    customer = desk.customer
    home = customer.get("/surety/desk/").text
    menu = home.partition("メニュー")[2].partition("</div>")[0]
    links = re.findall(r'<li><a href="([^"]+)">', menu)
    assert len(links) == 14
    for link in links:
        assert customer.get(link.replace("&amp;", "&")).status_code == 200, link
    assert "重要なお知らせ" in home


def test_papers_reach_the_company(desk: DeskTown) -> None:
    customer, officer = desk.customer, desk.officer
    guarantee = desk.issued(desk.applied(), "advance_payment")
    pdf = make_pdf()
    statement = {"kind": "statement_of_use", "file": (io.BytesIO(pdf), "用途内訳明細書.pdf")}
    refused = customer.post("/surety/desk/papers/new", data=statement)
    assert refused.status_code == 422
    assert "どの保証契約のものか" in refused.text
    statement = {"kind": "statement_of_use", "file": (io.BytesIO(pdf), "用途内訳明細書.pdf")}
    assert (
        customer.post("/surety/desk/papers/new", data=statement | {"guarantee": guarantee}).status_code == 302
    )
    wrong = {"kind": "material", "file": (io.BytesIO(b"MZ\x90"), "program.exe")}
    assert customer.post("/surety/desk/papers/new", data=wrong).status_code == 422
    listed = officer.get("/surety/papers").text
    assert "用途内訳明細書.pdf" in listed
    paper = re.findall(r'href="(/surety/papers/[^"]+)"', listed)[0]
    assert officer.get(paper).data == pdf
    assert desk.browser("other-officer").get(paper).status_code == 404
    officer.post(f"{paper}/received")
    assert "受領" in customer.get("/surety/desk/papers").text


def test_an_award_that_wants_a_guarantee_is_recommended_at_its_contractor_s_desk(desk: DeskTown) -> None:
    for number, wants in (("R8-1", True), ("R8-2", False)):
        new = NewAward(
            city=CITY,
            number=number,
            title=f"市道改良工事{number}",
            category=ProcurementCategory.CONSTRUCTION_WORKS,
            method=ProcurementMethod.DESIGNATED,
            awarded_at=START,
            contract_price=11_000_000,
            company=NewCompany(
                name="customer建設株式会社", mail_address="c@example.jp", registration_number="1"
            ),
            requires_contract_guarantee=wants,
        )
        with desk.app.app_context(), acting(SCHEDULER, Scope()) as act:
            decide_award(act, new)
    with desk.app.app_context(), reading(Scope()) as session:
        offers = session.scalars(select(DeskRecommendation)).all()
    assert [offer.values["work_name"] for offer in offers] == ["市道改良工事R8-1"]
    customer = desk.customer
    assert "市道改良工事R8-1" in customer.get("/surety/desk/").text
    page = customer.get(f"/surety/desk/applications/new/new?recommendation={offers[0].id}").text
    assert 'value="市道改良工事R8-1"' in page
    assert "11,000,000" in page
    assert "市道改良工事R8-1" not in desk.browser("other").get("/surety/desk/").text


def test_own_particulars_and_news(desk: DeskTown) -> None:
    customer, officer = desk.customer, desk.officer
    changed = {name: NEW[name] for name in ("address", "representative", "mail_address", "phone")}
    assert customer.post("/surety/desk/profile", data=changed | {"mail_address": "x"}).status_code == 422
    customer.post("/surety/desk/profile", data=changed)
    assert "見本県新町1-1" in customer.get("/surety/desk/profile").text
    assert officer.post("/surety/news", data={"title": "休業"}).status_code == 422
    officer.post("/surety/news", data={"title": "休業のお知らせ", "text": "年末年始は休業します。"})
    assert "年末年始は休業します。" in customer.get("/surety/desk/").text
