"""Links that are over: each page says what happened, who asked, and what to do next. (SIGN-12, SIGN-49)"""

from datetime import timedelta

from flask.testing import FlaskClient

from portal import clock
from portal.workflows.manage_signing import cancel_signing, resend_request
from tests.conftest import NOON
from tests.portal.signer.desk import SigningDesk, text_of


def test_an_unknown_token_is_not_found_and_says_what_to_do(client: FlaskClient) -> None:
    for path in ("/sign/wrong", "/sign/wrong/done", "/sign/wrong/consent", "/download/wrong"):
        answer = client.get(path)
        assert answer.status_code == 404
        assert "このリンクは使えません" in text_of(answer)
        assert "次にできること" in text_of(answer)
    assert client.get("/sign/wrong/documents/1.pdf").status_code == 404
    assert client.post("/sign/wrong/consent").status_code == 404


def test_an_expired_link_names_the_requester(consent_desk: SigningDesk, client: FlaskClient) -> None:
    link = consent_desk.send().link(consent_desk.company_mail)
    with clock.freeze(NOON + timedelta(days=10, minutes=-1)):
        assert client.get(link).status_code == 200
    with clock.freeze(NOON + timedelta(days=10)):
        answer = client.get(link)
        assert client.post(f"{link}/consent").status_code == 410
        assert client.get(f"{link}/documents/1.pdf").status_code == 404
    assert answer.status_code == 410
    assert "有効期限切れ" in text_of(answer)
    assert "署名依頼元 足利市" in text_of(answer)
    assert "署名依頼元にご連絡ください。" in text_of(answer)


def test_after_resending_the_old_link_is_void_and_the_new_one_works(
    consent_desk: SigningDesk, client: FlaskClient
) -> None:
    old = consent_desk.send().link(consent_desk.company_mail)
    with clock.freeze(NOON + timedelta(hours=1)):
        with consent_desk.app.app_context(), consent_desk.acting() as act:
            resend_request(act, consent_desk.contract(act), consent_desk.envelope(act).steps[0].id)
        answer = client.get(old)
        assert answer.status_code == 410
        assert "このリンクは無効です" in text_of(answer)
        assert client.get(consent_desk.link(consent_desk.company_mail)).status_code == 200


def test_a_cancelled_request_says_who_cancelled_when_and_why(
    consent_desk: SigningDesk, client: FlaskClient
) -> None:
    link = consent_desk.send().link(consent_desk.company_mail)
    with consent_desk.app.app_context(), consent_desk.acting() as act:
        cancel_signing(act, consent_desk.contract(act), "金額に誤りがありました。")
    answer = client.get(link)
    assert answer.status_code == 410
    assert "足利市が、2026年5月7日（木）12時00分に依頼を取り消しました。" in text_of(answer)
    assert "金額に誤りがありました。" in text_of(answer)


def test_when_somebody_else_declined_the_others_are_told(
    consent_desk: SigningDesk, client: FlaskClient
) -> None:
    desk = consent_desk.send(with_clerk=True)
    first = desk.link("clerk@contractor.example.jp")
    client.get(f"{first}/documents/1/pages/1.png")
    client.post(f"{first}/consent")
    desk.seal()
    link = desk.link(desk.company_mail)
    client.post(f"{link}/decline", data={"reason": "条件が違います。", "action": "send"})
    for path in (first, f"{first}/done"):
        answer = client.get(path)
        assert answer.status_code == 410
        assert "ほかの方が同意せずに却下したため" in text_of(answer)
