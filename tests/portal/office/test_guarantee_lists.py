"""The office's lists of guarantees: what is missing, what waits for a decision, filters and pages."""

from flask.testing import FlaskClient

from guarantees import testing
from tests.portal.office.desk import OfficeDesk, text_of
from tests.portal.office.guarantee_desk import lodged, tie
from tests.workflows.secured import NUMBER, certificate


def test_what_is_missing_stands_in_the_list_on_the_case_and_in_the_chart(
    secured: OfficeDesk, officer: FlaskClient
) -> None:
    listed = text_of(officer.get("/office/guarantees"))
    assert "未提出・不足" in listed
    assert "市道改良工事" in listed
    case = officer.get(f"{secured.case}/guarantees")
    assert "1,100,000円" in case.text
    assert "<svg" in case.text
    assert "chart__hatch" in case.text
    assert "保証がありません" in text_of(case)
    page = officer.get(secured.case).text
    assert f"{secured.case}/guarantees" in page
    assert "chart__hatch" in page


def test_what_waits_for_a_decision_is_counted_until_it_is_decided(
    secured: OfficeDesk, officer: FlaskClient
) -> None:
    queue = "/office/cases?stage=guarantees"
    assert "市道改良工事" not in text_of(officer.get(queue))
    page = lodged(secured)
    assert "市道改良工事" in text_of(officer.get(queue))
    tie(secured, testing.found(certificate()))
    officer.post(f"{page}/look")
    officer.post(f"{page}/acceptance")
    assert "市道改良工事" not in text_of(officer.get(queue))


def test_the_list_is_filtered_by_concern_kind_and_words(secured: OfficeDesk, officer: FlaskClient) -> None:
    lodged(secured)

    def count(**query: str) -> bool:
        return "市道改良工事" in text_of(officer.get("/office/guarantees", query_string=query))

    assert count(concern="not_checked")
    assert not count(concern="mismatch")
    assert count(obligation="contract", q="山田")
    assert not count(obligation="advance_payment")
    assert count(q=NUMBER)
    assert not count(q="どこにもない")
    assert officer.get("/office/guarantees?concern=nonsense&page=99").status_code == 200


def test_the_list_holds_25_rows_a_page(secured: OfficeDesk, officer: FlaskClient) -> None:
    for number in range(25):
        lodged(secured, guarantee_contract_number=f"20700044{number:02}")
    assert officer.get("/office/guarantees").text.count('href="/office/guarantees/') == 25
    secured.play("award", number="R8-002", title="もう一つの工事", requires_contract_guarantee=True)
    first, second = (officer.get(f"/office/guarantees?page={page}").text for page in (1, 2))
    assert ("もう一つの工事" in first, "もう一つの工事" in second) == (False, True)
