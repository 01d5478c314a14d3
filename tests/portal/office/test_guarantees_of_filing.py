"""A guarantee and the paper that brought it on the office's pages: one return for both, and what was told beside what is needed."""

from collections.abc import Iterator
from contextlib import ExitStack

import pytest
from flask import Flask
from flask.testing import FlaskClient

from forms.issued.key_notices import key_notice
from guarantees.lodged import LodgedGuarantee, Means
from portal import clock
from portal.acting import acting
from portal.filed_notices import read_filed_notices
from portal.scoping import Scope
from portal.workflows.review_filing import accept_filing
from portal.workflows.usage_forms import form_of
from tests.portal.office.desk import OfficeDesk, text_of
from tests.workflows import secured
from tests.workflows.test_filed_notices import FACTS, FORM, attach, lodged, submit
from tests.workflows.town import OFFICER, START


@pytest.fixture
def desk(app: Flask) -> Iterator[OfficeDesk]:
    with ExitStack() as stack:
        stack.enter_context(clock.freeze(START))
        yield OfficeDesk(app, stack, "ashikaga")


@pytest.fixture
def filed(desk: OfficeDesk) -> OfficeDesk:
    """A notice that was handed in with the city's paper and taken."""
    desk.play("award", allows_electronic_guarantee=True, requires_contract_guarantee=True)
    with desk.app.app_context():
        attach(desk.town, key_notice("east", FACTS), "お知らせ.pdf")
        submit(desk.town)
        read_filed_notices(clock.now())
    return desk


@pytest.fixture
def officer(desk: OfficeDesk) -> FlaskClient:
    return desk.browser()


def the_guarantee(desk: OfficeDesk) -> LodgedGuarantee:
    with desk.app.app_context():
        (row,) = lodged()
        return row


def test_one_return_takes_the_paper_with_it_and_both_pages_say_so(
    filed: OfficeDesk, officer: FlaskClient
) -> None:
    page = f"/office/guarantees/{the_guarantee(filed).id}"
    words = text_of(officer.get(page))
    assert "差し戻すと書類も同じ理由で差し戻し、事業者には1通のメールで知らせます" in words
    paper = text_of(officer.get(filed.filing))
    assert "保証の確認 ：未確認" in paper
    assert "届いた保証は残ります" in paper
    answer = officer.post(f"{page}/return", data={"return_reason": "工事名が違います。"})
    assert "それが届いた書類を差し戻しました" in text_of(officer.get(answer.location))
    paper = text_of(officer.get(filed.filing))
    assert "保証の確認 ：差戻し" in paper
    assert "契約保証（保証契約番号 31072-0001M）を差し戻しました。" in paper


def test_of_an_accepted_paper_only_the_guarantee_goes_back(filed: OfficeDesk, officer: FlaskClient) -> None:
    with filed.app.app_context(), acting(OFFICER, Scope()) as act:
        case = filed.town.case(act)
        accept_filing(act, case.filings[0], form_of(act, case, FORM), version_number=1)
    page = f"/office/guarantees/{the_guarantee(filed).id}"
    assert "書類は受理済みのため、差し戻すのは保証だけです" in text_of(officer.get(page))
    answer = officer.post(f"{page}/return", data={"return_reason": "工事名が違います。"})
    assert "それが届いた書類" not in text_of(officer.get(answer.location))


def test_an_amount_that_is_too_small_is_shown_before_anything_is_pressed(
    desk: OfficeDesk, officer: FlaskClient
) -> None:
    desk.play("award", requires_contract_guarantee=True)
    with desk.app.app_context():
        told = {"amount": 1_000_000, "ends_on": secured.day(149), "issuer_name": "見本銀行"}
        bank = secured.lodged_in(desk.town, Means.BANK, **told)
        cash = secured.lodged_in(desk.town, Means.CASH, amount=secured.LEAST)
    words = text_of(officer.get(f"/office/guarantees/{bank}"))
    assert "原本の受領を記録すると、受理できます" in words, "the comparison comes before the original"
    assert "契約との比較" in words
    assert "（1,000,000円）が、必要な額（1,100,000円）に100,000円足りません。" in words
    assert "1,100,000円以上" in words
    assert "根拠を見る" in words
    assert "が、工期の終わり（" in words
    words = text_of(officer.get(f"/office/guarantees/{cash}"))
    assert "足りません" not in words
    assert "保証期間の終わり" not in words, "cash covers no time of its own"
