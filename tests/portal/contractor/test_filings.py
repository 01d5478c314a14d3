"""The usage application, from the first page of questions to the receipt, in the three cities."""

from datetime import datetime, timedelta

import pytest
from flask import Flask

from forms.official.paper import render_paper
from portal import clock
from portal.acting import house
from portal.workflows.usage_forms import definitions_of
from tests.conftest import NOON
from tests.portal.contractor.desk import ANSWERS, Desk, seen_on, text_of

TITLES = {
    "tosu": "電子契約利用承諾書",
    "iwaki": "電子契約利用申請書兼メールアドレス申出書",
    "ashikaga": "電子契約利用申出書",
}


def some_pdf(app: Flask) -> bytes:
    """A harmless PDF: an empty form of a city."""
    with app.app_context():
        form = definitions_of(house().cities["tosu"])[0]
        return render_paper(form, {}, NOON)


@pytest.mark.parametrize("city", ANSWERS)
def test_the_form_of_each_city_goes_from_the_first_question_to_the_receipt(app: Flask, city: str) -> None:
    """FORM-A09 to A10, FORM-I09, FORM-T10, FORM-C02: each city's form from question to receipt number."""
    desk = Desk(app, city)
    client = desk.browser()
    assert TITLES[city] in client.get(desk.filing).text
    desk.answer(client)
    if city == "iwaki":
        assert desk.attach(client, some_pdf(app), "契約書案.pdf").status_code == 302
    receipt = client.get(desk.submit(client))
    assert "2026年5月7日（木）12時00分00秒" in receipt.text
    assert desk.versions() == ["submitted"]
    for paper in ("paper.pdf", "receipt.pdf"):
        assert client.get(f"{desk.filing}/versions/1/{paper}").data.startswith(b"%PDF-")
    assert [mail.subject for mail in desk.mails("kumi@contractor.example.jp")][-1].startswith("【")


def test_the_check_page_names_what_is_missing_and_leads_to_its_question(tosu: Desk) -> None:
    client = tosu.browser()
    page = client.get(f"{tosu.filing}/check").text
    assert "契約締結権限者のメールアドレスが空欄です" in page
    assert f"{tosu.filing}/sections/2?check=1#signatory_email" in page
    assert "この内容で提出する" not in page


def test_a_page_with_an_error_keeps_everything_that_was_typed(tosu: Desk) -> None:
    client = tosu.browser()
    typed = {**ANSWERS["tosu"][1], "signatory_email": "二郎＠どこか", "action": "next"}
    answer = client.post(f"{tosu.filing}/sections/2", data=typed)
    assert answer.status_code == 422
    assert 'href="#signatory_email"' in answer.text
    assert "二郎＠どこか" in client.get(f"{tosu.filing}/sections/2").text


def test_a_draft_is_kept_whether_right_or_wrong(tosu: Desk) -> None:
    """FORM-C05: drafts are kept as typed."""
    client = tosu.browser()
    client.post(f"{tosu.filing}/sections/3", data={"contact_phone": "09", "action": "draft"})
    saved = client.post(f"{tosu.filing}/sections/3/autosave", data={"contact_phone": "0942"})
    assert saved.json == {"saved_at": "12:00"}
    assert 'value="0942"' in client.get(f"{tosu.filing}/sections/3").text
    assert tosu.versions() == ["draft"]


def test_a_press_sent_twice_gives_one_receipt(tosu: Desk) -> None:
    client = tosu.browser()
    tosu.answer(client)
    data = {"seen": seen_on(client, tosu.filing)}
    first = client.post(f"{tosu.filing}/submit", data=data).location
    assert client.post(f"{tosu.filing}/submit", data=data).location == first
    assert tosu.versions() == ["submitted"]
    arrived = [mail for mail in tosu.mails() if "受け付けました" in mail.subject]
    assert len(arrived) == 1


def test_what_changed_after_the_check_page_is_not_submitted_unseen(tosu: Desk) -> None:
    client = tosu.browser()
    tosu.answer(client)
    data = {"seen": seen_on(client, tosu.filing)}
    client.post(f"{tosu.filing}/sections/3", data={**ANSWERS["tosu"][2], "contact_name": "別の人"})
    answer = client.post(f"{tosu.filing}/submit", data=data, follow_redirects=True)
    assert "もう一度確認してから提出します" in answer.text
    assert tosu.versions() == ["draft"]


def test_a_late_application_is_taken_and_marked(iwaki: Desk, app: Flask) -> None:
    client = iwaki.browser()
    iwaki.answer(client)
    iwaki.attach(client, some_pdf(app), "案.pdf")
    with clock.freeze(datetime(2026, 5, 8, 12, 0, 1, tzinfo=clock.TOKYO)):
        client = iwaki.browser()
        assert "紙契約に切替予定" in client.get(f"{iwaki.filing}/check").text
        assert "期限後に受け付けました" in client.get(iwaki.submit(client)).text
    assert iwaki.read(lambda case: case.filings[0].current.is_late)


