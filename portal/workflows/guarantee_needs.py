"""Needs (契約が求める保証): what a contract needs of a guarantee, by the city's rules. (GUAR-75, CITY-30)"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from guarantees.certificates import Certificate, CertificateContents
from guarantees.checks import Need
from guarantees.lodged import LodgedGuarantee, Means
from portal.workflows.act import Act
from procurement.advance_payments import AdvancePayment
from procurement.cases import ProcurementCase
from procurement.cities.kinds import GuaranteeKind
from procurement.contracts import Contract
from procurement.guarantee_limits import (
    GuaranteeLimits,
    Limit,
    largest_advance,
    largest_interim,
    least_contract_guarantee,
    limits_for,
    orderer_names,
)
from procurement.wareki import jst_date

LIVE = (
    LodgedGuarantee.returned_at.is_(None),
    LodgedGuarantee.withdrawn_at.is_(None),
    LodgedGuarantee.replaced_at.is_(None),
    LodgedGuarantee.released_at.is_(None),
)
"""Conditions of a query: neither sent back, nor withdrawn, nor replaced, nor released."""

KNOWN = "guarantees of a city"


@dataclass(frozen=True)
class _Known:
    """What a whole city has lodged and asked for, by case: read in two queries instead of six for each case."""

    lodged: Mapping[str, list[LodgedGuarantee]]
    payments: Mapping[str, list[AdvancePayment]]


@contextmanager
def known_of_city(act: Act, city: str) -> Iterator[frozenset[str]]:
    """Read everything at once, for a list that only looks; gives the ids of the cases that have any of it."""
    lodged: dict[str, list[LodgedGuarantee]] = defaultdict(list)
    payments: dict[str, list[AdvancePayment]] = defaultdict(list)
    guarantees = select(LodgedGuarantee).where(LodgedGuarantee.city == city)
    whole = selectinload(LodgedGuarantee.looks), selectinload(LodgedGuarantee.decisions)
    order = LodgedGuarantee.lodged_at, LodgedGuarantee.id
    for each in act.session.scalars(guarantees.order_by(*order).options(*whole)):
        lodged[each.case_id].append(each)
    asked = select(AdvancePayment).where(AdvancePayment.city == city, AdvancePayment.returned_at.is_(None))
    for payment in act.session.scalars(asked.order_by(AdvancePayment.requested_at.desc())):
        payments[payment.case_id].append(payment)
    act.session.info[KNOWN] = _Known(lodged, payments)
    try:
        yield frozenset((*lodged, *payments))
    finally:
        del act.session.info[KNOWN]


def governing_contract(case: ProcurementCase) -> Contract | None:
    """The contract whose price and period count: the newest concluded one, else the first; None before a draft."""
    concluded = [contract for contract in case.contracts if contract.is_concluded]
    return next(iter(reversed(concluded)), next(iter(case.contracts), None))


def pending_amendment(case: ProcurementCase) -> Contract | None:
    """An amendment (変更契約) that is on its way: a changed certificate may already speak of it."""
    last = next(iter(reversed(case.contracts)), None)
    is_open = last is not None and last.is_amendment and not last.is_concluded and last.declined_at is None
    return last if is_open else None


def price_of(case: ProcurementCase, contract: Contract | None = None) -> int:
    """Contract price (契約金額) in yen, tax included, as it stands; the award's before a contract is drafted."""
    contract = contract or governing_contract(case)
    if contract is not None:
        return contract.contract_price
    return case.award.contract_price if case.award else 0


def period_of(case: ProcurementCase, contract: Contract | None = None) -> tuple[date | None, date | None]:
    """Work period (工期・履行期間) as it stands."""
    contract = contract or governing_contract(case)
    starts, ends = (contract.starts_on, contract.ends_on) if contract else (None, None)
    return starts or case.starts_on, ends or case.ends_on


def limits_of(act: Act, case: ProcurementCase) -> GuaranteeLimits:
    """The amounts that the city's rules ask for, of the day of the contract; of today before one is concluded."""
    first = next(iter(case.contracts), None)
    on = first.concluded_on if first is not None and first.concluded_on else jst_date(act.now)
    return limits_for(act.city(case.city), case.category, on)


def amount_needed(
    act: Act, case: ProcurementCase, obligation: GuaranteeKind, contract: Contract | None = None
) -> Limit:
    """Least amount of a contract guarantee, largest of an advance or interim payment, with words and source."""
    limits, price = limits_of(act, case), price_of(case, contract)
    if obligation is GuaranteeKind.CONTRACT:
        return least_contract_guarantee(limits, price)
    if obligation is GuaranteeKind.ADVANCE_PAYMENT:
        return largest_advance(limits, price)
    advance = payment_of(act, case, GuaranteeKind.ADVANCE_PAYMENT)
    return largest_interim(limits, price, advance.amount if advance else 0)


