"""Drafts, refusals, strangers, and a registry that does not take what is issued. (GUAR-09 to GUAR-14, GUAR-20)"""

import pytest
from flask import Flask

from guarantees.desk.orm import DeskGuarantee
from portal import clock
from portal.acting import acting
from portal.desk_publishing import publish_waiting
from portal.scoping import Scope
from portal.workflows.act import SCHEDULER
from portal.workflows.publish_guarantee import guarantees_with_waiting
from tests.portal.surety.desk_town import TYPED, DeskTown, everything_kept, mails, open_desk


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """One kind of database: nothing here depends on it."""
    return sqlite_url


@pytest.mark.parametrize("behaviour", ["unavailable", "refuses", "explodes"])
def test_a_registry_that_does_not_take_it_keeps_nothing_back(app: Flask, behaviour: str) -> None:
    for desk in open_desk(app, behaviour):
        guarantee = desk.issued(desk.applied())
        books = desk.guarantee(guarantee)
        assert (books["arrived"], books["waiting"]) == (False, 1)
        assert books["problem"]
        assert not [mail for mail in mails(desk) if "登録のお知らせ" in mail[1]]
        customer, officer = desk.customer, desk.officer
        assert customer.post(f"/surety/desk/guarantees/{guarantee}/key").status_code == 404
        assert customer.post(f"/surety/desk/guarantees/{guarantee}/key-notice").status_code == 404
        assert "登録を待っています" in customer.get(f"/surety/desk/guarantees/{guarantee}").text
        assert books["problem"] in officer.get(f"/surety/guarantees/{guarantee}").text
        desk.registry.behaviour = "found"
        with app.app_context():
            publish_waiting(clock.now())
        is_refused = behaviour == "refuses"  # that one waits for the officer
        assert desk.guarantee(guarantee)["arrived"] is not is_refused
        officer.post(f"/surety/guarantees/{guarantee}/publish")
        assert desk.guarantee(guarantee)["arrived"]
        assert [mail[0] for mail in mails(desk) if "登録のお知らせ" in mail[1]] == [
            "keiyaku@mihon.example.jp"
        ]
        assert books["key"] not in everything_kept(desk)


def test_a_guarantee_that_cannot_be_sent_keeps_no_other_one_back(app: Flask) -> None:
    for desk in open_desk(app, "unavailable"):
        application = desk.applied()
        issued = {desk.issued(application, product) for product in ("contract", "advance_payment")}
        with app.app_context():
            with acting(SCHEDULER, Scope()) as act:
                first = guarantees_with_waiting(act)[0]
                act.session.get_one(DeskGuarantee, first).key_sealed = b"of another secret"
            desk.registry.behaviour = "found"
            assert publish_waiting(clock.now()) == "2件のうち1件を登録"
        [other] = issued - {first}
        assert desk.guarantee(other)["arrived"]


def test_a_draft_is_kept_cleared_and_sent_back(desk: DeskTown) -> None:
    customer = desk.customer
    new = "/surety/desk/applications/new/new"
    answer = customer.post(
        new, data=TYPED | {"work_name": "", "advance_amount": "たくさん", "action": "save"}
    )
    draft = answer.location
    kept = customer.get(draft).text
    assert "たくさん" in kept
    assert "みほん銀行　本店" in kept
    checked = customer.get(f"{draft}/check")
    assert checked.status_code == 422
    assert "工事名が空欄です" in checked.text
    assert "金額として読めません" in checked.text
    customer.post(draft, data=TYPED | {"action": "clear:guarantee"})
    cleared = customer.get(draft).text
    assert "みほん銀行　本店" not in cleared
    assert "市道改良工事" in cleared
    customer.post(draft, data=TYPED | {"action": "check"})
    customer.post(f"{draft}/check")
    application = draft.split("/")[-1]
    officer = desk.officer
    assert (
        officer.post(f"/surety/applications/{application}/send-back", data={"reason": ""}).status_code == 422
    )
    officer.post(f"/surety/applications/{application}/send-back", data={"reason": "支店名をご確認ください。"})
    assert "支店名をご確認ください。" in customer.get(draft).text
    assert "支店名をご確認ください。" in mails(desk)[-1][2]
    too_late = officer.post(f"/surety/applications/{application}/issue", data={"product": "contract"})
    assert too_late.status_code == 422
    customer.post(f"{draft}/withdraw")
    assert application not in customer.get("/surety/desk/applications").text


def test_nobody_reaches_another_customer_or_company(desk: DeskTown) -> None:
    application = desk.applied()
    guarantee = desk.issued(application)
    other, foreign = desk.browser("other"), desk.browser("other-officer")
    for path in (f"applications/{application}", f"guarantees/{guarantee}", f"guarantees/{guarantee}/change"):
        assert other.get(f"/surety/desk/{path}").status_code == 404
    assert other.post(f"/surety/desk/guarantees/{guarantee}/key").status_code == 404
    assert other.post(f"/surety/desk/guarantees/{guarantee}/key-notice").status_code == 404
    assert foreign.get(f"/surety/applications/{application}").status_code == 404
    assert foreign.get(f"/surety/guarantees/{guarantee}").status_code == 404
    cancelled = foreign.post(f"/surety/guarantees/{guarantee}/cancellation", data={"reason": "他社"})
    assert cancelled.status_code == 404
    assert desk.customer.get("/surety/").status_code == 403
    assert desk.officer.get("/surety/desk/").status_code == 403


def test_the_interim_application_builds_on_what_the_desk_knows(desk: DeskTown) -> None:  # GUAR-14
    customer = desk.customer
    assert "もとになる前払金保証がありません" in customer.get("/surety/desk/applications/new/interim").text
    desk.issued(desk.applied(), "advance_payment")
    home = customer.get("/surety/desk/").text
    assert "中間前払金保証 申込" in home
    offer = home.partition("recommendation=")[2].partition('"')[0]
    filled = customer.get(f"/surety/desk/applications/new/interim?recommendation={offer}").text
    assert "市道改良工事" in filled
    assert "50,000,000" in filled


def test_the_check_page_shows_the_discount_and_no_fee(desk: DeskTown) -> None:  # GUAR-10, GUAR-12
    client = desk.customer
    for amount, words in (("3000000", "−200円"), ("2999999", "なし")):
        typed = TYPED | {"advance_amount": amount, "action": "check", "apply_contract": ""}
        address = client.post("/surety/desk/applications/new/new", data=typed).location
        page = client.get(address).text
        assert words in page
        assert "仮の料率" in page
        assert "領収書と計算書は、引き続き書面" in page  # GUAR-09
        assert "手数料" not in page
