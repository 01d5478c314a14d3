"""The one-time link to the signatory's address proves that mail arrives there. (FORM-C06)"""

import re

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

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
