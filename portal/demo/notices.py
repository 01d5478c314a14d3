"""Sample key notices of the demo (認証キーのお知らせの見本): one PDF for each live certificate of its cases."""

from pathlib import Path
from typing import Any

from flask import current_app
from sqlalchemy import select

from forms.issued.key_notices import key_notice
from guarantees.desk.orm import DeskGuarantee, DeskRecommendation
from guarantees.issuers import issuer_of
from portal.acting import looking
from portal.surety.desk_guarantees import notice_facts
from portal.workflows.act import SCHEDULER, Act
from procurement.cases import ProcurementCase


def write_notices() -> int:
    """Key notices of every electronic guarantee under demo/notices/; the names say city, case, product, layout."""
    folder = Path(current_app.config["INSTANCE"]) / "demo" / "notices"
    folder.mkdir(parents=True, exist_ok=True)
    with looking(SCHEDULER) as act:
        rows = act.session.scalars(select(DeskGuarantee).order_by(DeskGuarantee.number)).all()
        sheets = [_sheet(act, row) for row in rows if row.is_electronic and row.has_arrived]
    for name, layout, facts in sheets:
        (folder / name).write_bytes(key_notice(layout, facts))
    return len(sheets)


def _sheet(act: Act, guarantee: DeskGuarantee) -> tuple[str, str, Any]:
    issuer = issuer_of(guarantee.issuer)
    offer = act.session.get_one(DeskRecommendation, guarantee.application.recommendation_id)
    city, _, case_id = offer.reference.partition("/")
    number = act.session.get_one(ProcurementCase, case_id).number
    name = f"{city}_{number}_{guarantee.product.value}_{issuer.layout}.pdf"
    return name.replace("/", "-"), issuer.layout, notice_facts(guarantee, issuer.name)
