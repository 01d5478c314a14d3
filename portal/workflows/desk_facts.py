"""What a desk knows of the orderers (発注者の取扱い): the cities' own rules first, then the registry's list. (GUAR-03, GUAR-74)"""

from collections.abc import Mapping
from datetime import date

from sqlalchemy import select

from guarantees.certificates import CertificateContents
from guarantees.desk.form_choice import OrdererTerms
from guarantees.desk.orm import DeskGuarantee, DeskRecommendation
from guarantees.issuers import issuer_of
from guarantees.products import Product
from guarantees.registry.orm import Orderer
from portal.workflows.act import Act
from procurement.cases import ProcurementCase
from procurement.guarantee_limits import orderer_code, orderer_names
from procurement.rules import CityRules
from procurement.wareki import format_wareki, jst_date

ELECTRONIC = frozenset(product for product in Product if product.is_electronic)


def orderers_for(act: Act, issuer: str) -> Mapping[str, OrdererTerms]:
    """Every orderer that the desk of a company can name, by code; one that takes nothing electronic has no products."""
    found = {}
    for rules in act.cities.values():
        terms = _terms_of(rules.at(jst_date(act.now)), issuer_of(issuer).name, act)
        found[terms.code] = terms
    for orderer in act.session.scalars(select(Orderer).order_by(Orderer.name)):
        if orderer.code not in found:
            found[orderer.code] = OrdererTerms(orderer.code, orderer.name, ELECTRONIC, orderer.starts_on)
    return found


def is_allowed(act: Act, recommendation: DeskRecommendation | None) -> bool | None:
    """Whether the orderer allows an electronic guarantee for the case of a recommendation; None where unknown. (GUAR-03)"""
    if recommendation is None:
        return None
    city, _, case_id = recommendation.reference.partition("/")
    case = act.session.scalar(
        select(ProcurementCase).where(ProcurementCase.city == city, ProcurementCase.id == case_id)
    )
    return case.allows_electronic_guarantee if case is not None else None


def base_guarantees(act: Act, customer_id: str, product: Product) -> dict[str, str]:
    """Guarantees of a customer that another one may build on: in force, of that product; number to words."""
    rows = act.session.scalars(
        select(DeskGuarantee)
        .where(
            DeskGuarantee.customer_id == customer_id,
            DeskGuarantee.product == product,
            DeskGuarantee.cancelled_at.is_(None),
        )
        .order_by(DeskGuarantee.issued_at.desc())
    )
    return {row.number: f"{row.number}　{row.papers[-1].says.work_name}" for row in rows}


def prefilled_from(contents: CertificateContents) -> dict[str, str]:
    """What an application takes over from a certificate, as a person would type it. (GUAR-14)"""
    typed = {
        "orderer_name": contents.orderer,
        "work_name": contents.work_name,
        "work_place": contents.work_place,
        "contract_price": f"{contents.contract_price:,}",
        "contracted_on": typed_day(contents.contracted_on),
        "work_starts_on": typed_day(contents.work_starts_on),
        "work_ends_on": typed_day(contents.work_ends_on),
        "joint_venture": contents.joint_venture,
    }
    return {name: value for name, value in typed.items() if value}


def typed_day(day: date | None) -> str:
    """A day as people type it, in Japanese eras; empty for none."""
    return format_wareki(day) if day else ""


def _terms_of(rules: CityRules, issuer_name: str, act: Act) -> OrdererTerms:
    rows = [row for row in rules.guarantees.electronic if row.issuer == issuer_name]
    kinds = {Product(kind.value) for row in rows for kind in row.kinds}
    starts = [row.starts_on for row in rows if row.starts_on]
    return OrdererTerms(
        code=orderer_code(rules),
        name=orderer_names(rules)[0],
        products=frozenset(kinds),
        starts_on=min(starts, default=jst_date(act.now)),
        needs_permission=any(row.needs_permission_per_case for row in rows),
    )
