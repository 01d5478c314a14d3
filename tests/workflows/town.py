"""A town (試験の市): one case of one city, moved on by the workflows that people use, without a page."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from forms.facts import FormFacts
from forms.meanings import Meaning
from forms.model import FormDefinition
from portal import clock
from portal.accounts.models import Account, Door
from portal.acting import acting, house, looking
from portal.audit.entries import AuditEntry
from portal.completing import complete_all
from portal.mail.outbox import OutboxMessage
from portal.permissions import Role
from portal.reminding import send_reminders
from portal.workflows.act import Act, Actor
from portal.workflows.answer_signing_request import give_consent
from portal.workflows.case_facts import facts_for
from portal.workflows.decide_award import NewAward, NewCompany, decide_award
from portal.workflows.draft_contract import NewDocument, add_document
from portal.workflows.file_application import StoredFile, attach_file, save_draft, submit_filing
from portal.workflows.generate_contract import contract_facts, generate_contract
from portal.workflows.review_filing import accept_filing
from portal.workflows.send_for_signing import draft_envelope, send_for_signing
from portal.workflows.usage_forms import usage_form_of
from procurement.cases import ProcurementCase
from procurement.contracts import Contract, ContractStage
from procurement.errors import RuleViolation
from procurement.rules import ProcurementCategory, ProcurementMethod
from signing import (
    CirculationStep,
    Circumstances,
    Envelope,
    PreparedEnvelope,
    SigningRefused,
    prepare_envelope,
    record_viewed,
)
from signing.testing import make_pdf
from tests.workflows.answers import filled_in

OFFICER = Actor("office", "officer-1", "試験の担当者")
OTHER_OFFICER = Actor("office", "officer-2", "もう一人の担当者")
CONTRACTOR = Actor("contractor", "contractor-1", "山田　太郎")
PRESSED = Circumstances(
    authentication="mail_link", ip_address="192.0.2.1", user_agent="test", pressed="同意して確認完了"
)
START = datetime(2026, 5, 7, 9, 30, tzinfo=clock.TOKYO)
"""A Thursday, the first business day after Golden Week."""
COMPANY = NewCompany(
    name="山田建設株式会社",
    mail_address="keiyaku@yamada.example.jp",
    address="見本県山田町1-2-3",
    representative_title="代表取締役",
    representative_name="山田　太郎",
    phone="0942-00-0001",
    registration_number="0123",
)
SMALL = make_pdf()
PAPER = b"%PDF-1.7 the official paper"


@contextmanager
def refused(code: str) -> Iterator["pytest.ExceptionInfo[RuleViolation | SigningRefused]"]:
    """What happens inside must be refused for this reason."""
    with pytest.raises((RuleViolation, SigningRefused)) as told:
        yield told
    assert told.value.code == code


@dataclass
class Town:
    """The case of `case_id` in `city`; `go_to` moves the clock, which stands still otherwise."""

    app: Flask
    stack: ExitStack
    city: str = "tosu"
    case_id: str = ""
    signatory_id: str = ""
    answers: dict[Meaning, str] = field(default_factory=dict)
    """What the contractor writes into the usage application instead of the usual."""

    def go_to(self, moment: datetime) -> datetime:
        """Stand still at another instant."""
        self.stack.enter_context(clock.freeze(moment))
        return moment

    def go_on(self, **by: float) -> datetime:
        return self.go_to(clock.now() + timedelta(**by))

    # people and rows

    def open_office(self) -> None:
        """An officer, a second one, and the city's signatory."""
        with acting(OFFICER) as act:
            for name, role in (
                ("officer", Role.OFFICER),
                ("second", Role.OFFICER),
                ("mayor", Role.SIGNATORY),
            ):
                account = Account(
                    login_name=f"{self.city}-{name}",
                    name=f"{name}　試験",
                    title="市長" if role is Role.SIGNATORY else "契約担当",
                    mail_address=f"{name}@{self.city}.example.jp",
                    door=Door.OFFICE,
                    city=self.city,
                    roles=[role.value],
                    created_at=act.now,
                )
                act.session.add(account)
                act.session.flush()
                if role is Role.SIGNATORY:
                    self.signatory_id = account.id

    def case(self, act: Act) -> ProcurementCase:
        return act.session.get_one(ProcurementCase, self.case_id)

    def contract(self, act: Act) -> Contract:
        """The newest contract of the case."""
        return self.case(act).contracts[-1]

    def envelope(self, act: Act) -> Envelope:
        return act.session.get_one(Envelope, self.contract(act).envelope_id)

    def asked_step(self, act: Act) -> CirculationStep:
        """Whoever is asked now and has not answered."""
        steps = self.envelope(act).active_steps
        return next(step for step in steps if step.asked_at and not step.consented_at)

    @property
    def stage(self) -> ContractStage:
        with looking(OFFICER) as act:
            return self.contract(act).stage

    @property
    def concluded_on(self) -> date | None:
        with looking(OFFICER) as act:
            return self.contract(act).concluded_on

    @property
    def originals(self) -> list[str]:
        """The SHA-256 of the concluded files."""
        with looking(OFFICER) as act:
            return [document.final_sha256 or "" for document in self.contract(act).documents]

    def letters(self, *, to: str = "", subject: str = "") -> list[OutboxMessage]:
        """What lies in the outbox, the oldest first."""
        with looking(OFFICER) as act:
            rows = act.session.scalars(select(OutboxMessage).order_by(OutboxMessage.created_at)).all()
        return [row for row in rows if row.to.startswith(to) and subject in row.subject]

    def tags(self) -> list[str]:
        """What the audit log says happened, in order."""
        with looking(OFFICER) as act:
            rows = act.session.scalars(
                select(AuditEntry).where(AuditEntry.city == self.city).order_by(AuditEntry.seq)
            )
            return [row.tag for row in rows]

    # acts

    def award(self, **changes: Any) -> str:
        """An award of now; `changes` go over the usual."""
        with acting(OFFICER) as act:
            self.case_id = decide_award(act, self.new_award(**changes)).id
        return self.case_id

    def new_award(self, **changes: Any) -> NewAward:
        today = clock.today()
        usual = NewAward(
            city=self.city,
            number="R8-001",
            title="市道改良工事",
            place="本町地内",
            category=ProcurementCategory.CONSTRUCTION_WORKS,
            method=ProcurementMethod.OPEN_WITH_CONDITIONS,
            awarded_at=clock.now(),
            contract_price=11_000_000,
            consumption_tax=1_000_000,
            noticed_on=today - timedelta(days=20),
            starts_on=today + timedelta(days=14),
            ends_on=today + timedelta(days=150),
            company=COMPANY,
        )
        return replace(usual, **changes)

    def save(self) -> None:
        """The usage application, filled in as its form asks, with its attachments, not yet handed in."""
        with acting(CONTRACTOR) as act:
            case = self.case(act)
            form = usage_form_of(act, case)
            version = save_draft(act, case, form, self.values(form, facts_for(act, case)))
            if not version.attachments:
                for file in self.files(form):
                    attach_file(act, case, form, file)

    def file(self) -> None:
        """Fill in and hand in the usage application."""
        self.save()
        with acting(CONTRACTOR) as act:
            case = self.case(act)
            submit_filing(act, case.filings[0], usage_form_of(act, case), paper=PAPER)

    def files(self, form: FormDefinition) -> list[StoredFile]:
        sha256 = house().store.put(PAPER)
        return [
            StoredFile(a.code, f"{a.label}.pdf", "application/pdf", len(PAPER), sha256)
            for a in form.attachments
            if a.required
        ]

    def values(self, form: FormDefinition, facts: FormFacts) -> dict[str, Any]:
        return filled_in(form, facts, self.answers)

    def accept(self, reason: str = "") -> None:
        with acting(OFFICER) as act:
            case = self.case(act)
            filing = case.filings[0]
            form = usage_form_of(act, case)
            accept_filing(act, filing, form, version_number=filing.current.number, reason=reason)

    def draft(self) -> None:
        """A contract of one small page, in the place of the one that the portal generates in half a second."""
        self.add("契約書", SMALL, origin="generated", date_field={"page": 1, "rect": [120, 690, 320, 712]})

    def generate(self) -> None:
        """The contract document as the portal generates it."""
        with looking(OFFICER) as act:
            facts = contract_facts(act, self.contract(act))
        document = generate_contract(facts, clock.now(), house().store)
        with acting(OFFICER) as act:
            add_document(act, self.contract(act), document)

    def add(self, name: str, content: bytes, origin: str = "uploaded", **values: Any) -> None:
        """A document that was uploaded."""
        new = NewDocument(name, origin, house().store.put(content), len(content), page_count=1, **values)
        with acting(OFFICER) as act:
            add_document(act, self.contract(act), new)

    def prepare(self) -> PreparedEnvelope:
        with looking(OFFICER) as act:
            signatory = act.session.get_one(Account, self.signatory_id)
            draft = draft_envelope(act, self.contract(act), signatory)
        return prepare_envelope(house().services, draft)

    def send(self) -> None:
        prepared = self.prepare()
        with acting(OFFICER) as act:
            send_for_signing(act, self.contract(act), prepared)

    def consent(self) -> None:
        """Whoever is asked looks at every document and agrees."""
        with acting(CONTRACTOR) as act:
            step = self.asked_step(act)
            self.view_all(act, step)
            give_consent(act, self.contract(act), step, PRESSED)

    def view_all(self, act: Act, step: CirculationStep) -> None:
        for document in step.envelope.documents:
            record_viewed(act.session, step.id, document.id, 1, act.now)

    def seal(self) -> None:
        """What the job does."""
        complete_all(clock.now())

    def remind(self) -> None:
        """What the other job does."""
        send_reminders(clock.now())

    # scenes

    def start_signing(self) -> None:
        """From the award to the request that is sent."""
        self.award()
        self.file()
        self.accept()
        self.draft()
        self.send()

    def consent_all(self) -> None:
        """Contractor, seal, city, seal."""
        for _ in range(5):
            if self.stage in (ContractStage.COMPLETING, ContractStage.CONCLUDED):
                return
            self.consent()
            self.seal()

    def conclude(self) -> None:
        """The whole main job."""
        self.start_signing()
        self.consent_all()
        assert self.stage is ContractStage.CONCLUDED

    @contextmanager
    def authority_down(self) -> Iterator[None]:
        """No time-stamping authority answers."""
        timestamper = house().services.sealer._timestamper  # the one seam that tests open
        sources, timestamper._sources = timestamper._sources, ()
        try:
            yield
        finally:
            timestamper._sources = sources
