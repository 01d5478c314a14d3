"""A key notice and the paper that it came with: returned, withdrawn and turned down together, in one mail. (FILE-22, FORM-C04)"""

import dataclasses

import pytest

from forms.issued.key_notices import key_notice
from guarantees.lodged import LodgedGuarantee
from guarantees.products import Product
from portal.acting import acting, house, looking
from portal.filed_notices import _read
from portal.workflows.act import Act
from portal.workflows.decide_guarantee import return_guarantee
from portal.workflows.file_application import withdraw_filing
from portal.workflows.review_filing import accept_filing, attachment_key, reject_filing
from portal.workflows.take_filed_notices import filed_notices, take_filed_notice
from portal.workflows.usage_forms import form_of
from procurement.filings import Filing, FilingStatus
from tests.workflows.test_filed_notices import FACTS, FORM, attach, case, lodged, read, submit
from tests.workflows.town import CONTRACTOR, OFFICER, Town

__all__ = ["case"]
SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
REASON = "工事名が契約と違います。"
ADVANCE = dataclasses.replace(FACTS, number="31072-0002M", product=Product.ADVANCE_PAYMENT)


@pytest.fixture
def filed(case: Town) -> Town:
    """Two notices in one paper: of the contract guarantee and of the advance payment."""
    attach(case, key_notice("east", FACTS), "契約保証.pdf")
    attach(case, key_notice("east", ADVANCE), "前払金保証.pdf")
    submit(case)
    assert "2件" in read()
    return case


def filing_of(town: Town, act: Act) -> Filing:
    return next(filing for filing in town.case(act).filings if filing.form_code == FORM)


def status_of(town: Town) -> FilingStatus:
    with looking(OFFICER) as act:
        return filing_of(town, act).status


def in_order() -> list[LodgedGuarantee]:
    """The contract guarantee before the one of the advance payment; of one number the older one first."""
    return sorted(lodged(), key=lambda row: (row.guarantee_contract_number or "", row.lodged_at))


def statuses() -> list[str]:
    with looking(OFFICER) as act:
        return [act.session.get_one(LodgedGuarantee, row.id).status.value for row in in_order()]


def give_back(which: int = 0) -> bool:
    with acting(OFFICER) as act:
        return return_guarantee(act, act.session.get_one(LodgedGuarantee, in_order()[which].id), REASON)


def accept_paper(town: Town) -> None:
    with acting(OFFICER) as act:
        filing = filing_of(town, act)
        accept_filing(act, filing, form_of(act, town.case(act), FORM), version_number=1)


def mark_accepted(which: int) -> None:
    with acting(OFFICER) as act:
        act.session.get_one(LodgedGuarantee, in_order()[which].id).accepted_at = act.now


def letters(town: Town) -> list[tuple[str, str]]:
    return [(letter.subject, letter.body) for letter in town.letters(to="keiyaku@")]


def test_a_returned_guarantee_takes_its_paper_with_it_in_one_mail(filed: Town) -> None:
    before = len(letters(filed))
    assert give_back() is True
    assert status_of(filed) is FilingStatus.SENT_BACK
    assert statuses() == ["returned", "not_checked"], "the other notice of the paper stays"
    ((subject, body),) = letters(filed)[before:]
    assert "修正のお願い" in subject
    assert REASON in body
    assert "契約保証（保証契約番号 31072-0001M）を差し戻しました。" in body
    assert "訂正を依頼" in body
    with looking(OFFICER) as act:
        message = filing_of(filed, act).messages[-1]
        assert message.text == REASON
        assert message.marked_fields == [attachment_key("notice")]
        assert "31072-0001M" in message.remark_on(attachment_key("notice"))
        assert filing_of(filed, act).current.decision_reason == REASON


@SQLITE
def test_an_accepted_paper_stays_and_the_mail_says_how_to_file_again(filed: Town) -> None:
    accept_paper(filed)
    before = len(letters(filed))
    assert give_back() is False
    assert status_of(filed) is FilingStatus.ACCEPTED
    ((_, body),) = letters(filed)[before:]
    assert "受理された「電子保証に係る認証キーのお知らせ」を開き" in body


@SQLITE
def test_a_second_returned_guarantee_of_a_paper_that_went_back_has_a_mail_of_its_own(filed: Town) -> None:
    give_back()
    before = len(letters(filed))
    assert give_back(1) is False
    assert statuses() == ["returned", "returned"]
    ((subject, _),) = letters(filed)[before:]
    assert "前払金保証の再提出のお願い" in subject


def test_a_withdrawn_paper_takes_what_waits_with_it_and_leaves_what_was_accepted(filed: Town) -> None:
    mark_accepted(1)
    with acting(CONTRACTOR) as act:
        withdraw_filing(act, filing_of(filed, act))
    assert statuses() == ["withdrawn", "accepted"]
    taken_back = in_order()[0]
    assert (taken_back.withdrawn_by, taken_back.next_look_at) == (CONTRACTOR.name, None)
    assert filed.tags().count("guarantee:withdraw") == 1
    (letter, *_) = filed.letters(to="officer@", subject="取下げ")
    before, after = letter.body.split("受理済み")
    assert "31072-0001M" in before
    assert "31072-0002M" in after
    filed.go_on(minutes=5)
    submit_again(filed)
    assert "2件" in read()
    assert statuses() == ["withdrawn", "not_checked", "accepted"], "its number is free again"


def submit_again(town: Town) -> None:
    with acting(CONTRACTOR) as act:
        filing_of(town, act).draft(act.now)
    submit(town)


@SQLITE
def test_a_paper_withdrawn_while_its_notice_was_read_lodges_nothing(case: Town) -> None:
    attach(case, key_notice("east", FACTS), "契約保証.pdf")
    submit(case)
    with looking(OFFICER) as act:
        (waiting,) = filed_notices(act, 20)
    what_it_says = _read(waiting)
    with acting(CONTRACTOR) as act:
        withdraw_filing(act, filing_of(case, act))
    with acting(OFFICER) as act:
        assert take_filed_notice(act, what_it_says, house().lodged_secrets) == []
    assert lodged() == []


@SQLITE
def test_a_paper_turned_down_for_good_takes_what_waits_with_it(filed: Town) -> None:
    mark_accepted(1)
    before = len(letters(filed))
    with acting(OFFICER) as act:
        reject_filing(act, filing_of(filed, act), version_number=1, reason="別の会社の保証です。")
    assert statuses() == ["returned", "accepted"]
    ((_, body),) = letters(filed)[before:]
    assert "差し戻しました。" in body
    assert "31072-0001M" in body
    assert "31072-0002M" not in body
