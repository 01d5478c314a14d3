"""Sample values for the mails of the surety desks: certificates issued and followed, ids, applications sent back."""

from collections.abc import Iterator
from datetime import date
from types import SimpleNamespace as Thing
from typing import Any

from guarantees.certificates import CertificateContents, VersionKind
from guarantees.issuers import issuer_of
from guarantees.products import Product

CONTENTS = CertificateContents(
    product=Product.ADVANCE_PAYMENT,
    orderer="見本市長",
    contractor="見本建設株式会社",
    work_name="市道改良工事",
    contract_price=50_000_000,
    guaranteed_amount=20_000_000,
    work_ends_on=date(2026, 10, 30),
)


def desk_values(now: Any) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Name of the golden file, template, values."""
    customer = Thing(
        name="見本建設株式会社", number="10000001", declined_because="登記の名称と異なるようです。"
    )
    numbers = {"east": "31026-0001M", "west": "2260000001"}
    for code, number in numbers.items():
        given = {"issuer": issuer_of(code), "customer": customer, "link": "https://keiyaku.example.jp/…"}
        guarantee = Thing(number=number, is_electronic=True)
        values = given | {"guarantee": guarantee, "contents": CONTENTS}
        yield f"desk_certificate_issued-{code}", "desk_certificate_issued", values
    for kind in VersionKind:
        if kind is VersionKind.NEW:
            continue
        paper = Thing(
            kind=kind,
            changed="保証金額：18,000,000円 → 20,000,000円" if kind is VersionKind.CHANGE else "",
            reason="契約金額の増額のため",
        )
        values = given | {"guarantee": guarantee, "contents": CONTENTS, "paper": paper}
        yield f"desk_certificate_followed-{kind.value}", "desk_certificate_followed", values
    paper = Thing(kind=VersionKind.CHANGE, changed="", reason="")
    values = given | {"guarantee": Thing(number="2260000002", is_electronic=False), "paper": paper}
    yield "desk_certificate_followed-paper", "desk_certificate_followed", values | {"contents": CONTENTS}
    application = Thing(
        receipt_number="W10000001-001",
        kind=Thing(label="前払金保証・契約保証 申込"),
        sent_back_because="預託金融機関の支店名をご確認ください。",
    )
    yield "desk_application_sent_back", "desk_application_sent_back", given | {"application": application}
    secret = {"login_name": "west-10000001", "password": "（初回のパスワード）"}
    yield "desk_customer_admitted", "desk_customer_admitted", given | secret
    yield "desk_customer_declined", "desk_customer_declined", given
