"""Downloads of concluded documents: what the page shows, to the minute how long, byte for byte what."""

import hashlib
from datetime import datetime

from flask.testing import FlaskClient
from sqlalchemy import select

from portal import clock
from portal.audit.entries import AuditEntry
from portal.clock import TOKYO
from tests.portal.signer.desk import SIGNATORY_MAIL, SigningDesk, text_of

CONCLUDED_AT = datetime(2026, 3, 10, 10, 0, tzinfo=TOKYO)


def test_the_download_page_has_the_city_services_words(
    complete_desk: SigningDesk, client: FlaskClient
) -> None:
    link = complete_desk.send().sign_both().link(complete_desk.company_mail, "download")
    page = text_of(client.get(link))
    assert "全ての手続きが完了しました" in page
    assert "全ての関係者が手続きを完了しました。PDF文書は下記からダウンロードしてください。" in page
    assert "文書1: " in page
    assert "署名の進行状況" in page
    assert "Topへ戻る" in page
    assert "ダウンロード有効期間：14日間" in page


def test_both_sides_get_the_same_original(complete_desk: SigningDesk, client: FlaskClient) -> None:
    complete_desk.send(papers=2).sign_both()
    links = [complete_desk.link(mail, "download") for mail in (complete_desk.company_mail, SIGNATORY_MAIL)]
    files = [client.get(f"{link}/1.pdf") for link in links]
    assert files[0].data == files[1].data == complete_desk.final_pdf()
    assert "attachment" in files[0].headers["Content-Disposition"]
    assert "filename*=UTF-8''%E" in files[0].headers["Content-Disposition"]
    assert client.get(f"{links[0]}/2.pdf").status_code == 200
    assert client.get(f"{links[0]}/3.pdf").status_code == 404
    digest = hashlib.sha256(files[0].data).hexdigest()
    assert digest in client.get(links[0]).get_data(as_text=True)
    with complete_desk.app.app_context(), complete_desk.looking() as act:
        tags = act.session.scalars(select(AuditEntry.tag)).all()
    assert [str(tag) for tag in tags].count("document:read") == 3


def test_the_certificate_of_conclusion_is_a_pdf(complete_desk: SigningDesk, client: FlaskClient) -> None:
    link = complete_desk.send().sign_both().link(complete_desk.company_mail, "download")
    answer = client.get(f"{link}/certificate.pdf")
    assert answer.data.startswith(b"%PDF-")
    assert answer.headers["Content-Disposition"].startswith('attachment; filename="certificate.pdf"')


def test_until_the_certificate_is_made_the_page_says_so(
    complete_desk: SigningDesk, client: FlaskClient
) -> None:
    link = complete_desk.send().sign_both().link(complete_desk.company_mail, "download")
    with complete_desk.app.app_context(), complete_desk.acting() as act:
        contract = complete_desk.contract(act)
        contract.certificate_sha256 = contract.certificate_made_at = None
    assert "作成しています（状況を見る）" in text_of(client.get(link))
    answer = client.get(f"{link}/certificate.pdf")
    assert answer.status_code == 202
    assert "合意締結証明書を作成しています" in text_of(answer)
    complete_desk.seal()
    assert client.get(f"{link}/certificate.pdf").data == client.get(f"{link}/certificate.pdf").data


def test_the_link_lives_fourteen_days_to_the_minute(complete_desk: SigningDesk, client: FlaskClient) -> None:
    with clock.freeze(CONCLUDED_AT):
        desk = SigningDesk(complete_desk.app, "iwaki").send().sign_both()
        link = desk.link(desk.company_mail, "download")
    with clock.freeze(datetime(2026, 3, 24, 9, 59, tzinfo=TOKYO)):
        assert client.get(link).status_code == 200
        assert client.get(f"{link}/1.pdf").status_code == 200
    with clock.freeze(datetime(2026, 3, 24, 10, 1, tzinfo=TOKYO)):
        expired = client.get(link)
        assert client.get(f"{link}/1.pdf").status_code == 410
        assert client.get(f"{link}/certificate.pdf").status_code == 410
    page = text_of(expired)
    assert expired.status_code == 410
    assert "有効期限切れ" in page
    assert "ダウンロードの有効期限が切れています。署名依頼元にご連絡ください。" in page
    assert "「～さまより署名依頼が届いております。」の「～」の部分が署名依頼元に該当いたします。" in page
    assert "有効期限切れ文書のダウンロードについてはこちら" in page
    assert "署名依頼元 いわき市" in page


def test_a_signing_link_downloads_nothing_and_the_other_way_round(
    complete_desk: SigningDesk, client: FlaskClient
) -> None:
    complete_desk.send().sign_both()
    signing = complete_desk.link(complete_desk.company_mail).rpartition("/")[2]
    download = complete_desk.link(complete_desk.company_mail, "download").rpartition("/")[2]
    assert client.get(f"/download/{signing}").status_code == 404
    assert client.get(f"/sign/{download}").status_code == 404
