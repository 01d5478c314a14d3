"""Guarantees: from the surety's desk to the paid advance payment, and what can come in between."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import select

from guarantees.desk.issuing import key_of
from guarantees.desk.orm import DeskGuarantee
from guarantees.lodged import LodgedGuarantee
from guarantees.products import Product
from portal.acting import house
from portal.audit.entries import AuditEntry
from portal.mail.outbox import OutboxMessage
from portal.scoping import Scope
from portal.unit_of_work import reading
from tests.journeys.conftest import VisitMaker, addresses_asked
from tests.journeys.running_portal import RunningPortal, text_of
from tests.journeys.steps import contractor, filings, guarantees, office, signing, sureties
from tests.journeys.steps.sureties import EAST, WEST
from tests.journeys.steps.towns import ASHIKAGA, TOSU, Award
from tests.journeys.visitor import Visitor

pytestmark = pytest.mark.journey

NEEDED, ALLOWED = "契約の保証が要る", "電子保証の利用を認める"
PAYMENT = "⑤前払金申請書及び前払金請求書"
ROAD = Award(ASHIKAGA, "R8-G-001", "市道20号線舗装補修工事", ticks=(NEEDED, ALLOWED))
SCHOOL = Award(ASHIKAGA, "R8-G-002", "西小学校外構改修工事", ticks=(NEEDED, ALLOWED))
BRIDGE = Award(ASHIKAGA, "R8-G-003", "田中橋高欄補修工事", ticks=(NEEDED,))
PIPES = Award(TOSU, "R8-G-011", "本町配水管布設替工事", ticks=(NEEDED,))
CLAIM = {
    "advance_amount": "4,400,000",
    "guarantor": "東日本建設業保証株式会社",
    "bank_name": "足利銀行",
    "bank_branch": "本店",
    "account_kind": "普通",
    "account_number": "1234567",
    "account_holder": "カ）タカハシケンセツ",
}
PERIOD = {"starts_on": office.STARTS, "ends_on": office.ENDS, "case_place": "見本町地内"}


@pytest.fixture
def officer(portal: RunningPortal, visit: VisitMaker) -> Visitor:
    return office.enter(visit(), portal, ASHIKAGA)


@pytest.fixture
def customer(portal: RunningPortal, visit: VisitMaker) -> Visitor:
    sureties.open_desk(portal, EAST)
    return sureties.enter_desk(visit(), EAST)


@pytest.fixture
def company(customer: Visitor, visit: VisitMaker) -> Visitor:
    return sureties.enter_company(visit(), EAST)


def test_from_the_desk_to_the_paid_advance_payment_and_the_changed_certificate(
    portal: RunningPortal,
    visit: VisitMaker,
    officer: Visitor,
    customer: Visitor,
    company: Visitor,
    tmp_path: Path,
) -> None:
    office.register_award(officer, ROAD)
    wanted = {Product.CONTRACT: "1,100,000", Product.ADVANCE_PAYMENT: "4,400,000"}
    receipt = sureties.apply(customer, ROAD, wanted)
    numbers = {product: sureties.issue(company, receipt, product) for product in wanted}
    notices = [see_certificate(portal, customer, numbers[product], tmp_path) for product in wanted]

    manager, mayor = visit(phone=True), visit()
    send_to_the_city(portal, visit, officer, manager, ROAD)
    link = guarantees.city_is_refused(mayor, portal, ROAD, "契約保証は、まだ提出されていません")
    guarantees.file_notices(portal, manager, ROAD, *notices)

    guarantees.open_lodged(officer, ROAD, numbers[Product.CONTRACT])
    guarantees.wait_for_look(officer)
    officer.reads("一致 14、それ以外 0", "自動処理")
    guarantees.accept(officer)
    guarantees.city_signs_now(mayor, link, ROAD)

    claim_and_pay(officer, manager, portal, numbers[Product.ADVANCE_PAYMENT])
    amend_and_change(portal, officer, manager, customer, company, numbers[Product.CONTRACT])


def see_certificate(portal: RunningPortal, customer: Visitor, number: str, folder: Path) -> Path:
    """From the mail to the certificate, and the key notice as a file."""
    letter = portal.wait_for_letter(EAST.customer_mail, EAST.issued_subject, number)
    assert "認証キーは、このメールには記載していません。" in letter
    sureties.open_own(customer, number)
    customer.press("（No. 1の証書を見る）", exact=False)
    customer.reads(ROAD.title, "足利市長", number)
    return sureties.download_notice(customer, number, folder / f"{number}.pdf")


def send_to_the_city(
    portal: RunningPortal, visit: VisitMaker, officer: Visitor, manager: Visitor, award: Award
) -> None:
    """Up to the request that lies before the mayor."""
    contractor.file_application(manager, portal, award)
    office.accept(officer, award)
    office.draft_and_send(officer, award)
    signing.contractor_signs(visit(), portal, award)


def claim_and_pay(officer: Visitor, manager: Visitor, portal: RunningPortal, number: str) -> None:
    """前払金: the filing, the guarantee of that product, approval, paid day."""
    contractor.open_case(manager, portal, ROAD)
    filings.file_paper(manager, manager.page.url, PAYMENT, CLAIM | PERIOD | {"guarantee_number": number})
    filings.open_paper(officer, ROAD, PAYMENT)
    officer.press("受理する")
    office.open_case(officer, ROAD)
    payments = f"{officer.page.url.split('?')[0]}/advance-payments"
    officer.open(payments)
    officer.press("支払を承認する")
    officer.reads("いまはこの手続きができません")

    guarantees.open_lodged(officer, ROAD, number)
    guarantees.wait_for_look(officer)
    guarantees.accept(officer)
    officer.open(payments)
    for button in ("支払を承認する", "支払を承認する", "支払日を記録する"):
        officer.press(button)
    officer.write("支払日", "令和8年5月7日")
    officer.press("支払日を記録する")
    officer.reads("支払日を記録しました", "支払済")
    portal.wait_for_letter(ROAD.company_mail, "前払金を支払いました")


def amend_and_change(
    portal: RunningPortal,
    officer: Visitor,
    manager: Visitor,
    customer: Visitor,
    company: Visitor,
    number: str,
) -> None:
    """An amendment asks for the changed certificate; it comes, is looked at again, decided and accepted."""
    office.amend(
        officer,
        ROAD,
        "13,200,000",
        "1,200,000",
        "地下埋設物の移設に伴う数量の増加",
        ends_on="令和8年11月30日",
    )
    letter = portal.wait_for_letter(ROAD.company_mail, "変更契約に伴う保証の変更のお願い")
    assert "220,000円足りません" in letter
    contractor.open_case(manager, portal, ROAD)
    manager.open(f"{manager.page.url}/guarantees")
    manager.reads("変更後の証書が必要です", "お知らせを提出し直す必要はありません")

    receipt = sureties.apply_for_change(
        customer,
        number,
        contract_price="13,200,000",
        guaranteed_amount="1,320,000",
        work_ends_on="令和8年11月30日",
        reason="変更契約（増額・工期の延長）のため",
    )
    sureties.issue_change(company, receipt)
    guarantees.open_lodged(officer, ROAD, number)
    guarantees.look_now(officer)
    officer.reads("受理した後に、証書の内容が変更されています", "1,320,000円")
    guarantees.decide(officer, "changed", "その後の変更", "変更契約による増額と工期の延長です。")
    guarantees.accept(officer)
    guarantees.open_guarantees(officer, ROAD)
    officer.does_not_read("220,000円足りません")


def test_a_mismatch_goes_back_and_a_doubtful_line_is_decided(
    portal: RunningPortal,
    visit: VisitMaker,
    officer: Visitor,
    customer: Visitor,
    company: Visitor,
    tmp_path: Path,
) -> None:
    office.register_award(officer, SCHOOL)
    receipt = sureties.apply(
        customer, SCHOOL, {Product.CONTRACT: "1,000,000"}, {"contract_price": "10,900,000"}
    )
    number = sureties.issue(company, receipt, Product.CONTRACT)
    notice = sureties.download_notice(customer, number, tmp_path / "お知らせ.pdf")
    manager = visit(phone=True)
    guarantees.file_notices(portal, manager, SCHOOL, notice)

    guarantees.open_lodged(officer, SCHOOL, number)
    guarantees.look_now(officer)
    officer.reads("不一致", "保証金額が100,000円足りません", "契約金額が100,000円違います")
    assert not officer.offers("受理する")
    guarantees.send_back(officer, "保証金額を1,100,000円以上に直してください。")
    letter = portal.wait_for_letter(SCHOOL.company_mail, "修正のお願い", "保証金額を1,100,000円以上に")
    assert SCHOOL.title in letter
    assert f"契約保証（保証契約番号 {number}）を差し戻しました" in letter, "one mail for paper and guarantee"

    sureties.follow(company, number, "訂正する", "お申込みの誤りのため", guaranteed_amount="1,100,000")
    contractor.open_case(manager, portal, SCHOOL)
    manager.press(guarantees.PAPER)
    manager.reads("市からの連絡（差戻し）", "保証金額を1,100,000円以上に直してください。")
    manager.press("記入を続ける")
    filings.hand_in(manager)

    guarantees.open_lodged(officer, SCHOOL, number, times=2)
    guarantees.look_now(officer)
    officer.does_not_read("保証金額が100,000円足りません")
    guarantees.decide(officer, "contract_price", "契約金額", "落札額の見込みで申し込んだものです。")
    guarantees.accept(officer)


def test_a_bank_guarantee_on_paper_holds_the_city_s_signature(
    portal: RunningPortal, visit: VisitMaker, officer: Visitor
) -> None:
    office.register_award(officer, BRIDGE)
    manager, mayor = visit(phone=True), visit()
    send_to_the_city(portal, visit, officer, manager, BRIDGE)
    contractor.open_case(manager, portal, BRIDGE)
    manager.open(f"{manager.page.url}/guarantees/contract/means?means=bank")
    sureties.fill_in(
        manager, {"issuer_name": "見本銀行　本店", "amount": "1,100,000", "ends_on": "令和8年9月30日"}
    )
    manager.press("銀行等金融機関の保証を知らせる")
    manager.reads("原本の到着待ち")
    link = guarantees.city_is_refused(mayor, portal, BRIDGE, "原本の到着待ち", "受領日と方法を記録")

    guarantees.open_lodged(officer, BRIDGE, "見本銀行")
    assert not officer.offers("受理する")
    officer.choose("窓口")
    officer.press("原本の受領を記録する")
    officer.reads("原本の受領を記録しました")
    guarantees.accept(officer, "原本と照合しました。")
    guarantees.city_signs_now(mayor, link, BRIDGE)


def test_notice_by_mail_and_the_gate_closes_again_when_the_surety_ends_the_guarantee(
    portal: RunningPortal, visit: VisitMaker, tmp_path: Path
) -> None:
    sureties.open_desk(portal, WEST)
    officer = office.enter(visit(), portal, TOSU)
    office.register_award(officer, PIPES)
    customer, company = sureties.enter_desk(visit(), WEST), sureties.enter_company(visit(), WEST)
    receipt = sureties.apply(customer, PIPES, {Product.CONTRACT: "1,100,000"}, {"receiving": "electronic"})
    number = sureties.issue(company, receipt, Product.CONTRACT)
    notice = sureties.download_notice(customer, number, tmp_path / "お知らせ.pdf")
    mayor = visit()
    send_to_the_city(portal, visit, officer, visit(), PIPES)
    link = guarantees.city_is_refused(mayor, portal, PIPES)

    guarantees.register_notice(officer, PIPES, notice)
    guarantees.look_now(officer)
    guarantees.accept(officer)
    mayor.open(link)
    mayor.does_not_read("いまは署名できません")

    sureties.follow(company, number, "解約する", "お客様のお申し出のため")
    portal.let_pass(days=1, hours=12)
    subject = "【要対応】受理した保証の内容が変わりました"
    portal.wait_for_letter(TOSU.officer_mail, subject, number)
    mayor.open(link)
    mayor.reads("いまは署名できません", "受理後に変化")
    officer = office.enter(visit(), portal, TOSU)
    guarantees.open_lodged(officer, PIPES, number)
    officer.reads("受理したあとに、内容が変わりました", "この保証契約は解約されています", "自動処理")
    assert not officer.offers("受理する")


def test_no_key_of_these_journeys_is_anywhere_it_must_not_be(portal: RunningPortal) -> None:
    """Runs after the journeys of this module: logs, database files, audit, mails, addresses, `repr`."""
    with portal.app.app_context(), reading(Scope()) as session:
        made = session.scalars(select(DeskGuarantee)).all()
        keys = [
            key_of(guarantee, house().desk_secrets).reveal() for guarantee in made if guarantee.is_electronic
        ]
        assert len(keys) >= 4, "the journeys have not run"
        lodged = session.scalars(select(LodgedGuarantee)).all()
        assert lodged
        audit = [f"{row.tag} {row.details}" for row in session.scalars(select(AuditEntry))]
        outbox = [f"{mail.subject} {mail.body}" for mail in session.scalars(select(OutboxMessage))]
        objects = [repr([vars(row), row]) for row in (*made, *lodged)]
        objects += [repr(key_of(row, house().desk_secrets)) for row in made if row.is_electronic]
    places = {
        "audit": audit,
        "outbox": outbox,
        "repr": objects,
        "mails": [f"{mail['Subject']} {text_of(mail)}" for mail in portal.mail.mails],
        "addresses": sorted(addresses_asked),
    }
    assert all(places.values()), {name: len(found) for name, found in places.items()}
    for name, texts in places.items():
        assert not [text for text in texts for key in keys if key in text], name
    files = [*portal.instance.glob("*.log"), *portal.instance.rglob("*.sqlite*")]
    assert {file.name for file in files} >= {"web.log", "jobs.log", "portal.sqlite"}
    for file in files:
        content = file.read_bytes()
        assert not [key for key in keys if key.encode() in content], file.name
