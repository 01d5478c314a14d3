"""Consent: two steps, one effect, and a page that tells what came of it."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest
from flask.testing import FlaskClient

from portal import clock
from portal.clock import TOKYO
from signing import evidence_of
from signing.errors import TimestampUnavailable
from signing.pades.seal import Sealer
from tests.conftest import NOON
from tests.portal.signer.desk import SIGNATORY_MAIL, SigningDesk, agree, look_at, text_of


def test_the_first_step_changes_nothing(consent_desk: SigningDesk, client: FlaskClient) -> None:
    link = consent_desk.send().link(consent_desk.company_mail)
    look_at(client, link)
    page = client.get(f"{link}/consent")
    assert "同意して確認完了" in text_of(page)
    assert consent_desk.steps()[0].consented_at is None


def test_consent_is_kept_with_its_circumstances(consent_desk: SigningDesk, client: FlaskClient) -> None:
    link = consent_desk.send().link(consent_desk.company_mail)
    assert agree(client, link).location == f"{link}/done"
    with consent_desk.app.app_context(), consent_desk.looking() as act:
        [evidence] = evidence_of(act.session, consent_desk.envelope(act).id)
    assert (evidence.authentication, evidence.pressed) == ("mail_link", "同意して確認完了")
    assert evidence.ip_address == "127.0.0.1"
    assert "電子署名が付きます" in evidence.shown["sentence"]
    assert link.rpartition("/")[2] not in str(evidence.shown)


@pytest.mark.parametrize("name", ["consent_desk", "complete_desk"])
def test_who_signs_visibly_is_told_so(name: str, client: FlaskClient, request: pytest.FixtureRequest) -> None:
    desk: SigningDesk = request.getfixturevalue(name)
    link = desk.send().link(desk.company_mail)
    look_at(client, link)
    page = text_of(client.get(f"{link}/consent"))
    assert "不可視署名" in page or "印影は表示されません" in page
    with desk.app.app_context(), desk.acting() as act:
        desk.envelope(act).active_steps[0].appearance = {"page": 1}
    page = text_of(client.get(f"{link}/consent"))
    assert "不可視署名" not in page
    assert "印影は表示されません" not in page
    assert "紙面に印影が表示されます" in page or "印影のある電子署名（可視署名）" in page


def test_the_page_waits_for_the_seal_and_then_says_that_it_is_done(
    complete_desk: SigningDesk, client: FlaskClient
) -> None:
    link = complete_desk.send().link(complete_desk.company_mail)
    agree(client, link)
    waiting = client.get(f"{link}/done")
    assert "署名を付けています" in text_of(waiting)
    assert "data-refresh-after" in waiting.get_data(as_text=True)
    complete_desk.seal()
    done = text_of(client.get(f"{link}/done"))
    assert "お手続きは完了しました" in done
    assert "事業者の皆さまの作業は以上ですべて終了です。" in done


def test_a_second_press_has_no_effect_and_is_told_what_happened(
    consent_desk: SigningDesk, client: FlaskClient
) -> None:
    link = consent_desk.send().link(consent_desk.company_mail)
    agree(client, link)
    with clock.freeze(NOON + timedelta(minutes=5)):
        second = client.post(f"{link}/consent", follow_redirects=True)
        assert "すでに回答しています" in text_of(second)
        assert client.get(link).location == f"{link}/done"
        assert client.get(f"{link}/documents/1.pdf").status_code == 404
    assert consent_desk.steps()[0].consented_at == NOON


def test_two_tabs_pressing_at_once_leave_one_consent(consent_desk: SigningDesk, client: FlaskClient) -> None:
    link = consent_desk.send().link(consent_desk.company_mail)
    look_at(client, link)
    browsers = [consent_desk.app.test_client() for _ in range(4)]
    with ThreadPoolExecutor(len(browsers)) as pool:
        answers = list(pool.map(lambda browser: browser.post(f"{link}/consent"), browsers))
    assert {answer.location for answer in answers} == {f"{link}/done"}
    with consent_desk.app.app_context(), consent_desk.looking() as act:
        assert len(evidence_of(act.session, consent_desk.envelope(act).id)) == 1


def test_the_city_agrees_and_the_contract_is_concluded(
    complete_desk: SigningDesk, client: FlaskClient
) -> None:
    agree(client, complete_desk.send().link(complete_desk.company_mail))
    complete_desk.seal()
    link = complete_desk.link(SIGNATORY_MAIL)
    look_at(client, link)
    assert "署名手続きを完了する" in text_of(client.get(f"{link}/consent"))
    agree(client, link)
    assert "署名を付けています" in text_of(client.get(f"{link}/done"))
    complete_desk.seal()
    concluded = text_of(client.get(f"{link}/done"))
    assert "契約を締結しました" in concluded
    assert "2026年5月7日（木）" in concluded


def test_a_reviewer_confirms_and_the_signatory_is_next(
    consent_desk: SigningDesk, client: FlaskClient
) -> None:
    link = consent_desk.send(with_clerk=True).link("clerk@contractor.example.jp")
    page = text_of(agree(client, link) and client.get(f"{link}/done"))
    assert "確認を完了しました" in page
    assert f"次は{consent_desk.person} 様" in page
    consent_desk.seal()
    assert consent_desk.link(consent_desk.company_mail)


def test_the_consent_is_kept_while_the_authority_does_not_answer(
    complete_desk: SigningDesk, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    link = complete_desk.send().link(complete_desk.company_mail)
    agree(client, link)
    with monkeypatch.context() as patch:
        patch.setattr(Sealer, "sign", _no_answer)
        complete_desk.seal()
        page = text_of(client.get(f"{link}/done"))
    assert "同意は保存されています。時刻認証局の応答が戻り次第、自動的に完了します。" in page
    with clock.freeze(NOON + timedelta(hours=1)):
        complete_desk.seal()
        assert "お手続きは完了しました" in text_of(client.get(f"{link}/done"))


def test_after_the_conclusion_deadline_nobody_signs_and_it_is_said_before_the_button(
    complete_desk: SigningDesk, client: FlaskClient
) -> None:
    complete_desk.send().play("contractor_consents", "seal")
    link = complete_desk.link(SIGNATORY_MAIL)
    with clock.freeze(datetime(2026, 5, 12, 23, 0, tzinfo=TOKYO)):
        complete_desk.resend()
        link = complete_desk.link(SIGNATORY_MAIL)
        assert "完了する" in text_of(client.get(link))
        look_at(client, link)
    with clock.freeze(datetime(2026, 5, 13, 9, 0, tzinfo=TOKYO)):
        complete_desk.resend()
        link = complete_desk.link(SIGNATORY_MAIL)
        page = text_of(client.get(link))
        assert "いまは署名できません" in page
        assert "契約締結期限を過ぎています" in page
        assert "回答する" not in page
        assert client.post(f"{link}/consent").status_code == 422
    assert complete_desk.steps()[1].consented_at is None


def _no_answer(*_: object, **rest: object) -> None:
    raise TimestampUnavailable(reason="no answer")
