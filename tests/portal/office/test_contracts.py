"""Documents, sending, decisions and amendments, as an officer and the signatory press them."""

import io
import re

import pytest
from flask.testing import FlaskClient

from portal.permissions import Role
from signing.testing import make_pdf
from tests.portal.office.desk import AWARD, OfficeDesk, text_of, value_of


@pytest.fixture
def drafting(desk: OfficeDesk) -> OfficeDesk:
    desk.play("award", "file", "accept")
    return desk


def pdf(name: str, content: bytes | None = None) -> tuple[io.BytesIO, str]:
    return io.BytesIO(make_pdf() if content is None else content), name


def documents_of(officer: FlaskClient, desk: OfficeDesk) -> list[str]:
    """Ids of the documents in their order."""
    page = officer.get(f"{desk.contract}/documents").text
    return list(dict.fromkeys(re.findall(r"/documents/([\w-]{22})\.pdf", page)))


def test_the_contract_is_generated_with_its_special_terms(drafting: OfficeDesk, officer: FlaskClient) -> None:
    place = f"{drafting.contract}/documents"
    assert officer.post(f"{place}/generate", data={"special_terms": "週休2日とする。"}).status_code == 302
    page = officer.get(place).text
    assert "週休2日とする。" in page
    assert "契約締結日の欄あり" in page
    officer.post(f"{place}/generate", data={"special_terms": ""})
    assert len(documents_of(officer, drafting)) == 1


def test_uploads_are_inspected_ordered_and_removed(drafting: OfficeDesk, officer: FlaskClient) -> None:
    place = f"{drafting.contract}/documents"
    sent = {"files": [pdf("契約書.pdf"), pdf("仕様書.pdf", make_pdf(pages=2))]}
    assert officer.post(place, data=sent).status_code == 302
    first, second = documents_of(officer, drafting)
    officer.post(f"{place}/{second}/move", data={"direction": "up"})
    assert documents_of(officer, drafting) == [second, first]
    officer.post(f"{place}/{second}/remove")
    assert documents_of(officer, drafting) == [first]


@pytest.mark.parametrize(
    ("content", "words"),
    [(b"hello", "中身を確認できない種類"), (b"%PDF-1.7 broken", "開けません"), (b"", "空（0バイト）")],
)
def test_a_bad_upload_is_refused_with_its_reason(
    drafting: OfficeDesk, officer: FlaskClient, content: bytes, words: str
) -> None:
    sent = {"files": [pdf("よい.pdf"), pdf("わるい.pdf", content)]}
    answer = officer.post(f"{drafting.contract}/documents", data=sent)
    assert answer.status_code == 422
    assert words in answer.text
    assert "選んだ2件のPDFは、まだどれも追加していません" in answer.text
    assert "<title>エラー: " in answer.text
    assert documents_of(officer, drafting) == []


def test_special_terms_typed_beside_a_file_are_kept(drafting: OfficeDesk, officer: FlaskClient) -> None:
    place = f"{drafting.contract}/documents"
    refused = {"files": [pdf("わるい.pdf", b"hello")], "special_terms": "週休2日とする。"}
    assert "週休2日とする。" in officer.post(place, data=refused).text
    officer.post(place, data={"files": [pdf("仕様書.pdf")], "special_terms": "月末に精算する。"})
    assert "月末に精算する。" in officer.get(place).text


def test_the_same_file_is_not_added_twice(drafting: OfficeDesk, officer: FlaskClient) -> None:
    content = make_pdf()
    officer.post(f"{drafting.contract}/documents", data={"files": [pdf("a.pdf", content)]})
    again = officer.post(f"{drafting.contract}/documents", data={"files": [pdf("a.pdf", content)]})
    assert again.status_code == 422
    assert "同じ内容の書類" in again.text


def test_the_date_goes_where_the_page_is_clicked(drafting: OfficeDesk, officer: FlaskClient) -> None:
    officer.post(f"{drafting.contract}/documents", data={"files": [pdf("契約書.pdf")]})
    place = f"{drafting.contract}/documents/{documents_of(officer, drafting)[0]}/date-field"
    assert "まだ決まっていません" in officer.get(place).text
    assert officer.post(place, data={"page": 1, "at.x": "270", "at.y": "100"}).status_code == 302
    page = officer.get(place).text
    assert "1ページ目の青い枠" in page
    assert float(value_of_control(page, "x_mm")) == pytest.approx(105, abs=1)
    assert officer.get(f"{place}/1.png").mimetype == "image/png"
    refused = officer.post(place, data={"page": 1, "x_mm": "左", "y_mm": ""})
    assert refused.status_code == 422
    assert "位置として読めません" in refused.text


