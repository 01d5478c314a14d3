"""What came with a filing is seen by the officer without another program, and the reading is written down."""

import pytest
from flask.testing import FlaskClient

from portal.acting import acting
from portal.audit import AuditEntry, Tag
from portal.permissions import Role
from portal.scoping import Scope
from procurement.filings import FilingAttachment
from signing.testing import make_pdf
from tests.portal.office.desk import OFFICER, OfficeDesk


@pytest.fixture
def attached(desk: OfficeDesk) -> OfficeDesk:
    """A filing with a PDF of two pages and a sheet of Excel."""
    desk.play("award", "file")
    with desk.app.app_context(), acting(OFFICER, Scope()) as act:
        version = desk.town.case(act).filings[0].current
        for position, (name, media_type, content) in enumerate(
            (("図面.pdf", "application/pdf", make_pdf(pages=2)), ("内訳.xlsx", "application/x", b"sheet")), 1
        ):
            sha256 = act.store.put(content)
            file = FilingAttachment(
                city=version.city,
                position=position,
                code="other",
                name=name,
                media_type=media_type,
                size=len(content),
                sha256=sha256,
            )
            version.attachments.append(file)
    return desk


def places(desk: OfficeDesk) -> list[str]:
    filing = desk.filing
    with desk.app.app_context(), acting(OFFICER, Scope()) as act:
        files = desk.town.case(act).filings[0].current.attachments
        return [f"{filing}/versions/1/attachments/{file.id}" for file in files]


def test_the_pages_of_a_pdf_are_seen_and_that_is_written_down(
    attached: OfficeDesk, officer: FlaskClient
) -> None:
    pdf, _ = places(attached)
    page = officer.get(f"{pdf}/preview")
    assert page.status_code == 200
    assert "全2ページ" in page.text
    assert officer.get(f"{pdf}/pages/2-1200").data.startswith(b"\x89PNG")
    assert officer.get(f"{pdf}/pages/3-1200").status_code == 404
    with attached.app.app_context(), acting(OFFICER, Scope()) as act:
        read = act.session.query(AuditEntry).filter_by(tag=Tag.DOCUMENT_READ.value).all()
        assert [event.details["name"] for event in read] == ["図面.pdf"]


def test_a_sheet_of_excel_is_downloaded(attached: OfficeDesk, officer: FlaskClient) -> None:
    _, sheet = places(attached)
    assert officer.get(f"{sheet}/preview").status_code == 404
    answer = officer.get(sheet)
    assert answer.data == b"sheet"
    assert answer.headers["Content-Disposition"].startswith("attachment")


def test_a_colleague_of_another_city_sees_nothing(attached: OfficeDesk) -> None:
    stranger = attached.stranger(Role.OFFICER, "iwaki")
    pdf, _ = places(attached)
    assert stranger.get(f"{pdf}/preview").status_code == 404
    assert stranger.get(f"{pdf}/pages/1-160").status_code == 404
