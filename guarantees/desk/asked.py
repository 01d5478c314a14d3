"""What a customer asks for (申込みの内容): the application in the shape that a certificate is made from. (GUAR-21 to GUAR-44)"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from datetime import date
from typing import Any, Self

from guarantees.certificates import CertificateContents
from guarantees.products import CertificateForm, Product

_DAYS = ("contracted_on", "work_starts_on", "work_ends_on")


@dataclass(frozen=True)
class AskedProduct:
    """One product of an application (申し込む保証): amount in yen, and its own form. (GUAR-06, GUAR-29, GUAR-33)"""

    product: Product
    amount: int
    form: CertificateForm
    deposit_institution: str = ""


@dataclass(frozen=True)
class Asked:
    """A complete application for new guarantees (申込みの内容). `orderer` is empty for one that is not listed."""

    orderer: str
    orderer_name: str
    work_name: str
    contract_price: int
    work_starts_on: date
    work_ends_on: date
    products: tuple[AskedProduct, ...]
    branch: str
    work_place: str = ""
    contracted_on: date | None = None
    joint_venture: str = ""
    notice_to: str = ""
    """Mail address of the notice of completion; empty when none is wished. (GUAR-41, GUAR-42)"""
    wants_interim: bool = False

    def product(self, product: Product) -> AskedProduct | None:
        """What was asked of one product."""
        return next((asked for asked in self.products if asked.product is product), None)

    def contents(self, asked: AskedProduct, contractor: str, issued_on: date) -> CertificateContents:
        """The certificate that follows; it holds to the end of the work, from the contract date.

        Where that is not known yet it holds from the day of issue, or of the work if that is earlier.
        """
        return CertificateContents(
            product=asked.product,
            orderer=self.orderer_name,
            contractor=contractor,
            work_name=self.work_name,
            contract_price=self.contract_price,
            guaranteed_amount=asked.amount,
            joint_venture=self.joint_venture,
            work_place=self.work_place,
            contracted_on=self.contracted_on,
            work_starts_on=self.work_starts_on,
            work_ends_on=self.work_ends_on,
            guarantee_starts_on=self.contracted_on or min(issued_on, self.work_starts_on),
            guarantee_ends_on=self.work_ends_on,
            deposit_institution=asked.deposit_institution,
            branch=self.branch,
        )

    def to_json(self) -> dict[str, Any]:
        """As plain values, as the application's row keeps it."""
        values = asdict(self)
        return values | {name: _iso(values[name]) for name in _DAYS}

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> Self:
        """From what `to_json` gave."""
        given = {field.name: values[field.name] for field in fields(cls) if field.name in values}
        for name in _DAYS:
            given[name] = date.fromisoformat(given[name]) if given.get(name) else None
        given["products"] = tuple(
            AskedProduct(
                Product(p["product"]), p["amount"], CertificateForm(p["form"]), p["deposit_institution"]
            )
            for p in values["products"]
        )
        return cls(**given)


@dataclass(frozen=True)
class AskedChange:
    """A change that is asked for (変更の申込み): the certificate as it shall be, and why."""

    contract_price: int
    guaranteed_amount: int
    work_starts_on: date | None
    work_ends_on: date
    form: CertificateForm
    reason: str
    notice_to: str = ""

    def applied_to(self, contents: CertificateContents) -> CertificateContents:
        """The changed certificate; the guarantee follows the end of the work."""
        return replace(
            contents,
            contract_price=self.contract_price,
            guaranteed_amount=self.guaranteed_amount,
            work_starts_on=self.work_starts_on or contents.work_starts_on,
            work_ends_on=self.work_ends_on,
            guarantee_ends_on=self.work_ends_on,
        )

    def to_json(self) -> dict[str, Any]:
        """As plain values."""
        days = {name: _iso(getattr(self, name)) for name in ("work_starts_on", "work_ends_on")}
        return asdict(self) | days

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> Self:
        """From what `to_json` gave."""
        starts = values["work_starts_on"]
        return cls(
            values["contract_price"],
            values["guaranteed_amount"],
            date.fromisoformat(starts) if starts else None,
            date.fromisoformat(values["work_ends_on"]),
            CertificateForm(values["form"]),
            values["reason"],
            values["notice_to"],
        )


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None
