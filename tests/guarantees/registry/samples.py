"""Certificates, orderers and keys for the tests of the registry."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from guarantees.certificates import CertificateContents, VersionKind
from guarantees.keys import AuthenticationKey
from guarantees.lookup import Publication
from guarantees.products import Product
from guarantees.registry.key_hashing import KeyHasher
from guarantees.registry.orm import Orderer, OrdererKind, RegistryCertificate
from guarantees.registry.publishing import publish
from portal import clock

NOW = datetime(2026, 5, 7, 12, 0, tzinfo=clock.TOKYO)
NUMBER = "31072-0001M"
KEY = AuthenticationKey("Z28YUE4J3Bux")
HASHER = KeyHasher("a secret of the tests" * 3)
ORDERER = "hoshinomachi"
OTHER_ORDERER = "tsukigata"
CONTENTS = CertificateContents(
    product=Product.ADVANCE_PAYMENT,
    orderer="星野町長",
    contractor="株式会社山川組",
    work_name="町道一号線舗装工事",
    contract_price=50_000_000,
    guaranteed_amount=20_000_000,
    work_place="星野町本町",
    contracted_on=date(2026, 5, 1),
    work_starts_on=date(2026, 5, 2),
    work_ends_on=date(2026, 10, 30),
    guarantee_starts_on=date(2026, 5, 2),
    guarantee_ends_on=date(2026, 10, 30),
    deposit_institution="星野銀行 本店",
    branch="栃木支店",
)


def add_orderers(session: Session) -> None:
    """Two orderers that are served, and one that begins next year."""
    for code, name, starts_on in (
        (ORDERER, "星野町長", date(2024, 4, 1)),
        (OTHER_ORDERER, "月形市長", date(2023, 6, 1)),
        ("yukinohara", "雪原村長", date(2027, 4, 1)),
    ):
        session.add(Orderer(code=code, name=name, kind=OrdererKind.MUNICIPALITY, starts_on=starts_on))
    session.flush()


def contents(**changes: Any) -> CertificateContents:
    """The sample's contents with some of them changed."""
    return replace(CONTENTS, **changes)


def publication(kind: VersionKind = VersionKind.NEW, **changes: Any) -> Publication:
    """What the surety says: a new certificate, or a version that follows it, with its contents if it has any."""
    values: dict[str, Any] = {"issuer": "east", "number": NUMBER, "published_by": "東日本 栃木支店"}
    if kind is VersionKind.NEW:
        values |= {"key": KEY, "orderer": ORDERER, "contents": CONTENTS}
    return Publication(kind, **(values | changes))


def published(
    session: Session,
    kind: VersionKind = VersionKind.NEW,
    *,
    now: datetime = NOW,
    key_hasher: KeyHasher = HASHER,
    **changes: Any,
) -> RegistryCertificate:
    """The certificate after such a publication."""
    return publish(session, publication(kind, **changes), now, key_hasher).certificate


def later(minutes: float) -> datetime:
    """So many minutes after the publication."""
    return NOW + timedelta(minutes=minutes)
