"""What is done at a surety's desk: the customer applies and takes the key notice, the company issues and follows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from guarantees.desk.numbering import new_customer_number
from guarantees.desk.orm import DeskCustomer
from guarantees.issuers import issuer_of
from guarantees.products import Product
from portal import clock
from portal.accounts.models import Door
from portal.accounts.registration import create_account
from portal.permissions import Role
from portal.unit_of_work import writing
from tests.journeys.running_portal import PASSWORD, ROOT, RunningPortal
from tests.journeys.steps.towns import Award
from tests.journeys.visitor import Visitor

ORDERERS = ROOT / "portal" / "registry" / "demo_orderers.toml"
ACTOR = ("operator", "journey", "journey")
ANSWERS = {
    "deposit_institution": "みほん銀行　本店",
    "redeposit": "no",
    "has_interim": "no",
    "plans_interim": "no",
    "receiving": "post",
    "wanted_month": "6",
    "wanted_day": "1",
    "notice": "yes",
}
"""What a customer answers beside the recommended work."""


@dataclass(frozen=True)
class Desk:
    """A surety company's desk, its officer, and the contractor as its customer."""

    issuer: str
    company: str = "株式会社髙橋建設"

    @property
    def officer(self) -> str:
        return f"{self.issuer}-officer"

    @property
    def customer(self) -> str:
        return f"{self.issuer}-customer"

    @property
    def customer_mail(self) -> str:
        return f"hosho-{self.issuer}@takahashi.example.jp"

    @property
    def issued_subject(self) -> str:
        west = issuer_of(self.issuer).layout == "west"
        return "電子証書・認証キー登録のお知らせ" if west else "電子保証（認証キー）発行完了のお知らせ"


EAST, WEST = Desk("east"), Desk("west")


def open_desk(portal: RunningPortal, desk: Desk) -> None:
    """The registry's orderers, an officer of the company, a customer with its id; once for each portal."""
    if desk.issuer in portal.offices:
        return
    portal.offices.add(desk.issuer)
    done = portal.command("registry", "load-orderers", str(ORDERERS))
    assert done.returncode == 0, done.stderr
    with portal.app.app_context(), writing() as session:
        customer = DeskCustomer(
            issuer=desk.issuer,
            number=new_customer_number(session, desk.issuer),
            name=desk.company,
            address="見本県髙橋町1丁目2番3号",
            representative="代表取締役　髙橋　花子",
            mail_address=desk.customer_mail,
            phone="0284-00-0001",
            applied_at=clock.now(),
            admitted_at=clock.now(),
        )
        session.add(customer)
        session.flush()
        both = {"actor": ACTOR, "now": clock.now(), "password": PASSWORD, "door": Door.SURETY}
        create_account(
            session,
            login_name=desk.customer,
            name="髙橋　花子",
            title=desk.company,
            mail_address=desk.customer_mail,
            roles=[Role.DESK_CUSTOMER],
            organisation=desk.issuer,
            desk_customer_id=customer.id,
            **both,
        )
        create_account(
            session,
            login_name=desk.officer,
            name="保証　まもる",
            title="支店",
            mail_address=f"desk@{desk.issuer}.example.jp",
            roles=[Role.SURETY],
            organisation=desk.issuer,
            **both,
        )


def enter_desk(visitor: Visitor, desk: Desk) -> Visitor:
    """The customer signs in."""
    visitor.sign_in(desk.customer, PASSWORD)
    visitor.reads("おすすめの保証申込み")
    return visitor


def enter_company(visitor: Visitor, desk: Desk) -> Visitor:
    """The company's officer signs in."""
    visitor.sign_in(desk.officer, PASSWORD)
    visitor.reads(issuer_of(desk.issuer).name)
    return visitor


def apply(
    customer: Visitor, award: Award, amounts: Mapping[Product, str], more: Mapping[str, str] | None = None
) -> str:
    """申込作成 → 申込確認 → 送信完了 for the recommended work; returns the receipt number."""
    customer.open("/surety/desk/")
    customer.press(f"（{award.title}）", exact=False)
    customer.reads("おすすめ")
    customer.press("入力内容を確認する")
    for product, amount in amounts.items():
        name = "contract" if product is Product.CONTRACT else "advance"
        fill_in(customer, {f"apply_{name}": "y", f"{name}_amount": amount, f"{name}_form": "electronic"})
    fill_in(customer, ANSWERS | dict(more or {}))
    customer.press("入力内容を確認する")
    customer.reads("申込みの内容を確認する", award.title, *amounts.values())
    customer.press("この内容で送信する")
    customer.reads("申込みを送信しました", "受付番号")
    return _receipt(customer)


def apply_for_change(customer: Visitor, number: str, **values: str) -> str:
    """The customer applies for a changed certificate; returns the receipt number."""
    open_own(customer, number)
    customer.press("この保証契約の変更を申し込む")
    fill_in(customer, values)
    customer.press("入力内容を確認する")
    customer.press("この内容で送信する")
    customer.reads("申込みを送信しました")
    return _receipt(customer)


def issue(officer: Visitor, receipt: str, product: Product) -> str:
    """The company's officer issues one product of an application; returns its number."""
    officer.open("/surety/applications")
    officer.press(receipt)
    officer.press(f"{product.label}を発行する")
    officer.reads("発行し、保証確認サービスに登録しました")
    return officer.page.locator("dt:has-text('保証契約番号') + dd").first.inner_text().strip()


def issue_change(company: Visitor, receipt: str) -> None:
    """The company's officer issues the changed certificate that was asked for."""
    company.open("/surety/applications")
    company.press(receipt)
    company.press("変更の証書を発行する")
    company.reads("発行し、保証確認サービスに登録しました")


def open_own(customer: Visitor, number: str) -> None:
    """The customer's page of a guarantee."""
    customer.open(f"/surety/desk/guarantees?q={number}")
    customer.press(number)
    customer.reads("電子保証概要", number)


def download_notice(customer: Visitor, number: str, to: Path) -> Path:
    """The key notice as PDF, from the customer's page of the guarantee."""
    open_own(customer, number)
    customer.download("「認証キー」のお知らせ（PDF）をダウンロードする", to)
    return to


ISSUES = {
    "変更する": "変更後の証書を発行する",
    "訂正する": "訂正後の証書を発行する",
    "解約する": "この保証契約を解約する",
}


def follow(officer: Visitor, number: str, what: str, reason: str, **values: str) -> None:
    """Change, correct or end a guarantee: 「変更する」「訂正する」「解約する」."""
    officer.open(f"/surety/guarantees?q={number}")
    officer.press(number)
    officer.press(what)
    fill_in(officer, {"reason": reason, **values})
    officer.press(ISSUES[what])
    officer.reads(number, "発行した証書", reason)


def fill_in(visitor: Visitor, values: Mapping[str, str]) -> None:
    """Fields by their names, where the page has them: radios and checkboxes are chosen, text is written."""
    for name, text in values.items():
        control = visitor.page.locator(f"[name='{name}']:not([type=hidden])")
        if not control.count():
            continue
        kind = control.first.get_attribute("type")
        if kind == "radio":
            visitor.page.locator(f"[name='{name}'][value='{text}']").check()
        elif kind == "checkbox":
            control.first.check()
        else:
            control.first.fill(text)


def _receipt(customer: Visitor) -> str:
    return customer.page.locator("dt:has-text('受付番号') + dd").first.inner_text().strip()
