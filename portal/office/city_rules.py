"""Rules of the city (市の規則): every value with its source, and what was assumed or is not set. (CITY-01, CITY-48)"""

from portal.acting import looking
from portal.office import blueprint
from portal.office.access import Page, own_rules, show
from portal.office.limit_rows import limit_groups
from portal.office.rule_rows import rule_groups
from portal.permissions import Permission, requires
from procurement.wareki import jst_date


@blueprint.get("/rules")
@requires(Permission.OFFICE_READ)
def show_rules() -> Page:
    """The rules in force today, as the city's file says them."""
    with looking() as act:
        rules = own_rules(act)
        groups = [*rule_groups(rules), *limit_groups(rules, jst_date(act.now))]
        rows = [row for group in groups for row in group.rows]
        return show(
            "city_rules/index",
            act,
            rules=rules,
            groups=groups,
            assumed=sum(row.is_assumed for row in rows),
            unset=sum(row.is_unset for row in rows),
            changes=[starts_on for starts_on, _ in rules.changes],
        )
