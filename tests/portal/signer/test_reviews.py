"""The review page: what it shows in each style, and that papers must be displayed before an answer."""

from flask.testing import FlaskClient

from portal.acting import house
from signing import viewed_pages
from tests.portal.signer.desk import SIGNATORY_MAIL, SigningDesk, agree, look_at, text_of


def test_review_in_the_consent_style_has_its_words_and_all_ways_to_answer(
    consent_desk: SigningDesk, client: FlaskClient
) -> None:
    page = text_of(client.get(consent_desk.send().link(consent_desk.company_mail)))
    assert (
        "書類の内容を確認の上、問題なければページ下部の「書類の内容に同意」ボタンを押してください。" in page
    )
    assert "この書類を転送する" in page
    assert "同意せず却下する" in page
    assert "問題を報告する" not in page
    assert "PDFを開く" in page


def test_review_in_the_complete_style_offers_neither_decline_nor_forward(
    complete_desk: SigningDesk, client: FlaskClient
) -> None:
    link = complete_desk.send().link(complete_desk.company_mail)
    page = text_of(client.get(link))
    assert "完了する" in page
    assert "問題を報告する" in page
    assert "却下" not in page
    assert client.get(f"{link}/decline").status_code == 404
    assert client.post(f"{link}/forward").status_code == 404


def test_review_says_who_asks_what_until_when_and_in_which_order(
    complete_desk: SigningDesk, client: FlaskClient
) -> None:
    page = text_of(client.get(complete_desk.send().link(complete_desk.company_mail)))
    assert "鳥栖市から" in page
    assert complete_desk.players.data["title"] in page
    assert f"{complete_desk.players.data['contract_price']:,}円" in page
    assert "契約締結期限" in page
    assert "この画面のリンクが使えるのは" in page
    assert page.index(complete_desk.person) < page.index("市長 花子")
    assert "契約締結日の欄は、いまは空欄です" in page


def test_city_is_told_that_the_contract_date_becomes_today(
    complete_desk: SigningDesk, client: FlaskClient
) -> None:
    complete_desk.send().play("contractor_consents", "seal")
    page = text_of(client.get(complete_desk.link(SIGNATORY_MAIL)))
    assert "契約締結日は、署名を完了した日になります" in page
    assert "令和8年5月7日" in page


def test_opening_is_recorded_once_and_a_picture_counts_as_shown(
    consent_desk: SigningDesk, client: FlaskClient
) -> None:
    link = consent_desk.send(papers=2).link(consent_desk.company_mail)
    client.get(link)
    client.get(link)
    client.get(f"{link}/documents/2/pages/2.png")
    client.get(f"{link}/documents/2/pages/2.png")
    with consent_desk.app.app_context(), consent_desk.looking() as act:
        envelope = consent_desk.envelope(act)
        assert [event.name for event in envelope.events].count("opened") == 1
        assert viewed_pages(act.session, envelope.steps[0].id) == {envelope.documents[1].id: {2}}


def test_the_downloaded_pdf_counts_as_shown_and_is_the_one_to_be_signed(
    consent_desk: SigningDesk, client: FlaskClient
) -> None:
    link = consent_desk.send(papers=2).link(consent_desk.company_mail)
    answer = client.get(f"{link}/documents/2.pdf")
    assert answer.data.startswith(b"%PDF-")
    assert answer.headers["Content-Disposition"].startswith('inline; filename="document-2.pdf"; filename*=')
    with consent_desk.app.app_context(), consent_desk.looking() as act:
        envelope = consent_desk.envelope(act)
        assert viewed_pages(act.session, envelope.steps[0].id) == {envelope.documents[1].id: {1, 2}}


def test_a_damaged_pdf_is_not_handed_out_and_does_not_count_as_shown(
    consent_desk: SigningDesk, client: FlaskClient
) -> None:
    link = consent_desk.send().link(consent_desk.company_mail)
    with consent_desk.app.app_context(), consent_desk.looking() as act:
        path = house().store.path(consent_desk.envelope(act).documents[0].head_sha256)
    content = path.read_bytes()
    path.unlink()
    path.write_bytes(content + b"\n")
    assert client.get(f"{link}/documents/1.pdf").status_code == 422
    with consent_desk.app.app_context(), consent_desk.looking() as act:
        assert viewed_pages(act.session, consent_desk.envelope(act).steps[0].id) == {}


def test_every_document_must_be_displayed_before_the_consent(
    consent_desk: SigningDesk, client: FlaskClient
) -> None:
    link = consent_desk.send(papers=2).link(consent_desk.company_mail)
    first = text_of(client.get(link))
    assert "仕様書2を表示する" in first
    look_at(client, link, papers=1)
    refused = client.post(f"{link}/consent")
    assert refused.status_code == 422
    assert "まだ表示していない書類があります" in text_of(refused)
    assert "まだ表示していない書類があります" in text_of(client.get(f"{link}/consent"))
    assert agree(client, link, papers=2).status_code == 302


def test_documents_have_tabs_and_zoom_works_by_links(consent_desk: SigningDesk, client: FlaskClient) -> None:
    link = consent_desk.send(papers=2).link(consent_desk.company_mail)
    html = client.get(f"{link}?document=2&zoom=200").get_data(as_text=True)
    assert html.count("viewer__tabs") == 1
    assert "viewer__pages--200" in html
    assert "/documents/2/pages/2.png?zoom=200" in html
    assert client.get(f"{link}/documents/2/pages/3.png").status_code == 404
    assert client.get(f"{link}/documents/3/pages/1.png").status_code == 404
    assert client.get(f"{link}/documents/3.pdf").status_code == 404


def test_a_reviewer_confirms_in_words_of_its_own(consent_desk: SigningDesk, client: FlaskClient) -> None:
    link = consent_desk.send(with_clerk=True).link("clerk@contractor.example.jp")
    page = text_of(client.get(link))
    assert "書類の内容を確認した" in page
    look_at(client, link)
    assert "あなたの電子署名は付きません" in text_of(client.get(f"{link}/consent"))
