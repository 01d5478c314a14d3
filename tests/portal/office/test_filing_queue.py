"""Queue of filings: words, filters, owners, several accepted with a preview and a report."""

import re

import pytest
from flask.testing import FlaskClient

from tests.portal.office.desk import OfficeDesk, text_of

LIST = "/office/filings"


@pytest.fixture
def filed(desk: OfficeDesk) -> OfficeDesk:
    desk.play("award", "file")
    return desk


def listed(officer: FlaskClient, **query: str) -> str:
    return text_of(officer.get(LIST, query_string=query))


def chosen_on(page: str) -> list[str]:
    return re.findall(r'name="chosen" value="([^"]+)"', page)


def test_the_words_of_the_list_follow_what_happens(filed: OfficeDesk, officer: FlaskClient) -> None:
    title = "電子契約利用承諾書"
    for status in ("", "filed", "all"):
        page = listed(officer, status=status)
        assert " 1件 " in page
        assert title in page
    assert "0件" in listed(officer, status="taken")
    officer.post(f"{filed.filing}/assign")
    assert "1件" in listed(officer, status="taken")
    assert "0件" in listed(officer, status="filed")
    officer.post(f"{filed.filing}/send-back", data={"version": 1, "return_reason": "直してください。"})
    assert "1件" in listed(officer, status="sent_back")
    assert "審査を待つ書類はありません" in listed(officer)
    filed.play("file")
    assert "1件" in listed(officer, status="filed_again")
    officer.post(f"{filed.filing}/accept", data={"version": 2})
    assert "1件" in listed(officer, status="done")


def test_filters_go_by_owner_form_lateness_and_words(filed: OfficeDesk, officer: FlaskClient) -> None:
    assert "1件" in listed(officer, holder="nobody")
    officer.post(f"{filed.filing}/assign")
    second = filed.browser("second")
    for who, holder, count in (
        (officer, "mine", 1),
        (officer, "nobody", 0),
        (second, "mine", 0),
        (second, "others", 1),
    ):
        assert f" {count}件 " in listed(who, holder=holder)
    assert " 1件 " in listed(officer, form="usage_application", q="山田")
    assert " 0件 " in listed(officer, form="another")
    assert " 0件 " in listed(officer, late="late")
    assert " 0件 " in listed(officer, q="どこにもない")


def test_a_colleague_takes_over_only_on_purpose(filed: OfficeDesk, officer: FlaskClient) -> None:
    officer.post(f"{filed.filing}/assign")
    second = filed.browser("second")
    answer = second.post(f"{filed.filing}/assign")
    assert answer.status_code == 422
    assert "officer　試験さんが担当しています" in answer.text
    assert second.post(f"{filed.filing}/assign", data={"take_over": "1"}).status_code == 302
    assert "担当：second　試験" in second.get(filed.filing).text
    second.post(f"{filed.filing}/release")
    assert "担当：まだ決まっていません" in second.get(filed.filing).text


def test_several_are_previewed_accepted_and_reported(filed: OfficeDesk, officer: FlaskClient) -> None:
    chosen = chosen_on(officer.get(LIST).text)
    assert len(chosen) == 1
    preview = officer.post(f"{LIST}/acceptance", data={"chosen": chosen})
    assert "まだ受理していません" in preview.text
    assert filed.stage == "application"
    report = officer.post(f"{LIST}/acceptances", data={"chosen": chosen_on(preview.text)})
    assert "1件を受理しました" in report.text
    assert filed.stage == "drafting"
    again = text_of(officer.post(f"{LIST}/acceptances", data={"chosen": chosen}))
    assert "0件を受理しました" in again
    assert "審査はすでに終わっています" in again


def test_what_changed_since_the_list_is_left_out_with_its_reason(
    filed: OfficeDesk, officer: FlaskClient
) -> None:
    chosen = chosen_on(officer.get(LIST).text)
    officer.post(f"{filed.filing}/send-back", data={"version": 1, "return_reason": "直してください。"})
    filed.play("file")
    preview = text_of(officer.post(f"{LIST}/acceptance", data={"chosen": chosen}))
    assert "事業者が新しい版を作りました" in preview
    report = text_of(officer.post(f"{LIST}/acceptances", data={"chosen": [*chosen, "nobody:1", "wrong"]}))
    assert "0件を受理しました" in report
    assert "この書類は見つかりません" in report
    assert filed.stage == "application"


def test_nothing_chosen_is_said(filed: OfficeDesk, officer: FlaskClient) -> None:
    answer = officer.post(f"{LIST}/acceptance", follow_redirects=True)
    assert "受理する書類が選ばれていません" in answer.text


def test_a_remark_is_kept_when_refused_and_shown_when_sent(filed: OfficeDesk, officer: FlaskClient) -> None:
    sent = {"version": 1, "marked": ["company_address"], "remark-company_address": "番地が違います。"}
    refused = officer.post(f"{filed.filing}/send-back", data=sent | {"remark-company_name": "印なし"})
    assert refused.status_code == 422
    assert "番地が違います。" in refused.text
    officer.post(
        f"{filed.filing}/send-back",
        data=sent | {"return_reason": "1か所です。", "remark-company_name": "印なし"},
    )
    page = text_of(officer.get(filed.filing))
    assert "番地が違います。" in page
    assert "印なし" not in page


def test_any_two_versions_are_compared(filed: OfficeDesk, officer: FlaskClient) -> None:
    for number in (1, 2):
        officer.post(f"{filed.filing}/send-back", data={"version": number, "return_reason": "直す"})
        filed.town.go_on(minutes=1)
        filed.play("file")
    page = text_of(officer.get(f"{filed.filing}?version=3&compare=1"))
    assert "第1版と第3版は、記入内容も添付も同じです" in page
    assert "第2版" in text_of(officer.get(f"{filed.filing}?version=3"))


def test_the_accepted_version_shows_its_hash_and_both_have_the_receipt(
    filed: OfficeDesk, officer: FlaskClient
) -> None:
    officer.post(f"{filed.filing}/accept", data={"version": 1})
    assert "受理した版は固定され" in officer.get(filed.filing).text
    receipt = officer.get(f"{filed.filing}/versions/1/receipt.pdf")
    assert receipt.data.startswith(b"%PDF")
    archive = officer.get(f"{filed.case}/archive.zip")
    assert archive.data.startswith(b"PK")


def test_the_case_lists_every_paper_with_its_word(desk: OfficeDesk, officer: FlaskClient) -> None:
    desk.play("award")
    assert "未着手" in text_of(officer.get(desk.case))
    desk.play("save")
    page = officer.get(desk.case)
    assert "入力中" in text_of(page)
    assert "/office/filings/" not in page.text.partition("<main")[2]
    desk.play("file")
    officer.post(f"{desk.filing}/assign")
    page = text_of(officer.get(desk.case))
    assert "提出済" in page
    assert "をofficer 試験にしました" in page
