"""Customers of a desk (お客様): ask for an id, be admitted or declined, change their own particulars. (GUAR-13, GUAR-51)"""

from collections.abc import Callable
from dataclasses import asdict, dataclass

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from guarantees.desk.numbering import new_customer_number
from guarantees.desk.orm import DeskCustomer
from guarantees.errors import GuaranteeRefused
from portal.audit import Tag
from portal.workflows.act import Act, refuse_bad_address
from portal.workflows.mail_desk_customer import mail_desk

TRIES = 5


@dataclass(frozen=True)
class Particulars:
    """What a customer says of itself (お客様情報)."""

    name: str
    address: str
    representative: str
    mail_address: str
    phone: str
    corporate_number: str | None = None


@dataclass(frozen=True)
class FirstLetter:
    """What a new customer is written: its id, and its first password as the outbox hides it."""

    login_name: str
    hidden_password: str


def ask_for_id(act: Act, issuer: str, new: Particulars) -> DeskCustomer:
    """Ask for an id of a desk (利用申込み); who has one, or waits for one, needs nothing new. (GUAR-13)"""
    refuse_bad_address(new.mail_address)
    same = select(DeskCustomer).where(
        DeskCustomer.issuer == issuer, DeskCustomer.name == new.name, DeskCustomer.declined_at.is_(None)
    )
    known = act.session.scalars(same).first()
    if known is not None:
        state = "利用申込みを受け付けています" if known.is_waiting else "すでに利用者として登録されています"
        raise GuaranteeRefused(
            "customer.known",
            f"「{new.name}」は、{state}。新たな手続きは不要です。",
            "電子保証のご案内「7. Q&A」",
            "IDやパスワードが分からないときは、保証会社へご連絡ください。",
        )
    customer = DeskCustomer(issuer=issuer, applied_at=act.now, **asdict(new))
    act.session.add(customer)
    act.session.flush()
    subject = ("desk_customer", customer.id)
    act.audit(Tag.DESK_CUSTOMER_APPLIED, city="", subject=subject, issuer=issuer, name=new.name)
    return customer


def admit_customer(
    act: Act, customer: DeskCustomer, open_account: Callable[[Act, DeskCustomer], FirstLetter]
) -> FirstLetter:
    """Give out the id with an account (登録); the first password goes by mail and has to be changed."""
    _lock(act, customer)
    _refuse_unless_waiting(customer)
    _take_number(act, customer)
    customer.admitted_at = act.now
    letter = open_account(act, customer)
    subject = ("desk_customer", customer.id)
    act.audit(Tag.DESK_CUSTOMER_ADMITTED, city="", subject=subject, number=customer.number)
    mail_desk(
        act, "desk_customer_admitted", customer.mail_address, customer,
        key=f"desk-admitted:{customer.id}", path="/login",
        login_name=letter.login_name, password=letter.hidden_password,
    )  # fmt: skip
    return letter


def decline_customer(act: Act, customer: DeskCustomer, reason: str) -> None:
    """Decline the request for an id (お断り), with the reason by mail."""
    _lock(act, customer)
    _refuse_unless_waiting(customer)
    if not reason.strip():
        raise GuaranteeRefused("reason.missing", "理由が空欄です。", remedy="お断りする理由を書きます。")
    customer.declined_at, customer.declined_because = act.now, reason.strip()
    subject = ("desk_customer", customer.id)
    act.audit(Tag.DESK_CUSTOMER_DECLINED, city="", subject=subject, reason=reason.strip())
    mail_desk(
        act, "desk_customer_declined", customer.mail_address, customer,
        key=f"desk-declined:{customer.id}", path="/surety/join",
    )  # fmt: skip


def change_particulars(act: Act, customer: DeskCustomer, new: Particulars) -> tuple[str, ...]:
    """What the customer may change by itself (お客様情報の変更): everything but its name; which fields changed."""
    refuse_bad_address(new.mail_address)
    names = [name for name in asdict(new) if name not in ("name", "corporate_number")]
    changed = tuple(name for name in names if getattr(customer, name) != getattr(new, name))
    for name in changed:
        setattr(customer, name, getattr(new, name))
    if changed:
        subject = ("desk_customer", customer.id)
        act.audit(Tag.DESK_CUSTOMER_CHANGED, city="", subject=subject, fields=list(changed))
    return changed


def _lock(act: Act, customer: DeskCustomer) -> None:
    row = select(DeskCustomer).where(DeskCustomer.id == customer.id).with_for_update()
    act.session.execute(row.execution_options(populate_existing=True))


def _take_number(act: Act, customer: DeskCustomer) -> None:
    """Of two officers who give the same number out at once, the second one gives the next."""
    for attempt in range(TRIES):
        try:
            with act.session.begin_nested():
                customer.number = new_customer_number(act.session, customer.issuer)
            return
        except IntegrityError:
            if attempt == TRIES - 1:
                raise


def _refuse_unless_waiting(customer: DeskCustomer) -> None:
    if not customer.is_waiting:
        raise GuaranteeRefused("customer.answered", "この利用申込みには、すでに回答しています。")
