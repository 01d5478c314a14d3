"""Sample values for the mails about advance payments: name, template and values of each."""

from collections.abc import Callable, Iterator
from datetime import date, datetime
from types import SimpleNamespace as Thing
from typing import Any

from procurement.wareki import JST

NOW = datetime(2026, 5, 7, 14, 5, 9, tzinfo=JST)
Values = dict[str, Any]


def payment_letters(
    to_contractor: Callable[..., Values], to_officer: Callable[..., Values]
) -> Iterator[tuple[str, str, Values]]:
    """Every step of an advance payment; the request of an interim one asks for the recognition."""
    company = Thing(name="見本建設株式会社")
    facts = {
        "company": company,
        "amount": 15_400_000,
        "requested_at": NOW,
        "claimed_at": NOW,
        "recognised_at": NOW,
        "approved_at": NOW,
        "paid_on": date(2026, 5, 14),
    }
    payment = Thing(name="前払金", is_interim=False, **facts)
    interim = Thing(name="中間前払金", is_interim=True, **facts)
    yield "payment_requested", "payment_requested", to_officer(payment=payment)
    yield "payment_requested-interim", "payment_requested", to_officer(payment=interim)
    yield "payment_claimed", "payment_claimed", to_officer(payment=payment)
    reason = "工事履行報告書と現場で、工程表のとおり作業が行われていることを確認したため。"
    yield "payment_recognised", "payment_recognised", to_contractor(payment=interim, reason=reason)
    for step in ("approved", "paid"):
        yield f"payment_{step}", f"payment_{step}", to_contractor(payment=payment)
    because = "振込先の口座名義が、受注者の名義と違います。"
    words = (
        "契約保証の保証金額3,850,000円が、変更後の額に385,000円足りません。増額した変更後の証書が必要です。"
    )
    lodged = Thing(obligation=Thing(label="契約保証"), means=Thing(label="保証事業会社の保証（電子）"))
    amendment = Thing(amendment_number=1, contract_price=42_350_000, ends_on=date(2026, 12, 25))
    asked = [Thing(lodged=lodged, needed=Thing(words=words))]
    values = to_contractor(amendment=amendment, asked=asked)
    yield "guarantee_change_asked", "guarantee_change_asked", values
    yield "payment_returned", "payment_returned", to_contractor(payment=payment, reason=because)
