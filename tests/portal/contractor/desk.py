"""A contract desk for the tests of the contractor's door: awards, decisions of officers, a contractor's browser."""

import io
import re
from collections.abc import Callable
from datetime import datetime
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from portal import clock
from portal.accounts.case_links import issue_case_link
from portal.acting import acting
from portal.mail import OutboxMessage
from portal.scoping import Scope
from portal.workflows.act import Act, Actor
from portal.workflows.decide_award import NewAward, NewCompany, decide_award
from portal.workflows.review_filing import accept_filing, send_back_filing
from portal.workflows.usage_forms import usage_form_of
from procurement.cases import ProcurementCase
from procurement.filings import Filing
from procurement.rules import ProcurementCategory, ProcurementMethod

OFFICER = Actor(side="office", id="officer-of-the-tests", name="契約 花子")
COMPANY = NewCompany(
    name="株式会社試験組",
    mail_address="kumi@contractor.example.jp",
    address="見本県見本市1丁目2番3号",
    representative_title="代表取締役",
    representative_name="試験 次郎",
    registration_number="100",
)
OTHER_COMPANY = NewCompany(name="株式会社よその組", mail_address="other@contractor.example.jp")
FORM = "usage_application"

TOSU = [
    {
        "applied_on": "令和8年5月7日",
        "company_address": "見本市",
        "company_name": "株式会社試験組",
        "company_representative": "代表取締役 試験 次郎",
    },
    {
        "signatory_company": "株式会社試験組",
        "signatory_title": "代表取締役",
        "signatory_name": "試験 次郎",
        "signatory_email": "jiro@contractor.example.jp",
    },
    {
        "contact_department": "",
        "contact_title": "",
        "contact_name": "試験 三郎",
        "contact_phone": "０９４２－８５－００００",
    },
    {"authority_declared": "y"},
]
IWAKI = [
    {
        "applied_on": "R8.5.7",
        "company_address": "見本市",
        "company_name": "株式会社試験組",
        "company_representative": "代表取締役 試験 次郎",
    },
    {"signatory_email": "jiro@docomo.ne.jp"},
    {"contact_name": "試験 三郎", "contact_phone": "0246-22-0000"},
    {
        "delegation": "authority",
        "signatory_title": "代表取締役",
        "signatory_name": "試験 次郎",
        "delegator_title": "",
        "delegator_name": "",
        "authority_declared": "y",
    },
]
ASHIKAGA = [
    {
        "applied_on": "2026-05-07",
        "company_address": "見本市",
        "company_name": "株式会社試験組",
        "company_representative": "試験 次郎",
    },
    {"case_place": "見本町地内"},
    {"signatory_name": "試験 次郎", "signatory_email": "jiro@contractor.example.jp"},
    {
        "clerk1_name": "",
        "clerk1_email": "",
        "clerk2_name": "",
        "clerk2_email": "",
        "clerk3_name": "",
        "clerk3_email": "",
    },
    {"authority_declared": "y"},
]
ANSWERS = {"tosu": TOSU, "iwaki": IWAKI, "ashikaga": ASHIKAGA}


class Desk:
    """One city's case with its contractor; the clock of the portal is the tests'."""

    def __init__(self, app: Flask, city: str = "tosu", company: NewCompany = COMPANY, **changes: Any) -> None:
        self.app, self.city = app, city
        given: dict[str, Any] = {
            "city": city,
            "number": f"{city}-{company.name}",
            "title": "見本橋補修工事",
            "category": ProcurementCategory.CONSTRUCTION_WORKS,
            "method": ProcurementMethod.OPEN,
            "awarded_at": clock.now(),
            "contract_price": 11_000_000,
            "consumption_tax": 1_000_000,
            "place": "見本町地内",
            "noticed_on": datetime(2026, 4, 1).date(),
            "company": company,
        }
        with self.as_officer() as act:
            case = decide_award(act, NewAward(**given | changes))
            self.case_id, self.company_id = case.id, case.award.company_id
            self.token = issue_case_link(
                act.session, city=city, case_id=case.id, company_id=self.company_id, now=act.now
            )
        self.base = f"/contractor/cases/{self.case_id}"
        self.filing = f"{self.base}/filings/{FORM}"

    def browser(self) -> FlaskClient:
        """A browser that came by the link of the mail."""
        client = self.app.test_client()
        assert client.get(f"/enter/{self.token}").location == self.base
        return client

    def as_officer(self) -> Any:
        """An act of the officer."""
        return _InApp(self.app, lambda: acting(OFFICER, Scope()))

    def answer(self, client: FlaskClient, pages: list[dict[str, str]] | None = None) -> None:
        """Fill every page in, as a person without scripts does."""
        for number, typed in enumerate(pages or ANSWERS[self.city], start=1):
            answer = client.post(f"{self.filing}/sections/{number}", data={**typed, "action": "next"})
            assert answer.status_code == 302, text_of(answer.text)

    def attach(self, client: FlaskClient, content: bytes, name: str, code: str = "contract_draft") -> Any:
        """Upload one file."""
        data = {"file": (io.BytesIO(content), name)}
        return client.post(f"{self.filing}/attachments/{code}", data=data)

    def submit(self, client: FlaskClient) -> str:
        """Press the button of the check page; the address of the receipt."""
        answer = client.post(f"{self.filing}/submit", data={"seen": seen_on(client, self.filing)})
        assert "/versions/" in answer.location, answer.location
        return str(answer.location)

    def read(self, look: Callable[[ProcurementCase], Any]) -> Any:
        """Something about the case as it stands."""
        with self.as_officer() as act:
            return look(act.session.get_one(ProcurementCase, self.case_id))

    def versions(self) -> list[str]:
        """Status of every version of the application, oldest first."""
        return self.read(lambda case: [v.status.value for f in case.filings for v in f.versions])

    def send_back(self, reason: str, *fields: str) -> None:
        """The officer sends the application back with marked fields."""
        with self.as_officer() as act:
            filing = _filing(act, self.case_id)
            send_back_filing(
                act, filing, version_number=filing.current.number, reason=reason, marked_fields=fields
            )

    def accept(self, reason: str = "") -> None:
        """The officer accepts the application."""
        with self.as_officer() as act:
            filing = _filing(act, self.case_id)
            form = usage_form_of(act, filing.case)
            accept_filing(act, filing, form, version_number=filing.current.number, reason=reason)

    def mails(self, to: str = "") -> list[OutboxMessage]:
        """Letters in the outbox."""
        with self.as_officer() as act:
            letters = act.session.scalars(select(OutboxMessage)).all()
            return [letter for letter in letters if not to or letter.to == to]


class _InApp:
    """An act inside the app's context."""

    def __init__(self, app: Flask, make: Callable[[], Any]) -> None:
        self._app, self._make = app, make

    def __enter__(self) -> Act:
        self._context = self._app.app_context()
        self._context.push()
        self._acting = self._make()
        act: Act = self._acting.__enter__()
        return act

    def __exit__(self, *error: Any) -> None:
        try:
            self._acting.__exit__(*error)
        finally:
            self._context.pop()


def seen_on(client: FlaskClient, filing: str) -> str:
    """The fingerprint that the check page shows."""
    page = client.get(f"{filing}/check").text
    found = re.search(r'name="seen" value="(\w+)"', page)
    assert found, text_of(page)
    return found.group(1)


def text_of(page: str) -> str:
    """The words of a page without its marks."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page.partition("<main")[2]))


def _filing(act: Act, case_id: str) -> Filing:
    return act.session.scalars(select(Filing).where(Filing.case_id == case_id)).one()