def value_of_control(page: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', page)
    assert found
    return found[1]


def test_nothing_is_sent_without_a_place_for_the_date(drafting: OfficeDesk, officer: FlaskClient) -> None:
    officer.post(f"{drafting.contract}/documents", data={"files": [pdf("契約書.pdf")]})
    page = text_of(officer.get(f"{drafting.contract}/send"))
    assert "契約締結日の欄がある書類がありません" in page
    assert "この内容で署名を依頼する" not in page


def test_sending_shows_the_order_first_and_happens_once(drafting: OfficeDesk, officer: FlaskClient) -> None:
    drafting.play("draft")
    place = f"{drafting.contract}/send"
    page = officer.get(place)
    words = text_of(page)
    assert words.index("taro@yamada.example.jp") < words.index("mayor@tosu.example.jp")
    sent = {"fingerprint": value_of(page, "fingerprint"), "signatory": value_of(page, "signatory")}
    assert officer.post(place, data=sent).headers["Location"] == drafting.case
    assert drafting.stage == "contractor_signing"
    again = officer.post(place, data=sent)
    assert again.status_code == 422
    with drafting.app.app_context():
        assert len(drafting.town.letters(to="taro@", subject="署名依頼")) == 1


def test_what_changed_since_it_was_shown_is_not_sent(drafting: OfficeDesk, officer: FlaskClient) -> None:
    drafting.play("draft")
    page = officer.get(f"{drafting.contract}/send")
    drafting.browser("second").post(
        f"{drafting.contract}/documents", data={"files": [pdf("別紙.pdf", make_pdf(pages=2))]}
    )
    answer = officer.post(f"{drafting.contract}/send", data={"fingerprint": value_of(page, "fingerprint")})
    assert answer.status_code == 422
    assert "まだ送信していません" in answer.text
    assert drafting.stage == "drafting"


def test_the_case_page_shows_who_was_asked_and_resends(desk: OfficeDesk, officer: FlaskClient) -> None:
    desk.play("start_signing")
    page = officer.get(desk.case)
    assert "0/2" in page.text
    resend = re.findall(r'action="([^"]*/resend)"', page.text)
    assert len(resend) == 1
    assert officer.post(resend[0]).headers["Location"] == desk.case
    assert "再送しました" in officer.get(desk.case).text
    assert officer.post(f"{desk.contract}/steps/nobody/resend").status_code == 302
    assert "いまの依頼にはありません" in officer.get(desk.case).text


def test_cancelling_needs_a_reason_and_opens_the_documents_again(
    desk: OfficeDesk, officer: FlaskClient
) -> None:
    desk.play("start_signing")
    place = f"{desk.contract}/decisions/cancel"
    assert officer.post(place, data={"reason": " "}).status_code == 422
    assert officer.post(place, data={"reason": "工期を直します。"}).status_code == 302
    assert desk.stage == "drafting"
    again = officer.post(place, data={"reason": "工期を直します。"})
    assert again.status_code == 422
    assert "工期を直します。" in again.text


def test_only_the_person_asked_opens_the_signing_page(desk: OfficeDesk, officer: FlaskClient) -> None:
    desk.play("start_signing", "consent", "seal")
    mayor = desk.browser("mayor")
    assert "署名画面を開く" in mayor.get(desk.case).text
    assert mayor.post(f"{desk.contract}/sign").headers["Location"].startswith("/sign/")
    assert officer.post(f"{desk.contract}/sign").status_code == 403
    other = desk.stranger(Role.SIGNATORY, "tosu")
    assert other.post(f"{desk.contract}/sign").headers["Location"] == desk.case
    assert "依頼されていません" in other.get(desk.case).text


def test_a_silent_time_stamping_authority_is_named(desk: OfficeDesk, officer: FlaskClient) -> None:
    desk.play("start_signing", "consent")
    with desk.app.app_context(), desk.town.authority_down():
        desk.town.seal()
    page = text_of(officer.get("/office/waiting"))
    assert "市道改良工事" in page
    assert "時刻認証局から応答がありません" in page
    assert "時刻認証局から応答がありません" in text_of(officer.get(desk.case))
    assert "時刻認証局から応答がありません" in text_of(officer.get("/office/"))


def test_paper_is_recorded_with_its_date_and_never_before_the_award(
    desk: OfficeDesk, officer: FlaskClient
) -> None:
    desk.play("award")
    paper = {"reason": "事業者の希望のため。"}
    assert officer.post(f"{desk.contract}/decisions/paper", data=paper).status_code == 302
    place = f"{desk.contract}/paper-conclusion"
    early = officer.post(place, data={"concluded_on": "令和8年5月1日"})
    assert early.status_code == 422
    assert "落札決定日" in early.text
    assert 'value="令和8年5月1日"' in early.text
    assert officer.post(place, data={"concluded_on": "R8.5.7"}).status_code == 302
    assert "紙で締結済み" in officer.get(desk.case).text


def test_an_electronic_contract_takes_no_date(drafting: OfficeDesk, officer: FlaskClient) -> None:
    place = f"{drafting.contract}/paper-conclusion"
    assert "電子契約には記録できません" in officer.get(place).text
    assert officer.post(place, data={"concluded_on": "2026-05-07"}).status_code == 422
    with drafting.app.app_context():
        assert "contract:date:refuse" in drafting.town.tags()


def test_a_late_conclusion_is_allowed_with_a_reason(desk: OfficeDesk) -> None:
    desk.play("award", "file", "accept")
    desk.town.go_on(days=7)
    officer = desk.browser()
    assert "期限後の締結を認める" in officer.get(desk.case).text
    place = f"{desk.contract}/decisions/late"
    assert officer.post(place, data={"reason": "災害対応のため。"}).status_code == 302
    assert "災害対応のため。" in officer.get(desk.case).text


def test_an_amendment_of_an_electronic_contract_begins_with_its_values(
    desk: OfficeDesk, officer: FlaskClient
) -> None:
    desk.play("conclude")
    place = f"{desk.contract}/amendments/new"
    page = officer.get(place).text
    assert 'value="11,000,000"' in page
    assert "taro@yamada.example.jp" in page
    typed = {"contract_price": "12,100,000円", "consumption_tax": "1,100,000", "reason": "数量の増加"}
    assert officer.post(place, data=typed | {"reason": ""}).status_code == 422
    answer = officer.post(place, data=typed)
    assert answer.headers["Location"].endswith("/documents")
    assert "変更契約（第1回）" in officer.get(desk.case).text
    again = officer.post(place, data=typed)
    assert again.status_code == 422
    assert "締結の済んでいない変更契約があります" in again.text


def test_an_amendment_of_a_paper_contract_is_refused_in_the_citys_words(
    desk: OfficeDesk, officer: FlaskClient
) -> None:
    desk.play("award")
    officer.post(f"{desk.contract}/decisions/paper", data={"reason": "事業者の希望のため。"})
    officer.post(f"{desk.contract}/paper-conclusion", data={"concluded_on": "R8.5.7"})
    page = officer.get(f"{desk.contract}/amendments/new").text
    assert "当初契約を電子契約で締結したもののみ" in page
    assert "根拠：" in page
    assert "変更契約を作成する</button>" not in page


def test_the_concluded_case_has_its_history_and_originals(desk: OfficeDesk, officer: FlaskClient) -> None:
    desk.play("conclude")
    page = text_of(officer.get(desk.case))
    for words in (
        "落札を登録しました",
        "署名依頼を送信しました",
        "電子署名とタイムスタンプが付きました",
        "契約を締結しました",
        "契約の原本",
    ):
        assert words in page
    with desk.app.app_context():
        assert desk.town.originals[0] in page


def test_a_case_goes_from_the_award_to_the_citys_signature_by_pages_alone(
    desk: OfficeDesk, officer: FlaskClient
) -> None:
    people = {
        "company_address": "見本市",
        "representative_title": "代表取締役",
        "representative_name": "試験　次郎",
    }
    registered = officer.post("/office/awards", data=AWARD | people)
    desk.town.case_id = registered.headers["Location"].rsplit("/", 1)[1]
    desk.play("file")
    assert officer.post(f"{desk.filing}/accept", data={"version": 1}).status_code == 302
    assert officer.post(f"{desk.contract}/documents/generate").status_code == 302
    shown = officer.get(f"{desk.contract}/send")
    sent = {"fingerprint": value_of(shown, "fingerprint"), "signatory": value_of(shown, "signatory")}
    assert officer.post(f"{desk.contract}/send", data=sent).headers["Location"] == desk.case
    desk.play("consent", "seal")
    mayor = desk.browser("mayor")
    assert "署名を待っている契約が1件あります" in mayor.get("/office/").text
    assert mayor.post(f"{desk.contract}/sign").headers["Location"].startswith("/sign/")
    desk.play("consent", "seal")
    assert desk.stage == "concluded"
    assert "締結済み" in officer.get(desk.case).text
