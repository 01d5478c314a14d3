"""Guarantees (保証) in the office: the city's list of what asks for attention, and the guarantees of one case."""

from collections import Counter
from dataclasses import dataclass
from typing import Any

from flask import flash, redirect, request, url_for

from portal.acting import acting, looking
from portal.guarantee_views import CONCERN_KINDS
from portal.office import blueprint
from portal.office.access import REFUSED, Page, own_city, own_rules, show, the_case
from portal.office.guarantee_values import guarantee_values
from portal.office.listings import listing_of
from portal.permissions import Permission, requires
from portal.workflows.allow_electronic_guarantee import allow_electronic_guarantee
from portal.workflows.guarantee_standings import CityRow, Concern, city_wide
from procurement.cities.kinds import GuaranteeKind

COLUMNS = (
    {"label": "案件"},
    {"label": "保証"},
    {"label": "要対応", "kind": "nowrap"},
    {"label": "内容"},
    {"label": "期限", "kind": "nowrap"},
    {"label": "事業者"},
)
NEXT_STEPS = {
    Concern.MATCHED: "契約と一致しています。受理するか差し戻します。",
    Concern.TO_DECIDE: "開いて内容を確かめ、判断を記録します。",
    Concern.MISMATCH: "開いて契約と違う項目を確かめます。",
    Concern.NOT_CHECKED: "保証の内容をまだ確認できていません。",
    Concern.ORIGINAL_AWAITED: "原本が届いたら、受領を記録します。",
}
"""What to do, where a row has no words of its own but its status."""


@dataclass(frozen=True)
class GuaranteeFilter:
    """What the address of the list asks for; a word that is not known is left out."""

    concern: str = ""
    obligation: str = ""
    q: str = ""

    @classmethod
    def of_request(cls) -> "GuaranteeFilter":
        """The filter of this request's address."""
        concern, obligation = request.args.get("concern", ""), request.args.get("obligation", "")
        return cls(
            concern if concern in set(Concern) else "",
            obligation if obligation in set(GuaranteeKind) else "",
            request.args.get("q", "").strip(),
        )

    @property
    def is_empty(self) -> bool:
        return self == GuaranteeFilter()

    def lets_through(self, row: CityRow) -> bool:
        """Whether a row of the city's list is asked for."""
        company = row.case.award.company.name if row.case.award else ""
        words = f"{row.case.number} {row.case.title} {company}"
        if row.lodged is not None:
            words += f" {row.lodged.guarantee_contract_number or ''}"
        return (
            self.concern in ("", row.concern)
            and self.obligation in ("", row.obligation)
            and self.q.casefold() in words.casefold()
        )


@blueprint.get("/guarantees")
@requires(Permission.OFFICE_READ)
def show_guarantees() -> Page:
    """What is missing, doubtful, changed or about to end, over the whole city, with counts and filters."""
    wanted = GuaranteeFilter.of_request()
    with looking() as act:
        found = city_wide(act, own_city())
        counts = Counter(row.concern for row in found)
        return show(
            "guarantees/index",
            act,
            wanted=wanted,
            listing=listing_of([row for row in found if wanted.lets_through(row)]),
            total=len(found),
            columns=COLUMNS,
            counters=[(concern, counts[concern]) for concern in Concern],
            concern_kinds=CONCERN_KINDS,
            next_steps=NEXT_STEPS,
            concern_choices=[("", "すべて"), *((c.value, f"{c.label}（{counts[c]}）") for c in Concern)],
            obligation_choices=[("", "すべて"), *((kind.value, kind.label) for kind in GuaranteeKind)],
        )


@blueprint.get("/cases/<case_id>/guarantees")
@requires(Permission.OFFICE_READ)
def show_case_guarantees(case_id: str) -> Page:
    """What the contract needs, what is in force, and everything that was lodged."""
    with looking() as act:
        case = the_case(act, case_id)
        return show("guarantees/case", act, case=case, **guarantee_values(act, case))


@blueprint.get("/cases/<case_id>/guarantees/permission")
@requires(Permission.OFFICE_CHECK_GUARANTEE)
def show_permission(case_id: str) -> Page:
    """Whether this case may use electronic guarantees, and the question why that changes. (CITY-31)"""
    return _permission_page(case_id)


@blueprint.post("/cases/<case_id>/guarantees/permission")
@requires(Permission.OFFICE_CHECK_GUARANTEE)
def submit_permission(case_id: str) -> Page:
    """Change it, with the reason; a refusal comes back with what was typed."""
    is_allowed = request.form.get("is_allowed") == "yes"
    try:
        with acting() as act:
            case = the_case(act, case_id)
            reason = request.form.get("reason", "")
            allow_electronic_guarantee(act, case, is_allowed=is_allowed, reason=reason)
    except REFUSED as refusal:
        return _permission_page(case_id, refusal=refusal), 422
    word = "認めました" if is_allowed else "認めないことにしました"
    flash(f"この案件の電子保証の利用を{word}。", "success")
    return redirect(url_for(".show_case_guarantees", case_id=case_id))


def _permission_page(case_id: str, **values: Any) -> Page:
    with looking() as act:
        case = the_case(act, case_id)
        wanted = request.form.get("is_allowed", "no" if case.allows_electronic_guarantee else "yes")
        return show(
            "guarantees/permission",
            act,
            case=case,
            is_allowed=wanted,
            reason=request.form.get("reason", ""),
            asks_permission=own_rules(act).guarantees.asks_permission,
            **values,
        )
