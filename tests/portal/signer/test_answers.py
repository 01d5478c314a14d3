"""Decline, forward, report a problem: a form, a check page, one effect, and a page that says so."""

from flask.testing import FlaskClient

from portal import clock
from portal.workflows.manage_signing import resume_signing
from tests.portal.signer.desk import SigningDesk, agree, text_of

REASON = "工期が入札の条件と異なります。"
SUCCESSOR = {"name": "後任 花子", "title": "支店長", "email": "hanako@contractor.example.jp"}


def test_decline_asks_for_a_reason_and_shows_it_again_before_it_counts(
    consent_desk: SigningDesk, client: FlaskClient
) -> None:
    link = consent_desk.send().link(consent_desk.company_mail)
    empty = client.post(f"{link}/decline", data={"reason": " "})
    assert empty.status_code == 422
    assert "却下する理由が空欄です。" in text_of(empty)
    check = client.post(f"{link}/decline", data={"reason": REASON})
    assert REASON in text_of(check)
    assert consent_desk.steps()[0].declined_at is None
    again = client.post(f"{link}/decline", data={"reason": REASON, "action": "edit"})
    assert REASON in text_of(again)


def test_decline_ends_the_request_and_the_city_is_told(
    consent_desk: SigningDesk, client: FlaskClient
) -> None:
    link = consent_desk.send().link(consent_desk.company_mail)
    answer = client.post(f"{link}/decline", data={"reason": REASON, "action": "send"})
    page = text_of(client.get(answer.location))
    assert "同意せず却下しました" in page
    assert REASON in page
    assert any(subject.startswith("【却下】") for subject in consent_desk.subjects())
    second = client.post(f"{link}/consent", follow_redirects=True)
    assert "すでに回答しています" in text_of(second)
    assert client.get(link).location == f"{link}/done"


def test_forward_checks_the_address_and_keeps_what_was_typed(
    consent_desk: SigningDesk, client: FlaskClient
) -> None:
    link = consent_desk.send().link(consent_desk.company_mail)
    wrong = client.post(f"{link}/forward", data=SUCCESSOR | {"email": "hanako"})
    assert wrong.status_code == 422
    assert 'value="後任 花子"' in wrong.get_data(as_text=True)
    oneself = client.post(f"{link}/forward", data=SUCCESSOR | {"email": consent_desk.company_mail})
    assert "同じメールアドレスです" in text_of(oneself)
    assert "hanako@contractor.example.jp" in text_of(client.post(f"{link}/forward", data=SUCCESSOR))


def test_forward_hands_the_request_over_and_the_old_link_only_says_so(
    consent_desk: SigningDesk, client: FlaskClient
) -> None:
    link = consent_desk.send().link(consent_desk.company_mail)
    answer = client.post(f"{link}/forward", data=SUCCESSOR | {"action": "send"})
    assert "別の方へ転送しました" in text_of(client.get(answer.location))
    assert client.get(link).location == f"{link}/done"
    assert client.post(f"{link}/consent").status_code == 302
    assert any(subject.startswith("【転送】") for subject in consent_desk.subjects())
    new_link = consent_desk.link(SUCCESSOR["email"])
    assert agree(client, new_link).location == f"{new_link}/done"


def test_a_reported_problem_suspends_the_request_until_the_city_goes_on(
    complete_desk: SigningDesk, client: FlaskClient
) -> None:
    link = complete_desk.send().link(complete_desk.company_mail)
    answer = client.post(f"{link}/problem", data={"problem": "履行場所が違います。", "action": "send"})
    page = text_of(client.get(answer.location))
    assert "問題の報告を受け付けました" in page
    assert "履行場所が違います。" in page
    suspended = text_of(client.get(link))
    assert "手続きは一時停止しています" in suspended
    assert "回答する" not in suspended
    assert client.get(f"{link}/consent").status_code == 302
    assert client.post(f"{link}/consent").status_code == 422
    assert any(subject.startswith("【問題の報告】") for subject in complete_desk.subjects())
    with complete_desk.app.app_context(), complete_desk.acting() as act:
        resume_signing(act, complete_desk.contract(act))
    assert agree(client, link).status_code == 302


def test_an_unwritten_problem_is_asked_for(complete_desk: SigningDesk, client: FlaskClient) -> None:
    link = complete_desk.send().link(complete_desk.company_mail)
    answer = client.post(f"{link}/problem", data={"problem": "", "action": "send"})
    assert answer.status_code == 422
    assert "エラー" in answer.get_data(as_text=True).split("</title>")[0]
    assert clock.now() == complete_desk.steps()[0].asked_at
