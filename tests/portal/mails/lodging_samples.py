"""Sample values for the mails about lodged guarantees: to the officers, what came in and what was not taken."""

from collections.abc import Iterator
from datetime import datetime
from types import SimpleNamespace as Thing
from typing import Any

from guarantees.lodged import Means
from procurement.cities.kinds import GuaranteeKind

REFUSED = "この番号は、別の案件（R8-002 水路改修工事）の契約保証として提出されています。"


def lodging_values(now: datetime) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Name of the golden file, template, values."""
    company = Thing(name="見本建設株式会社")
    for means, number in ((Means.ELECTRONIC_SURETY, "2070004426"), (Means.BANK, None), (Means.CASH, None)):
        lodged = Thing(
            obligation=GuaranteeKind.CONTRACT,
            means=means,
            company=company,
            guarantee_contract_number=number,
            lodged_at=now,
            forwarded_to="契約検査課" if number else "",
            is_looked_up=means is Means.ELECTRONIC_SURETY,
        )
        yield f"guarantee_lodged-{means.value}", "guarantee_lodged", {"lodged": lodged}
    refused = {"obligation": GuaranteeKind.CONTRACT, "reason": REFUSED, "at": now}
    yield "guarantee_refused", "guarantee_refused", refused
