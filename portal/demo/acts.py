"""Acts of the demo (デモの行為): each scene of a story, played through the workflows that people use."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from sqlalchemy import select

from forms.facts import FormFacts
from forms.meanings import Meaning
from forms.model import FormDefinition
from forms.official.paper import render_paper
from portal import clock
from portal.accounts.models import Account
from portal.acting import acting, house, looking
from portal.completing import complete_all
from portal.demo import guarantees, payments
from portal.demo.answers import filled_in
from portal.demo.plans import dates_of, registration_number
from portal.demo.players import Players
from portal.workflows.act import Act
from portal.workflows.amend_contract import NewAmendment, amend_contract
from portal.workflows.answer_signing_request import decline_contract, give_consent, report_contract_problem
from portal.workflows.case_facts import facts_for
from portal.workflows.decide_award import NewAward, NewCompany, decide_award
from portal.workflows.draft_contract import add_document
from portal.workflows.file_application import StoredFile, attach_file, save_draft, submit_filing
from portal.workflows.generate_contract import contract_facts, generate_contract
from portal.workflows.move_to_paper import conclude_on_paper, move_to_paper
from portal.workflows.review_filing import accept_filing, send_back_filing
from portal.workflows.send_for_signing import draft_envelope, send_for_signing
from portal.workflows.usage_forms import usage_form_of
from procurement.contracts import Contract
from procurement.rules import ProcurementCategory, ProcurementMethod
from procurement.wareki import jst_date
from signing import CirculationStep, Circumstances, Envelope, prepare_envelope, record_viewed


def award(players: Players) -> str:
    """The award; returns the id of the new case."""
    data, company = players.data, players.company
    dates = dates_of(data, house().cities[players.city], clock.today())
    new = NewAward(
        city=players.city,
        number=data["number"],
        title=data["title"],
        category=ProcurementCategory(data["category"]),
        method=ProcurementMethod(data["method"]),
        awarded_at=clock.now(),
        contract_price=data["contract_price"],
        consumption_tax=data["contract_price"] // 11,
        place=data["place"],
        section=data["section"],
        requires_contract_guarantee=data.get("requires_contract_guarantee", False),
        allows_electronic_guarantee=data.get("allows_electronic_guarantee", False),
        noticed_on=dates.noticed_on,
        starts_on=dates.starts_on,
        ends_on=dates.ends_on,
        company=NewCompany(
            name=company["name"],
            mail_address=company["mail_address"],
            registration_number=registration_number(players.company["key"], players.city),
        ),
    )
    with acting(players.as_officer) as act:
        return decide_award(act, new).id


def save_draft_application(players: Players) -> None:
    """A usage application that is written to its end, but not handed in."""
    with acting(players.as_contractor) as act:
        case = players.case(act)
        form = usage_form_of(act, case)
        save_draft(act, case, form, _answers(form, facts_for(act, case), players))


def submit(players: Players) -> None:
    """The usage application, filled in as its form asks, with its attachments."""
    with looking(players.as_contractor) as act:
        case = players.case(act)
        form, facts = usage_form_of(act, case), facts_for(act, case)
    values = _answers(form, facts, players)
    paper = render_paper(form, values, clock.now())
    draft_sha256 = house().store.put(paper)
    with acting(players.as_contractor) as act:
        case = players.case(act)
        version = save_draft(act, case, form, values)
        for attachment in form.attachments:
            if attachment.required:
                file = StoredFile(
                    attachment.code, f"{attachment.label}.pdf", "application/pdf", len(paper), draft_sha256
                )
                attach_file(act, case, form, file)
        submit_filing(act, version.filing, form, paper=paper)


def send_back(players: Players) -> None:
    with acting(players.as_officer) as act:
        case = players.case(act)
        form, filing = usage_form_of(act, case), case.filings[0]
        field = form.field_that_means(Meaning.SIGNATORY_EMAIL)
        send_back_filing(
            act,
            filing,
            version_number=filing.current.number,
            reason="契約締結権限者のメールアドレスが、代表の問い合わせ用のもののようです。"
            "契約を締結する権限のある方ご本人のアドレスに直して、もう一度提出をお願いします。",
            marked_fields=[field.key] if field else [],
        )


def accept(players: Players) -> None:
    with acting(players.as_officer) as act:
        case = players.case(act)
        filing = case.filings[0]
        accept_filing(act, filing, usage_form_of(act, case), version_number=filing.current.number)


def draft_contract(players: Players) -> None:
    with looking(players.as_officer) as act:
        facts = contract_facts(act, players.contract(act))
    document = generate_contract(facts, clock.now(), house().store)
    with acting(players.as_officer) as act:
        add_document(act, players.contract(act), document)


def send(players: Players) -> None:
    with looking(players.as_officer) as act:
        signatory = act.session.get_one(Account, players.signatory.id)
        draft = draft_envelope(act, players.contract(act), signatory)
    prepared = prepare_envelope(house().services, draft)
    with acting(players.as_officer) as act:
        send_for_signing(act, players.contract(act), prepared)


def consent(players: Players) -> None:
    """Whoever is asked now looks at every document and agrees."""
    with acting(players.as_contractor) as act:
        contract = players.contract(act)
        step = _asked_step(act, contract)
        _view_all(act, step)
        give_consent(act, contract, step, _circumstances("同意して確認完了"))


def decline(players: Players) -> None:
    with acting(players.as_contractor) as act:
        contract = players.contract(act)
        step = _asked_step(act, contract)
        reason = "工期の終わりの日が、入札のときの条件と異なっています。"
        decline_contract(act, contract, step, reason, _circumstances("同意せず却下する"))


def report_problem(players: Players) -> None:
    with acting(players.as_contractor) as act:
        contract = players.contract(act)
        problem = "履行場所の表記が仕様書と異なっているようです。ご確認をお願いします。"
        report_contract_problem(act, contract, _asked_step(act, contract), problem)


def seal(players: Players) -> None:
    """What the job does, until nothing moves any more."""
    complete_all(clock.now())


def amend(players: Players) -> None:
    with acting(players.as_officer) as act:
        original = players.contract(act)
        raised = original.contract_price + 1_100_000
        assert original.ends_on is not None
        amend_contract(
            act,
            original,
            NewAmendment(
                contract_price=raised,
                consumption_tax=raised // 11,
                reason="地下埋設物の移設に伴う数量の増加",
                ends_on=original.ends_on + timedelta(days=30),
            ),
        )


def move_case_to_paper(players: Players) -> None:
    with acting(players.as_officer) as act:
        move_to_paper(act, players.contract(act), reason="事業者から紙の契約の希望があったため")


def conclude_paper(players: Players) -> None:
    with acting(players.as_officer) as act:
        conclude_on_paper(act, players.contract(act), on=jst_date(act.now))


ACTS: Mapping[str, Callable[[Players], str | None]] = {
    "award": award,
    "save_draft": save_draft_application,
    "submit": submit,
    "send_back": send_back,
    "accept": accept,
    "draft_contract": draft_contract,
    "send": send,
    "contractor_consents": consent,
    "city_consents": consent,
    "decline": decline,
    "report_problem": report_problem,
    "seal": seal,
    "amend": amend,
    "move_to_paper": move_case_to_paper,
    "conclude_on_paper": conclude_paper,
    "ask_guarantee": guarantees.ask_guarantee,
    "guarantee": guarantees.issue_guarantees,
    "lodge": guarantees.lodge_guarantees,
    "lodge_advance": guarantees.lodge_advance_guarantee,
    "change_guarantee": guarantees.change_guarantees,
    "ask_advance": payments.ask_advance,
    "approve_advance": payments.approve_advance,
    "pay_advance": payments.pay_advance,
    "elect": payments.elect_interim,
}


def _answers(form: FormDefinition, facts: FormFacts, players: Players) -> dict[str, Any]:
    secured = {Meaning.GUARANTEE_METHOD: "surety"} if players.data.get("guarantees") else {}
    return filled_in(form, facts, players.company, secured)


def _asked_step(act: Act, contract: Contract) -> CirculationStep:
    envelope = act.session.scalars(select(Envelope).where(Envelope.id == contract.envelope_id)).one()
    return next(s for s in envelope.active_steps if s.asked_at and not s.consented_at)


def _view_all(act: Act, step: CirculationStep) -> None:
    for document in step.envelope.documents:
        for page in range(1, document.page_count + 1):
            record_viewed(act.session, step.id, document.id, page, act.now)


def _circumstances(pressed: str) -> Circumstances:
    return Circumstances(
        authentication="mail_link", ip_address="127.0.0.1", user_agent="demo", pressed=pressed
    )
