"""The one-time link to the signatory's address proves that mail arrives there. (FORM-C06)"""

import re
from datetime import timedelta

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from portal import clock
from procurement.electronic_contract_requests import ElectronicContractRequest
from tests.portal.contractor.desk import ANSWERS, Desk

ADDRESS = "jiro@contractor.example.jp"


def submitted(desk: Desk) -> FlaskClient:
    client = desk.browser()
    desk.answer(client)
    desk.submit(client)
    return client


def link_in_mail(desk: Desk, to: str = ADDRESS) -> str:
    found = re.search(r"/confirm-address/\S+", desk.mails(to)[0].body)
    assert found
    return found.group()


def test_looking_at_the_link_confirms_nothing_and_the_button_does(tosu: Desk, client: FlaskClient) -> None:
    contractor = submitted(tosu)
    link = link_in_mail(tosu)
    assert "このアドレスで受け取れます" in client.get(link).text
    assert "未確認" in contractor.get(f"{tosu.filing}/versions/1").text
    assert "確認できました" in client.post(link).text
    assert "確認済" in contractor.get(f"{tosu.filing}/versions/1").text
    assert client.post(link).status_code == 200


def test_a_confirmation_reaches_the_accepted_application_before_and_after(
    tosu: Desk, ashikaga: Desk, client: FlaskClient
) -> None:
    submitted(tosu)
    client.post(link_in_mail(tosu))
    tosu.accept()
    with tosu.as_officer() as act:
        assert act.session.scalars(select(ElectronicContractRequest)).one().address_confirmed_at


def test_a_confirmation_after_acceptance_counts_too(tosu: Desk, client: FlaskClient) -> None:
    submitted(tosu)
    tosu.accept()
    client.post(link_in_mail(tosu))
    with tosu.as_officer() as act:
        assert act.session.scalars(select(ElectronicContractRequest)).one().address_confirmed_at


def test_an_address_confirmed_once_is_not_asked_again(tosu: Desk, client: FlaskClient) -> None:
    contractor = submitted(tosu)
    client.post(link_in_mail(tosu))
    tosu.send_back("部署名を書いてください。", "contact_department")
    contractor.post(f"{tosu.filing}/sections/3", data={**ANSWERS["tosu"][2], "contact_department": "総務部"})
    tosu.submit(contractor)
    assert len(tosu.mails(ADDRESS)) == 1
    assert tosu.read(lambda case: case.filings[0].current.address_confirmed_at) is not None


def test_an_unknown_link_says_what_to_do(app: Flask, client: FlaskClient) -> None:
    answer = client.get("/confirm-address/nonsense")
    assert answer.status_code == 422
    assert "新しいメールのリンク" in answer.text


def links_in_mails(desk: Desk) -> list[str]:
    """The links mailed so far, oldest first."""
    mails = sorted(desk.mails(ADDRESS), key=lambda mail: mail.created_at)
    return [found.group() for mail in mails if (found := re.search(r"/confirm-address/\S+", mail.body))]


def test_the_mail_is_sent_again_and_only_the_newest_link_opens(tosu: Desk, client: FlaskClient) -> None:
    contractor = submitted(tosu)
    place = f"{tosu.filing}/address-mail"
    assert place in contractor.get(tosu.filing).text
    early = contractor.post(place, follow_redirects=True).text
    assert "5分に1回、1日に5回まで" in early
    assert "約5分後" in early
    assert len(links_in_mails(tosu)) == 1

    with clock.freeze(clock.now() + timedelta(minutes=6)):
        assert "送り直しました" in contractor.post(place, follow_redirects=True).text
    old, new = links_in_mails(tosu)
    assert client.get(old).status_code == 422
    assert "いちばん新しいメールのリンク" in client.post(old).text
    assert "確認できました" in client.post(new).text
    assert place not in contractor.get(tosu.filing).text
    assert "確認を待っている提出はありません" in contractor.post(place, follow_redirects=True).text


def test_five_mails_a_day_are_enough(tosu: Desk) -> None:
    contractor = submitted(tosu)
    filed_at = clock.now()
    for number in range(1, 7):
        with clock.freeze(filed_at + number * timedelta(minutes=6)):
            page = contractor.post(f"{tosu.filing}/address-mail", follow_redirects=True).text
    assert len(links_in_mails(tosu)) == 5
    assert "時間後" in page
