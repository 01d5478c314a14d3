"""Filed notices (提出書類にあるお知らせ): read after submission by the job, lodged once, problems in words for both sides."""

import dataclasses
from datetime import date

import pytest
from sqlalchemy import select

from forms.issued.key_notices import NoticeFacts, key_notice
from guarantees.keys import AuthenticationKey
from guarantees.lodged import LodgedGuarantee
from guarantees.notice_readings import NoticeReading
from guarantees.products import Product
from portal import clock
from portal.acting import acting, house, looking
from portal.filed_notices import previews_of, read_filed_notices
from portal.mail.outbox import OutboxMessage
from portal.workflows.file_application import StoredFile, attach_file, detach_file, open_filing, submit_filing
from portal.workflows.review_filing import send_back_filing
from portal.workflows.usage_forms import form_of
from procurement.filings import FilingMessage
from signing.testing import make_pdf
from tests.workflows.town import CONTRACTOR, OFFICER, PAPER, START, Town

SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
FORM = "authentication_key_notice"
KEY = "Z28YUE4J3Bux"
FACTS = NoticeFacts(
    issuer_name="東日本建設業保証株式会社",
    number="31072-0001M",
    key=AuthenticationKey(KEY),
    product=Product.CONTRACT,
    work_name="市道改良工事",
    contractor="山田建設株式会社",
    orderer="足利市長",
    issued_on=date(2026, 5, 7),
)


@pytest.fixture
def case(town: Town) -> Town:
    """A case of a city that takes the notice through a form of its own."""
    town.city = "ashikaga"
    town.open_office()
    town.award(allows_electronic_guarantee=True)
    return town


def attach(town: Town, content: bytes, name: str) -> None:
    sha256 = house().store.put(content)
    with acting(CONTRACTOR) as act:
        case = town.case(act)
        file = StoredFile("notice", name, "application/pdf", len(content), sha256)
        attach_file(act, case, form_of(act, case, FORM), file)


def submit(town: Town) -> None:
    with acting(CONTRACTOR) as act:
        case = town.case(act)
        form = form_of(act, case, FORM)
        submit_filing(act, open_filing(act, case, form), form, paper=PAPER)


def send_back(town: Town) -> None:
    with acting(OFFICER) as act:
        case = town.case(act)
        filing = open_filing(act, case, form_of(act, case, FORM))
        send_back_filing(act, filing, version_number=filing.current.number, reason="直してください。")


def read() -> str:
    return read_filed_notices(clock.now())


def lodged() -> list[LodgedGuarantee]:
    with looking(OFFICER) as act:
        rows = list(act.session.scalars(select(LodgedGuarantee).order_by(LodgedGuarantee.lodged_at)))
        act.session.expunge_all()
        return rows


def readings() -> list[NoticeReading]:
    with looking(OFFICER) as act:
        rows = list(act.session.scalars(select(NoticeReading).order_by(NoticeReading.name)))
        act.session.expunge_all()
        return rows


def test_a_filed_notice_is_lodged_once_and_a_corrected_one_takes_its_place(case: Town) -> None:
    attach(case, key_notice("east", FACTS), "お知らせ.pdf")
    submit(case)
    assert lodged() == []
    assert "1件" in read()
    assert read() == ""
    (first,) = lodged()
    assert (first.guarantee_contract_number, first.notice_name) == ("31072-0001M", "お知らせ.pdf")
    assert (first.lodged_by, first.lodged_at) == ("山田　太郎", START)
    assert first.filing_version_id is not None
    assert house().lodged_secrets.open(first.key_sealed or b"", first.id) == KEY
    assert [row.outcome.label for row in readings()] == ["受付"]
    send_back(case)
    case.go_on(hours=1)
    with acting(CONTRACTOR) as act:
        a_case = case.case(act)
        filing = open_filing(act, a_case, form_of(act, a_case, FORM))
        filing.draft(act.now)
        act.session.flush()
        detach_file(act, filing, filing.current.attachments[0].id)
    attach(case, key_notice("east", dataclasses.replace(FACTS, number="31072-0002M")), "訂正.pdf")
    submit(case)
    assert "1件" in read()
    old, new = lodged()
    assert (old.is_live, new.is_live) == (False, True)
    assert new.guarantee_contract_number == "31072-0002M"


@SQLITE
def test_what_cannot_be_taken_is_said_to_both_sides(case: Town) -> None:
    foreign = dataclasses.replace(FACTS, work_name="庁舎清掃業務", number="31072-0009M")
    reserved = dataclasses.replace(FACTS, product=Product.CONTRACT_RESERVATION, number="31072-0008M")
    attach(case, key_notice("east", FACTS), "1.pdf")
    attach(case, key_notice("east", foreign), "2.pdf")
    attach(case, key_notice("east", reserved), "3.pdf")
    attach(case, make_pdf(), "4.pdf")
    submit(case)
    read()
    assert [row.guarantee_contract_number for row in lodged()] == ["31072-0001M"]
    found = readings()
    assert [row.outcome.value for row in found] == ["lodged", "refused", "refused", "unreadable"]
    assert "庁舎清掃業務" not in found[1].text
    assert "庁舎清掃業務" in found[1].words_for_office
    assert "入札ボンド" in found[2].text
    with looking(OFFICER) as act:
        thread = "".join(message.text for message in act.session.scalars(select(FilingMessage)))
        letters = "".join(
            letter.subject + letter.body for letter in act.session.scalars(select(OutboxMessage))
        )
    assert "「4.pdf」" in thread
    assert "庁舎清掃業務" not in thread
    assert "お知らせの工事名「庁舎清掃業務」" in letters
    assert KEY not in thread + letters


@SQLITE
def test_the_preview_shows_what_was_read_without_the_key(case: Town) -> None:
    attach(case, key_notice("east", FACTS), "お知らせ.pdf")
    attach(case, make_pdf(), "別の書類.pdf")
    with looking(CONTRACTOR) as act:
        a_case = case.case(act)
        form = form_of(act, a_case, FORM)
        files = list(a_case.filings[0].current.attachments)
    read_one, other = previews_of(form, files)
    assert read_one.notice is not None
    assert (read_one.has_key, read_one.notice.authentication_key) == (True, None)
    assert read_one.notice.work_name == "市道改良工事"
    assert read_one.hints == ()
    assert "別の書類.pdf" in other.problem