def payment_of(act: Act, case: ProcurementCase, kind: GuaranteeKind) -> AdvancePayment | None:
    """The newest advance payment of a kind that was not returned; None where none was asked for."""
    if (known := act.session.info.get(KNOWN)) is not None:
        return next((each for each in known.payments.get(case.id, ()) if each.kind is kind), None)
    query = select(AdvancePayment).where(
        AdvancePayment.case_id == case.id,
        AdvancePayment.kind == kind,
        AdvancePayment.returned_at.is_(None),
    )
    return act.session.scalars(query.order_by(AdvancePayment.requested_at.desc()).limit(1)).first()


def need_of(
    act: Act,
    case: ProcurementCase,
    obligation: GuaranteeKind,
    lodged: LodgedGuarantee | None = None,
    contract: Contract | None = None,
) -> Need:
    """What the contract needs of a guarantee of this kind; `lodged` is the one that is compared, where there is one.

    `contract` is the contract or amendment that counts; without one, what holds now.
    """
    limit, starts_ends = amount_needed(act, case, obligation, contract), period_of(case, contract)
    first, company = governing_contract(case), case.award.company if case.award else None
    price = price_of(case, contract)
    return Need(
        obligation=obligation,
        orderer_names=orderer_names(act.rules(case.city)),
        contractor_names=(company.name,) if company else (),
        work_name=case.title,
        contract_price=price,
        least_amount=_least(act, case, obligation, limit, lodged),
        largest_amount=None if obligation is GuaranteeKind.CONTRACT else limit.amount,
        starts_on=starts_ends[0],
        ends_on=starts_ends[1],
        contracted_on=case.contracts[0].concluded_on if first else None,
        told_at=lodged.lodged_at if lodged else None,
        accepted_sha256=accepted_contents(lodged) if lodged else None,
        earlier_prices=_earlier_prices(case, price),
        sources={"guaranteed_amount": limit.source},
    )


def _earlier_prices(case: ProcurementCase, price: int) -> tuple[int, ...]:
    """Prices that were agreed before, and the one still in force beside an amendment on its way."""
    agreed = [contract.contract_price for contract in case.contracts if contract.is_concluded]
    return tuple(dict.fromkeys(each for each in agreed if each != price))


def _least(
    act: Act,
    case: ProcurementCase,
    obligation: GuaranteeKind,
    limit: Limit,
    lodged: LodgedGuarantee | None,
) -> int | None:
    """What this guarantee has to cover: what others in force do not; of a payment, its own amount."""
    if obligation is not GuaranteeKind.CONTRACT:
        payment = payment_of(act, case, obligation)
        return payment.amount if payment else None
    others = [o for o in lodged_of(act, case, obligation) if o.is_in_force and o is not lodged]
    return max(limit.amount - sum(amount_of(other) or 0 for other in others), 0)


def lodged_of(act: Act, case: ProcurementCase, obligation: GuaranteeKind) -> tuple[LodgedGuarantee, ...]:
    """Everything that was lodged for an obligation, oldest first, what was sent back or replaced included."""
    if (known := act.session.info.get(KNOWN)) is not None:
        return tuple(each for each in known.lodged.get(case.id, ()) if each.obligation is obligation)
    query = select(LodgedGuarantee).where(
        LodgedGuarantee.case_id == case.id, LodgedGuarantee.obligation == obligation
    )
    return tuple(act.session.scalars(query.order_by(LodgedGuarantee.lodged_at, LodgedGuarantee.id)))


def contents_seen(lodged: LodgedGuarantee, by: datetime | None = None) -> CertificateContents | None:
    """What the certificate said when it was last found, or found last before an instant."""
    found = [look for look in lodged.looks if look.certificate and (by is None or look.looked_at <= by)]
    return certificate_in(found[-1].certificate).latest if found else None


def certificate_in(kept: dict[str, Any] | None) -> Certificate:
    """The certificate as a look kept it."""
    assert kept is not None
    return Certificate.from_json(kept)


def accepted_contents(lodged: LodgedGuarantee) -> str | None:
    """Hash of the contents that an officer accepted; None before that."""
    contents = contents_seen(lodged, lodged.accepted_at) if lodged.accepted_at else None
    return contents.sha256 if contents else None


def amount_of(lodged: LodgedGuarantee) -> int | None:
    """The guaranteed amount (保証金額) in yen: as the certificate says, else as was told; None while unknown."""
    contents = contents_seen(lodged) if lodged.is_looked_up else None
    return contents.guaranteed_amount if contents else lodged.amount


def time_of(lodged: LodgedGuarantee) -> tuple[date | None, date | None]:
    """The time that is covered (保証期間): as the certificate says, else as was told."""
    contents = contents_seen(lodged) if lodged.is_looked_up else None
    if contents is None:
        return lodged.starts_on, lodged.ends_on
    return contents.guarantee_starts_on, contents.guarantee_ends_on


def covers_whole(lodged: LodgedGuarantee) -> bool:
    """Whether it settles the obligation without an amount (免除)."""
    return lodged.means is Means.EXEMPTION
