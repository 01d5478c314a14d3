"""Facts of an invented case (練習用の案件): what fills a form in beforehand when somebody practises it. (FILE-26)

Nothing here is read from the database: the city's rules, the day, and words that no case of the portal has.
"""

from collections.abc import Mapping
from datetime import date, timedelta

from forms.facts import FormFacts
from forms.meanings import CaseFlag, Meaning
from procurement.cities.kinds import ProcurementCategory
from procurement.guarantee_limits import limits_for
from procurement.rules import CityRules

CASE_TITLE = "練習用の案件"
CASE_NUMBER = "練習-001"
COMPANY_NAME = "株式会社練習組"
REPRESENTATIVE = ("代表取締役", "練習 太郎")
ADDRESS = "練習県練習市1丁目2番3号"
PRICE, TAX = 16_500_000, 1_500_000
CONCLUDED_BEFORE, LASTS = timedelta(days=3), timedelta(days=180)

_KNOWN: Mapping[Meaning, str] = {
    Meaning.CASE_NUMBER: CASE_NUMBER,
    Meaning.CASE_TITLE: CASE_TITLE,
    Meaning.CASE_PLACE: "練習町地内",
    Meaning.COMPANY_NAME: COMPANY_NAME,
    Meaning.COMPANY_ADDRESS: ADDRESS,
    Meaning.COMPANY_REPRESENTATIVE: "　".join(REPRESENTATIVE),
    Meaning.SIGNATORY_COMPANY: COMPANY_NAME,
    Meaning.SIGNATORY_TITLE: REPRESENTATIVE[0],
    Meaning.SIGNATORY_NAME: REPRESENTATIVE[1],
    Meaning.CONTRACT_NUMBER: "練習-契-001",
    Meaning.CONTRACT_PRICE: str(PRICE),
    Meaning.CONTRACT_TAX: str(TAX),
}
_REGISTERED = (
    Meaning.COMPANY_NAME,
    Meaning.COMPANY_ADDRESS,
    Meaning.COMPANY_REPRESENTATIVE,
    Meaning.SIGNATORY_TITLE,
    Meaning.SIGNATORY_NAME,
)


def practice_facts(rules: CityRules, category: ProcurementCategory, today: date) -> FormFacts:
    """A case of this kind, concluded three days ago; it asks for a guarantee, so that every question comes up."""
    application = rules.usage_application
    concluded_on = today - CONCLUDED_BEFORE
    days = {
        Meaning.CONTRACT_ON: concluded_on,
        Meaning.PERIOD_STARTS_ON: concluded_on,
        Meaning.PERIOD_ENDS_ON: concluded_on + LASTS,
    }
    registered = {meaning: _KNOWN[meaning] for meaning in _REGISTERED}
    return FormFacts(
        today=today,
        known={**_KNOWN, **{meaning: day.isoformat() for meaning, day in days.items()}},
        registered=registered if application.match_register else {},
        category=category,
        flags=frozenset({CaseFlag.CONTRACT_GUARANTEE_REQUIRED, CaseFlag.REGISTERED_BIDDER}),
        free_mail_domains=frozenset(application.free_mail_domains if application.warn_free_mail else ()),
        carrier_mail_domains=frozenset(application.carrier_domains if application.warn_carrier_mail else ()),
        limits=limits_for(rules, category, concluded_on),
    )
