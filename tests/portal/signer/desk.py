"""A signing desk for tests: a case sent for signing through the workflows, and browsers that follow its mails."""

import io
import re
from collections.abc import Mapping
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from portal import clock
from portal.accounts.models import Account, Door
from portal.accounts.registration import create_account
from portal.acting import acting, house, looking
from portal.demo.acts import ACTS, Players
from portal.demo.plans import demo_cases, demo_files
from portal.mail import OutboxMessage
from portal.permissions import Role
from portal.scoping import Scope
from portal.workflows.act import Act, Actor
from portal.workflows.draft_contract import NewDocument, add_document
from portal.workflows.manage_signing import resend_request
from procurement.cases import ProcurementCase
from procurement.contracts import Contract
from procurement.electronic_contract_requests import ElectronicContractRequest
from signing import CirculationStep, Envelope
from signing.testing import make_pdf

OFFICER = Actor("office", "officer-of-the-tests", "契約 花子")
SIGNATORY_MAIL = "signatory@city.example.jp"
CLERK = {"name": "確認 三郎", "mail_address": "clerk@contractor.example.jp"}


class SigningDesk:
    """One contract of one city; `person` at `company_mail` signs for the contractor."""

    def __init__(self, app: Flask, city: str) -> None:
        self.app, self.city = app, city
        case = next(c for c in demo_cases(demo_files()) if (c.city, c.story) == (city, "contractor_signing"))
        companies = {c["key"]: c for file in demo_files() for c in file.get("companies", ())}
        self.company: Mapping[str, Any] = companies[case.data["company"]]
        self.company_mail: str = self.company["mail_address"]
        self.person: str = self.company["representative_name"].replace("\u3000", " ")
        self.players = self._players(case.data)

    def send(self, *, papers: int = 1, with_clerk: bool = False) -> "SigningDesk":
        """Award, application, contract, signing request."""
        self.play("submit", "accept", "draft_contract")
        for number in range(2, papers + 1):
            self._add_paper(f"仕様書{number}")
        if with_clerk:
            with self.app.app_context(), acting(OFFICER, Scope()) as act:
                act.session.scalars(select(ElectronicContractRequest)).one().clerks = [CLERK]
        self.play("send")
        return self

    def play(self, *acts: str) -> None:
        """Acts of a demo story, by the same workflows as its pages."""
        with self.app.app_context():
            for name in acts:
                ACTS[name](self.players)

    def seal(self) -> None:
        """What the signing job does."""
        self.play("seal")

    def sign_both(self) -> "SigningDesk":
        """Both sides agree and everything is sealed."""
        self.play("contractor_consents", "seal", "city_consents", "seal")
        return self

    def resend(self) -> None:
        """An officer sends the newest open request again; its link begins a new life."""
        with self.app.app_context(), self.acting() as act:
            step = next(s for s in reversed(self.envelope(act).active_steps) if s.asked_at)
            resend_request(act, self.contract(act), step.id)

    def link(self, to: str, kind: str = "sign") -> str:
        """The path of the newest link of that kind that was mailed to an address."""
        with self.app.app_context(), looking(OFFICER, Scope()) as act:
            query = select(OutboxMessage.body).where(OutboxMessage.to == to)
            bodies = act.session.scalars(query.order_by(OutboxMessage.created_at)).all()
        found = [path for body in bodies for path in re.findall(rf"http://[^/]+(/{kind}/\S+)", body)]
        return str(found[-1])

    def subjects(self) -> list[str]:
        """Subjects of everything that was mailed."""
        with self.app.app_context(), looking(OFFICER, Scope()) as act:
            return list(act.session.scalars(select(OutboxMessage.subject)))

    def contract(self, act: Act) -> Contract:
        return act.session.scalars(select(Contract).where(Contract.case_id == self.players.case_id)).one()

    def envelope(self, act: Act) -> Envelope:
        return act.session.scalars(select(Envelope)).one()

    def steps(self) -> list[CirculationStep]:
        """The steps of the envelope, detached, in order."""
        with self.app.app_context(), looking(OFFICER, Scope()) as act:
            return list(self.envelope(act).steps)

    def looking(self) -> Any:
        return looking(OFFICER, Scope())

    def acting(self) -> Any:
        return acting(OFFICER, Scope())

    def final_pdf(self) -> bytes:
        """The concluded original of the first document."""
        with self.app.app_context(), self.looking() as act:
            sha256 = self.contract(act).documents[0].final_sha256
            return house().store.read(sha256)

    def _players(self, data: Mapping[str, Any]) -> Players:
        with self.app.app_context(), acting(OFFICER, Scope()) as act:
            officer = self._account(act, Role.OFFICER, "officer@city.example.jp")
            signatory = self._account(act, Role.SIGNATORY, SIGNATORY_MAIL)
        begun = Players(self.city, data, self.company, "company", officer, signatory, "")
        with self.app.app_context():
            case_id = ACTS["award"](begun) or ""
            with acting(OFFICER, Scope()) as act:
                company = act.session.get_one(ProcurementCase, case_id).award.company
                company.address = self.company["address"]
                company.representative_title = self.company["representative_title"]
                company.representative_name = self.company["representative_name"]
        return Players(self.city, data, self.company, "company", officer, signatory, case_id)

    def _account(self, act: Act, role: Role, mail_address: str) -> Account:
        account, _ = create_account(
            act.session,
            login_name=f"{self.city}-{role.value}",
            name="市長 花子" if role is Role.SIGNATORY else "契約 花子",
            title="市長" if role is Role.SIGNATORY else "",
            mail_address=mail_address,
            door=Door.OFFICE,
            roles=[role],
            actor=("job", "tests", ""),
            now=clock.now(),
            password="Abcdef1!",
            city=self.city,
        )
        return account

    def _add_paper(self, name: str) -> None:
        pdf = make_pdf(name, pages=2)
        with self.app.app_context():
            sha256 = house().store.put(pdf)
            with self.acting() as act:
                new = NewDocument(name, "uploaded", sha256, len(pdf), 2)
                add_document(act, self.contract(act), new)


def look_at(client: FlaskClient, link: str, papers: int = 1) -> None:
    """What a browser does on the review page: it fetches the first picture of each document."""
    for number in range(1, papers + 1):
        assert client.get(f"{link}/documents/{number}/pages/1.png").status_code == 200


def agree(client: FlaskClient, link: str, papers: int = 1) -> TestResponse:
    """Look, and press both buttons."""
    look_at(client, link, papers)
    return client.post(f"{link}/consent")


def upload(client: FlaskClient, content: bytes, name: str = "keiyaku.pdf") -> TestResponse:
    """Give a file to the verification page."""
    return client.post("/verify", data={"file": (io.BytesIO(content), name)})


def text_of(answer: TestResponse) -> str:
    """The words of a page."""
    html = answer.get_data(as_text=True)
    body = html.split("<main", 1)[-1].split("</main>", 1)[0]
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", body))
