"""Recommend an application (おすすめの保証申込み): an award that wants a guarantee shows at the contractor's desks. (GUAR-14)

The desk itself knows nothing of procurement; here the two meet, by the company's corporate number or exact name.
"""

from sqlalchemy import Select, or_, select

from guarantees.desk.orm import ApplicationKind, DeskCustomer, DeskRecommendation
from guarantees.issuers import issuers
from portal.workflows.act import Act
from portal.workflows.desk_facts import typed_day
from procurement.cases import ProcurementCase
from procurement.guarantee_limits import orderer_code, orderer_names
from procurement.parties import Company
from procurement.rules import ProcurementMethod
from procurement.wareki import jst_date

ORDER_KINDS = {
    ProcurementMethod.OPEN: "open",
    ProcurementMethod.OPEN_WITH_CONDITIONS: "open",
    ProcurementMethod.DESIGNATED: "designated",
    ProcurementMethod.NEGOTIATED: "negotiated",
}


def recommend_guarantee(act: Act, case: ProcurementCase) -> int:
    """Put the work before every desk where its contractor is a customer; how many that were."""
    if not case.requires_contract_guarantee or case.award is None:
        return 0
    codes = _companies_taken(act, case.city)
    customers = act.session.scalars(
        _customers_like(case.award.company).where(DeskCustomer.issuer.in_(codes))
    ).all()
    values = _values(act, case)
    for customer in customers:
        act.session.add(
            DeskRecommendation(
                issuer=customer.issuer,
                customer_id=customer.id,
                reference=f"{case.city}/{case.id}",
                kind=ApplicationKind.NEW,
                orderer=values["orderer"],
                values=values,
                made_at=act.now,
            )
        )
    return len(customers)


def _companies_taken(act: Act, city: str) -> list[str]:
    """The surety companies that a city names for electronic guarantees; every one where it names none."""
    names = {row.issuer for row in act.rules(city).guarantees.electronic}
    return [issuer.code for issuer in issuers() if not names or issuer.name in names]


def _customers_like(company: Company) -> Select[DeskCustomer]:
    same = [DeskCustomer.name == company.name]
    if company.corporate_number:
        same.append(DeskCustomer.corporate_number == company.corporate_number)
    return select(DeskCustomer).where(DeskCustomer.admitted_at.is_not(None), or_(*same))


def _values(act: Act, case: ProcurementCase) -> dict[str, str]:
    """What is filled in beforehand, as a person would type it. (GUAR-14)"""
    assert case.award is not None
    rules = act.rules(case.city)
    values = {
        "orderer": orderer_code(rules),
        "orderer_name": orderer_names(rules)[0],
        "work_name": case.title,
        "work_place": case.place,
        "contract_price": f"{case.award.contract_price:,}",
        "work_starts_on": typed_day(case.starts_on),
        "work_ends_on": typed_day(case.ends_on),
        "awarded_on": jst_date(case.award.awarded_at).strftime("%Y%m%d"),
        "order_kind": ORDER_KINDS.get(case.method, "other"),
    }
    return {name: value for name, value in values.items() if value}
