"""Review of filings: accept, send back with marks, reject, write; late ones and changed ones."""

import io

import pytest
from flask.testing import FlaskClient

from forms.meanings import Meaning
from signing.testing import make_pdf
from tests.portal.office.desk import OfficeDesk, text_of

RECEIVED = {
    "reception-channel": "counter",
    "reception-received_on": "令和8年5月7日",
    "reception-received_time": "9時30分",
    "applied_on": "令和8年5月7日",
    "company_address": "見本県山田町1-2-3",
    "company_name": "山田建設株式会社",
    "company_representative": "代表取締役　山田　太郎",
    "signatory_company": "山田建設株式会社",
    "signatory_title": "代表取締役",
    "signatory_name": "山田　太郎",
    "signatory_email": "taro@yamada.example.jp",
    "contact_name": "山田　花子",
    "contact_phone": "０９４２－００－０００１",
    "authority_declared": "y",
}


@pytest.fixture
def filed(desk: OfficeDesk) -> OfficeDesk:
    desk.play("award", "file")
    return desk


def test_accepting_makes_the_contract_electronic(filed: OfficeDesk, officer: FlaskClient) -> None:
    answer = officer.post(f"{filed.filing}/accept", data={"version": 1})
    assert answer.headers["Location"] == filed.filing
    assert filed.stage == "drafting"
    assert "受理しました" in officer.get(filed.filing).text


def test_the_second_officer_is_told_that_the_review_is_over(filed: OfficeDesk, officer: FlaskClient) -> None:
    second = filed.browser("second")
    officer.post(f"{filed.filing}/accept", data={"version": 1})
    answer = second.post(
        f"{filed.filing}/send-back", data={"version": 1, "return_reason": "住所が違います。"}
    )
    assert answer.status_code == 422
    assert "審査はすでに終わっています" in answer.text
    assert "officer　試験" in answer.text
    assert filed.stage == "drafting"


def test_sending_back_needs_a_reason_and_keeps_what_was_marked(
    filed: OfficeDesk, officer: FlaskClient
) -> None:
    answer = officer.post(f"{filed.filing}/send-back", data={"version": 1, "marked": ["company_address"]})
    assert answer.status_code == 422
    assert "差戻しの内容が入力されていません" in answer.text
    assert 'value="company_address" checked' in answer.text


def test_a_version_that_changed_meanwhile_is_not_accepted(filed: OfficeDesk, officer: FlaskClient) -> None:
    sent = {"version": 1, "return_reason": "住所を直します。", "marked": ["company_address"]}
    assert officer.post(f"{filed.filing}/send-back", data=sent).status_code == 302
    assert "住所を直します。" in officer.get(filed.filing).text
    filed.play("file")
    answer = officer.post(f"{filed.filing}/accept", data={"version": 1})
    assert answer.status_code == 422
    assert "新しい版" in answer.text
    assert officer.post(f"{filed.filing}/accept", data={"version": 2}).status_code == 302


def test_the_page_shows_what_changed_since_the_version_before(
    filed: OfficeDesk, officer: FlaskClient
) -> None:
    officer.post(f"{filed.filing}/send-back", data={"version": 1, "return_reason": "直してください。"})
    filed.town.answers = {Meaning.SIGNATORY_EMAIL: "new@yamada.example.jp"}
    filed.play("file")
    page = officer.get(filed.filing).text
    assert "<del>taro@yamada.example.jp</del>" in page
    assert "<ins>new@yamada.example.jp</ins>" in page
    assert "taro@yamada.example.jp" in officer.get(f"{filed.filing}?version=1").text


def test_rejecting_and_writing(filed: OfficeDesk, officer: FlaskClient) -> None:
    assert officer.post(f"{filed.filing}/messages", data={"message": "確認しています。"}).status_code == 302
    assert officer.post(f"{filed.filing}/messages", data={"message": " "}).status_code == 422
    answer = officer.post(
        f"{filed.filing}/reject", data={"version": 1, "reject_reason": "権限がありません。"}
    )
    assert answer.status_code == 302
    page = text_of(officer.get(filed.filing))
    assert "確認しています。" in page
    assert "却下" in page


