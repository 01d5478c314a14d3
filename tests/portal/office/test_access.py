"""Who sees what: officers their own city, the signatory without the officer's acts, nobody else's rows."""

import pytest
from flask.testing import FlaskClient

from portal.permissions import Role
from tests.portal.office.desk import OfficeDesk

READ_PAGES = (
    "/office/",
    "/office/cases",
    "/office/waiting",
    "/office/jobs",
    "/office/mails",
    "/office/rules",
)
OFFICER_PAGES = ("/office/awards/new", "/office/awards/import", "/office/awards/import/template.csv")


@pytest.mark.parametrize("path", READ_PAGES)
def test_officer_and_signatory_may_read(desk: OfficeDesk, path: str) -> None:
    assert desk.browser("officer").get(path).status_code == 200
    assert desk.browser("mayor").get(path).status_code == 200


@pytest.mark.parametrize("path", OFFICER_PAGES)
def test_the_signatory_does_not_do_the_officers_work(desk: OfficeDesk, path: str) -> None:
    assert desk.browser("officer").get(path).status_code == 200
    assert desk.browser("mayor").get(path).status_code == 403


def test_an_auditor_reads_and_presses_nothing(desk: OfficeDesk) -> None:
    desk.play("award", "file")
    auditor = desk.stranger(Role.AUDITOR, "tosu")
    assert auditor.get(desk.case).status_code == 200
    assert auditor.get(desk.filing).status_code == 200
    assert auditor.post(f"{desk.filing}/accept", data={"version": 1}).status_code == 403


def test_another_citys_officer_finds_nothing(desk: OfficeDesk) -> None:
    desk.play("conclude")
    stranger = desk.stranger(Role.OFFICER, "iwaki")
    contract = desk.contract
    for path in (
        desk.case,
        desk.filing,
        f"{desk.case}/filings/new",
        f"{contract}/documents",
        f"{contract}/send",
        f"{contract}/amendments/new",
        f"{contract}/decisions/cancel",
        f"{contract}/paper-conclusion",
        f"{desk.filing}/versions/1/paper.pdf",
        f"{desk.filing}/versions/1/pages/1-160.png",
    ):
        assert stranger.get(path).status_code == 404, path
    for path in (f"{desk.filing}/accept", f"{contract}/resume", f"{contract}/decisions/paper"):
        assert stranger.post(path, data={"version": 1, "reason": "理由"}).status_code == 404, path


def test_the_right_document_under_the_wrong_contract_is_not_found(
    desk: OfficeDesk, officer: FlaskClient
) -> None:
    desk.play("start_signing")
    page, first = officer.get(desk.case).text, desk.contract
    document = page.split(f"{first}/documents/")[1].split("/pages")[0]
    assert officer.get(f"{first}/documents/{document}.pdf").status_code == 200
    desk.play("award", number="R8-002")
    assert officer.get(f"{desk.contract}/documents/{document}.pdf").status_code == 404


def test_reading_a_document_is_recorded(desk: OfficeDesk, officer: FlaskClient) -> None:
    desk.play("start_signing")
    document = officer.get(desk.case).text.split(f"{desk.contract}/documents/")[1].split("/pages")[0]
    assert officer.get(f"{desk.contract}/documents/{document}.pdf").mimetype == "application/pdf"
    picture = officer.get(f"{desk.contract}/documents/{document}/pages/1-160.png")
    assert picture.mimetype == "image/png"
    assert officer.get(f"{desk.contract}/documents/{document}/pages/9-160.png").status_code == 404
    with desk.app.app_context():
        assert desk.town.tags().count("document:read") == 1


def test_a_mail_shows_no_key_to_the_officer(desk: OfficeDesk, officer: FlaskClient) -> None:
    desk.play("start_signing")
    with desk.app.app_context():
        letter = next(mail for mail in desk.town.letters() if "/sign/" in mail.body)
    token = letter.body.split("/sign/")[1].split()[0]
    page = officer.get(f"/office/mails/{letter.id}")
    assert page.status_code == 200
    assert token not in page.text
    assert desk.stranger(Role.OFFICER, "iwaki").get(f"/office/mails/{letter.id}").status_code == 404