def test_the_last_second_of_the_deadline_is_in_time(iwaki: Desk, app: Flask) -> None:
    client = iwaki.browser()
    iwaki.answer(client)
    iwaki.attach(client, some_pdf(app), "案.pdf")
    with clock.freeze(datetime(2026, 5, 8, 12, 0, 0, tzinfo=clock.TOKYO)):
        iwaki.submit(iwaki.browser())
    assert not iwaki.read(lambda case: case.filings[0].current.is_late)


def test_free_mail_is_warned_of_and_taken(iwaki: Desk) -> None:
    client = iwaki.browser()
    iwaki.answer(client)
    assert "キャリアメール" in client.get(f"{iwaki.filing}/check").text


def test_a_character_that_no_font_has_is_named_before_anything_is_handed_in(tosu: Desk) -> None:
    """Rare characters of names are taken; one of a company's own (外字) is named, and nothing typed is lost."""
    client = tosu.browser()
    tosu.answer(client)
    names = {"signatory_name": "𠮷田　髙﨑", "signatory_title": "取締役\ue000"}
    answer = client.post(f"{tosu.filing}/sections/2", data={**ANSWERS["tosu"][1], **names})
    assert answer.status_code == 422
    page = text_of(answer.text)
    assert "書類に印字できない文字があります" in page
    assert "U+E000" in page
    assert "𠮷田　髙﨑" in answer.text
    assert "この内容で提出する" not in text_of(client.get(f"{tosu.filing}/check").text)
    client.post(f"{tosu.filing}/submit", data={"seen": "x"})
    assert tosu.versions() == ["draft"]


def test_an_applicant_unlike_the_contracts_contractor_is_shown_and_taken(iwaki: Desk, app: Flask) -> None:
    """FORM-I06, on the contractor's page; what is the same but for spaces is not told."""
    client = iwaki.browser()
    iwaki.answer(client)
    page = text_of(client.get(f"{iwaki.filing}/check").text)
    assert "所在地（住所）が契約書の受注者欄「見本県見本市1丁目2番3号」と違います" in page
    assert "商号又は名称が契約書" not in page
    assert "代表者職氏名が契約書" not in page
    iwaki.attach(client, some_pdf(app), "案.pdf")
    iwaki.submit(client)


def test_a_required_attachment_is_asked_for(iwaki: Desk) -> None:
    client = iwaki.browser()
    iwaki.answer(client)
    assert "「契約書（案）」が添付されていません" in client.get(f"{iwaki.filing}/check").text


def test_a_file_that_is_not_what_it_says_is_refused_with_a_way_out(iwaki: Desk) -> None:
    answer = iwaki.attach(iwaki.browser(), b"MZ not a pdf", "contract.pdf")
    assert answer.status_code == 422
    assert "プログラムです" in answer.text
    assert "ここで受け付けるのは" in answer.text


def test_an_attachment_can_be_taken_out_again(iwaki: Desk, app: Flask) -> None:
    client = iwaki.browser()
    iwaki.attach(client, some_pdf(app), "案.pdf")
    attachment = iwaki.read(lambda case: case.filings[0].current.attachments[0].id)
    assert client.get(f"{iwaki.filing}/versions/1/attachments/{attachment}").data.startswith(b"%PDF-")
    client.post(f"{iwaki.filing}/attachments/{attachment}/remove")
    assert iwaki.read(lambda case: case.filings[0].current.attachments) == []


def test_a_character_that_cannot_be_printed_is_named_before_submission(tosu: Desk) -> None:
    client = tosu.browser()
    answer = client.post(f"{tosu.filing}/sections/3", data={**ANSWERS["tosu"][2], "contact_name": "試験😀"})
    assert answer.status_code == 422
    assert "U+1F600" in answer.text


def test_the_paper_is_shown_before_it_is_submitted(tosu: Desk) -> None:
    assert tosu.browser().get(f"{tosu.filing}/preview.pdf").data.startswith(b"%PDF-")


def test_a_withdrawn_application_can_be_written_again(tosu: Desk) -> None:
    client = tosu.browser()
    tosu.answer(client)
    tosu.submit(client)
    assert "取り下げますか" in client.get(f"{tosu.filing}/withdraw").text
    assert "申請を取り下げました。" in client.post(f"{tosu.filing}/withdraw", follow_redirects=True).text
    assert "jiro@contractor.example.jp" in client.get(f"{tosu.filing}/sections/2").text
    tosu.submit(client)
    assert tosu.versions() == ["withdrawn", "submitted"]


def test_withdrawing_brings_the_deadline_back(iwaki: Desk, app: Flask) -> None:
    client = iwaki.browser()
    iwaki.answer(client)
    iwaki.attach(client, some_pdf(app), "案.pdf")
    iwaki.submit(client)
    client.post(f"{iwaki.filing}/withdraw")
    with clock.freeze(NOON + timedelta(days=2)):
        iwaki.submit(iwaki.browser())
    assert iwaki.read(lambda case: [v.is_late for v in case.filings[0].versions]) == [False, True]


def test_what_was_submitted_is_closed_to_writing(tosu: Desk) -> None:
    client = tosu.browser()
    tosu.answer(client)
    tosu.submit(client)
    answer = client.post(f"{tosu.filing}/sections/3", data=ANSWERS["tosu"][2])
    assert answer.status_code == 422
    assert "市が確認しています" in text_of(answer.text)
