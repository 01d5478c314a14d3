"""What pages of a case say of its guarantees (案件の保証): standings, chart, and how to show what was lodged."""

from typing import Any

from portal.guarantee_charts import COLUMNS as CHART_COLUMNS
from portal.guarantee_charts import PERIOD_OPEN, chart_rows, guarantee_chart
from portal.guarantee_views import CONCERN_KINDS, STATUS_KINDS, chart_of, issuer_of
from portal.workflows.act import Act
from portal.workflows.guarantee_needs import amount_of, time_of
from portal.workflows.guarantee_standings import ObligationStanding, standings
from procurement.cases import ProcurementCase

LODGED_COLUMNS = (
    {"label": "保証の方法"},
    {"label": "発行者"},
    {"label": "番号", "kind": "nowrap"},
    {"label": "保証金額", "kind": "number"},
    {"label": "保証期間"},
    {"label": "提出", "kind": "nowrap"},
    {"label": "状況", "kind": "nowrap"},
)


def guarantee_values(act: Act, case: ProcurementCase) -> dict[str, Any]:
    """What pages of a case say of its guarantees; empty standings where nothing is needed or lodged."""
    found = standings(act, case) if case.award else ()
    chart = chart_of(act, case, found)
    return {
        "standings": found,
        "asks_permission": act.rules(case.city).guarantees.asks_permission,
        "chart": guarantee_chart(chart) if chart else None,
        "chart_rows": chart_rows(chart) if chart else [],
        "chart_columns": CHART_COLUMNS,
        "period_open": PERIOD_OPEN if _needs_period(found) and chart is None else "",
        "lodged_columns": LODGED_COLUMNS,
        "status_kinds": STATUS_KINDS,
        "concern_kinds": CONCERN_KINDS,
        "issuer_of": issuer_of,
        "amount_of": amount_of,
        "time_of": time_of,
    }


def _needs_period(found: tuple[ObligationStanding, ...]) -> bool:
    return any(standing.amount for standing in found)
