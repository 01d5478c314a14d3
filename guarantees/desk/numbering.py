"""Numbers and keys (保証契約番号・認証キー) that a desk gives out, in the shapes of its company. (GUAR 9.5, GUAR-72)"""

import secrets
import string
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from guarantees.desk.companies import desk_of
from guarantees.desk.orm import DeskCustomer, DeskGuarantee
from guarantees.issuers import Issuer, issuer_of
from guarantees.keys import AuthenticationKey
from guarantees.products import Product

CHECK_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ"
PRODUCT_DIGITS = {
    Product.ADVANCE_PAYMENT: 0,
    Product.CONTRACT: 1,
    Product.INTERIM_ADVANCE_PAYMENT: 2,
    Product.CONTRACT_RESERVATION: 3,
}


def new_key(issuer: Issuer) -> AuthenticationKey:
    """A random key of the company's length, from the characters that it uses."""
    alphabet = [c for c in string.ascii_letters + string.digits if c not in issuer.key_excludes]
    return AuthenticationKey("".join(secrets.choice(alphabet) for _ in range(issuer.key_length)))


def new_number(session: Session, issuer: str, product: Product, on: date) -> str:
    """The next 保証契約番号 of a company: 31 0 26-0001M at the east's desk, 2 26 0000001 at the west's.

    The table's unique constraint decides between two that take the same one at once.
    """
    company, year = desk_of(issuer), on.year % 100
    if issuer_of(issuer).layout == "west":
        head = f"{company.number_head}{year:02}"
        return f"{head}{_serial(session, issuer, head):07}"
    head = f"{company.number_head}{PRODUCT_DIGITS[product]}{year:02}-"
    serial = _serial(session, issuer, head)
    return f"{head}{serial:04}{CHECK_LETTERS[serial % len(CHECK_LETTERS)]}"


def new_customer_number(session: Session, issuer: str) -> str:
    """The next desk id (お客様番号) of a company: eight digits."""
    taken = session.scalar(select(func.max(DeskCustomer.number)).where(DeskCustomer.issuer == issuer))
    return f"{int(taken or 10_000_000) + 1:08}"


def _serial(session: Session, issuer: str, head: str) -> int:
    numbers = select(func.count()).where(
        DeskGuarantee.issuer == issuer, DeskGuarantee.number.startswith(head, autoescape=True)
    )
    return (session.scalar(numbers) or 0) + 1