def test_a_paper_from_the_counter_is_registered_with_its_time(desk: OfficeDesk, officer: FlaskClient) -> None:
    desk.town.go_on(hours=-1)
    desk.play("award")
    desk.town.go_on(hours=3)
    answer = officer.post(f"{desk.case}/filings/new", data=RECEIVED)
    assert answer.status_code == 302, text_of(answer)
    page = text_of(officer.get(answer.headers["Location"]))
    assert "窓口" in page
    assert "2026年5月7日（木）9時30分" in page


def test_the_scan_is_kept_as_the_paper(desk: OfficeDesk, officer: FlaskClient) -> None:
    desk.play("award")
    scan = make_pdf()
    sent = RECEIVED | {"reception-scan": (io.BytesIO(scan), "申請.pdf")}
    answer = officer.post(f"{desk.case}/filings/new", data=sent)
    assert answer.status_code == 302, text_of(answer)
    paper = officer.get(f"{answer.headers['Location']}/versions/1/paper.pdf")
    assert paper.data == scan


def test_a_wrong_paper_comes_back_with_everything_typed(desk: OfficeDesk, officer: FlaskClient) -> None:
    desk.play("award")
    sent = RECEIVED | {"signatory_email": "だめ", "reception-received_time": "25:99"}
    answer = officer.post(f"{desk.case}/filings/new", data=sent)
    assert answer.status_code == 422
    assert "時刻として読めません" in answer.text
    assert 'value="だめ"' in answer.text
    later = RECEIVED | {"reception-received_on": "令和8年5月9日"}
    answer = officer.post(f"{desk.case}/filings/new", data=later)
    assert answer.status_code == 422
    assert "受け取った日時が現在より後" in answer.text
    assert 'value="令和8年5月9日"' in answer.text


def test_a_late_paper_is_accepted_only_with_a_reason(desk: OfficeDesk) -> None:
    late = OfficeDesk(desk.app, desk.town.stack, "iwaki")
    late.play("award")
    late.town.go_on(days=4)
    late.play("file")
    officer = late.browser()
    refused = officer.post(f"{late.filing}/accept", data={"version": 1})
    assert refused.status_code == 422
    assert "理由の記録が必要" in refused.text
    taken = officer.post(f"{late.filing}/accept", data={"version": 1, "accept_reason": "通信障害のため。"})
    assert taken.status_code == 302


def test_a_paper_with_rows_from_the_counter_is_registered(desk: OfficeDesk) -> None:
    """CITY-25: every paper that the city takes may come by another way, tables of rows included."""
    desk = OfficeDesk(desk.app, desk.town.stack, "ashikaga")
    desk.play("award")
    officer = desk.browser()
    place = f"{desk.case}/filings/new?form=work_schedule"
    assert "工程表" in text_of(officer.get(place))
    how = {name: text for name, text in RECEIVED.items() if name.startswith("reception-")}
    more = officer.post(place, data=how | {"action": "add-row:works", "reception-rows-works": "6"})
    assert more.status_code == 200
    assert 'name="works_11_kind"' in more.text
    assert 'name="works_12_kind"' not in more.text
    sent = {
        "applied_on": "令和8年5月7日",
        "company_name": "山田建設株式会社",
        "case_title": "試験通り舗装工事",
        "case_place": "試験通り地内",
        "starts_on": "R8.6.1",
        "ends_on": "R8.9.30",
        "method": "drawn",
        "works_1_kind": "土工",
        "works_1_starts_on": "R8.6.1",
        "works_1_ends_on": "R8.7.1",
    }
    answer = officer.post(place, data=how | sent)
    assert answer.status_code == 302, text_of(answer)
    assert "土工" in text_of(officer.get(answer.headers["Location"]))
    assert officer.get(f"{desk.case}/filings/new?form=nothing").status_code == 404
