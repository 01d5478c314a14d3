"""Sending: only what is ready, only to whom the application names, only what was looked at."""

import pytest

from forms.meanings import Meaning
from portal.accounts.models import Account
from portal.acting import acting, looking
from portal.permissions import Role
from portal.workflows.draft_contract import place_date_field, remove_document
from portal.workflows.generate_contract import contract_facts
from portal.workflows.move_to_paper import move_to_paper
from portal.workflows.send_for_signing import draft_envelope, send_for_signing
from procurement.cities.kinds import ProcurementCategory
from procurement.contracts import ContractStage
from procurement.errors import RuleViolation
from signing import PreparedEnvelope
from signing.testing import make_pdf
from tests.workflows.databases import on_sqlite
from tests.workflows.town import OFFICER, Town, refused

pytestmark = on_sqlite


@pytest.fixture
def drafted(town: Town) -> Town:
    """Accepted and drafted, not sent."""
    town.award()
    town.file()
    town.accept()
    town.draft()
    return town


def send(town: Town, prepared: PreparedEnvelope) -> None:
    with acting(OFFICER) as act:
        send_for_signing(act, town.contract(act), prepared)


def refusal_of_draft(town: Town, signatory_id: str = "") -> str:
    try:
        with looking(OFFICER) as act:
            account = act.session.get_one(Account, signatory_id or town.signatory_id)
            draft_envelope(act, town.contract(act), account)
    except RuleViolation as refusal:
        return refusal.code
    return ""


def test_without_an_accepted_application_nothing_can_be_sent(town: Town) -> None:
    town.award()
    assert refusal_of_draft(town) == "no_application"
    town.file()
    assert refusal_of_draft(town) == "no_application"


@pytest.mark.parametrize(
    ("category", "words"),
    [
        (ProcurementCategory.CONSTRUCTION_WORKS, "約款の定めるところによる（契約金額の10分の4以内）"),
        (ProcurementCategory.SURVEY_AND_CONSULTING, "約款の定めるところによる（契約金額の10分の3以内）"),
        (ProcurementCategory.GOODS, "なし"),
    ],
)
def test_the_contract_says_whether_there_are_advance_payments(
    town: Town, category: ProcurementCategory, words: str
) -> None:
    town.award()
    town.file()
    town.accept()
    with looking(OFFICER) as act, act.session.no_autoflush:
        town.case(act).category = category
        assert contract_facts(act, town.contract(act)).advance_payment_text == words


def test_without_a_document_nothing_can_be_sent(town: Town) -> None:
    town.award()
    town.file()
    town.accept()
    assert refusal_of_draft(town) == "no_documents"


def test_without_a_place_for_the_contract_date_nothing_can_be_sent(drafted: Town) -> None:
    with acting(OFFICER) as act:
        contract = drafted.contract(act)
        place_date_field(act, contract, contract.documents[0].id, None)
    assert refusal_of_draft(drafted) == "no_date_field"


def test_only_a_signatory_of_the_same_city_signs_for_it(drafted: Town) -> None:
    with looking(OFFICER) as act:
        people = act.session.query(Account).where(Account.city == "tosu").all()
        officer = next(a.id for a in people if Role.OFFICER in a.role_set)
    assert refusal_of_draft(drafted, officer) == "not_a_signatory"
    drafted.city = "iwaki"
    drafted.open_office()
    assert refusal_of_draft(drafted) == "not_a_signatory"


def test_what_was_prepared_is_not_sent_once_a_document_has_changed(drafted: Town) -> None:
    prepared = drafted.prepare()
    drafted.add("仕様書", make_pdf("仕様書"))
    with refused("changed_while_preparing"):
        send(drafted, prepared)
    assert drafted.stage is ContractStage.DRAFTING
    assert not drafted.letters(to="taro@", subject="署名依頼")


def test_what_was_prepared_is_not_sent_to_an_address_that_was_replaced_meanwhile(drafted: Town) -> None:
    prepared = drafted.prepare()
    drafted.answers[Meaning.SIGNATORY_EMAIL] = "jiro@yamada.example.jp"
    drafted.file()
    drafted.accept()
    with refused("changed_while_preparing"):
        send(drafted, prepared)


def test_what_was_prepared_for_one_contract_is_not_sent_with_another(drafted: Town) -> None:
    prepared = drafted.prepare()
    drafted.award(number="R8-002")
    drafted.file()
    drafted.accept()
    drafted.draft()
    with refused("changed_while_preparing"):
        send(drafted, prepared)


def test_a_second_press_sends_nothing_more(drafted: Town) -> None:
    prepared = drafted.prepare()
    send(drafted, prepared)
    with refused("contract_not_draft"):
        send(drafted, prepared)
    assert len(drafted.letters(to="taro@", subject="署名依頼")) == 1


def test_the_twenty_first_document_is_refused(drafted: Town) -> None:
    content = make_pdf("図面")
    for number in range(2, 21):
        drafted.add(f"図面{number}", content + b"%%%d\n" % number)
    with refused("too_many_documents") as told:
        drafted.add("図面21", content)
    assert "20ファイル" in told.value.text


def test_the_same_file_is_not_added_twice(drafted: Town) -> None:
    content = make_pdf("仕様書")
    drafted.add("仕様書", content)
    with refused("same_document_twice") as told:
        drafted.add("仕様書の写し", content)
    assert "「仕様書の写し」と同じ内容の書類が、すでに入っています。" in told.value.text


def test_what_is_sent_cannot_be_changed_any_more(drafted: Town) -> None:
    drafted.send()
    with acting(OFFICER) as act, refused("contract_not_draft"):
        contract = drafted.contract(act)
        remove_document(act, contract, contract.documents[0].id)


def test_a_contract_made_anew_replaces_the_one_before(drafted: Town) -> None:
    drafted.add("仕様書", make_pdf("仕様書"))
    drafted.draft()
    with looking(OFFICER) as act:
        documents = drafted.contract(act).documents
        assert [d.origin for d in documents] == ["generated", "uploaded"]


def test_a_contract_that_is_out_for_signing_does_not_go_on_paper(drafted: Town) -> None:
    drafted.send()
    with acting(OFFICER) as act, refused("sent_contract_on_paper") as told:
        move_to_paper(act, drafted.contract(act), reason="希望")
    assert "取り消し" in told.value.remedy


def test_a_document_name_that_is_too_long_or_of_two_lines_is_refused(drafted: Town) -> None:
    for name in ("長" * 256, "一行\n二行"):
        with pytest.raises(RuleViolation):
            drafted.add(name, make_pdf())
