"""A key notice that came with a filing: opened only by who checks guarantees, and written down as showing the key."""

import io
import zipfile
from collections.abc import Iterator
from contextlib import ExitStack

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from forms.issued.key_notices import key_notice
from portal import clock
from portal.acting import acting
from portal.audit import Tag
from portal.audit.entries import AuditEntry
from portal.permissions import Role
from portal.scoping import Scope
from procurement.filings import FilingAttachment
from tests.portal.office.desk import OfficeDesk
from tests.workflows.test_filed_notices import FACTS, attach, submit
from tests.workflows.town import OFFICER, START


@pytest.fixture
def filed(app: Flask) -> Iterator[OfficeDesk]:
    with ExitStack() as stack:
        stack.enter_context(clock.freeze(START))
        desk = OfficeDesk(app, stack, "ashikaga")
        desk.play("award", allows_electronic_guarantee=True)
        with desk.app.app_context():
            attach(desk.town, key_notice("east", FACTS), "お知らせ.pdf")
            submit(desk.town)
        yield desk


def file_of(desk: OfficeDesk) -> str:
    with desk.app.app_context(), acting(OFFICER, Scope()) as act:
        file = act.session.scalars(select(FilingAttachment)).one()
        return f"/office/filings/{file.version.filing_id}/versions/1/attachments/{file.id}"


def times_shown(desk: OfficeDesk) -> int:
    with desk.app.app_context(), acting(OFFICER, Scope()) as act:
        tags = act.session.scalars(select(AuditEntry.tag)).all()
        return sum(tag == Tag.GUARANTEE_KEY_SHOWN for tag in tags)


def names_in(desk: OfficeDesk, browser: FlaskClient) -> str:
    archive = browser.get(f"{desk.case}/archive.zip")
    return "\n".join(zipfile.ZipFile(io.BytesIO(archive.data)).namelist())


def test_who_checks_guarantees_opens_it_and_that_is_written_down(filed: OfficeDesk) -> None:
    officer, file = filed.browser("officer"), file_of(filed)
    assert officer.get(file).data.startswith(b"%PDF")
    assert officer.get(f"{file}/preview").status_code == 200
    assert "添付/お知らせ.pdf" in names_in(filed, officer)
    assert times_shown(filed) == 3


@pytest.mark.parametrize("role", [Role.SIGNATORY, Role.AUDITOR])
def test_others_of_the_office_do_not_see_the_key(filed: OfficeDesk, role: Role) -> None:
    person, file = filed.stranger(role, "ashikaga"), file_of(filed)
    for address in (file, f"{file}/preview", f"{file}/pages/1-800"):
        assert person.get(address).status_code == 403
    names = names_in(filed, person)
    assert "受付票" in names
    assert "添付" not in names
    assert times_shown(filed) == 0
