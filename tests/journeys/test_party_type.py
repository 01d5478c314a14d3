"""A city of party type (当事者型): the contractor signs on a phone with a kept key, the city with a file of its own."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from portal import clock, custody
from portal.unit_of_work import writing
from signing.certificates import (
    Holder,
    confirm_certificate,
    issue_from_built_in_ca,
    prepare_request,
    request_certificate,
)
from signing.orm import CirculationStep
from signing.pades.certificate_requests import Subject
from tests import judges
from tests.journeys.conftest import VisitMaker
from tests.journeys.running_portal import RunningPortal
from tests.journeys.steps import contractor, office, papers, proofs, signing
from tests.journeys.steps.towns import Award
from tests.journeys.test_city_of_a_file import BRIDGE, KIRIGAOKA, WRITTEN, write_form
from tests.signing.parties import PASSWORD, issue

pytestmark = pytest.mark.journey

PASSWORD_SUBJECT = "署名用パスワード"
MAYOR = "市長"


@pytest.fixture(scope="module")
def portal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningPortal]:
    """A portal whose instance holds the file of a city that signs in party type."""
    instance = tmp_path_factory.mktemp("portal")
    (instance / "cities").mkdir()
    written = (WRITTEN / "kirigaoka.toml").read_text(encoding="utf-8")
    assert "[signing]\n" in written
    party = written.replace("[signing]\n", '[signing]\ntype = "party"\nparallel = true\n')
    (instance / "cities" / "kirigaoka.toml").write_text(party, encoding="utf-8")
    running = RunningPortal(instance)
    yield running
    running.stop()


def asked(portal: RunningPortal, email: str) -> tuple[CirculationStep, str]:
    """The step that was asked of an address, and whose certificate it is signed with."""
    from portal.workflows.complete_signing import contract_of
    from portal.workflows.mail_signing_password import certificate_owner

    with portal.app.app_context(), writing() as session:
        step = session.query(CirculationStep).filter_by(email=email).one()
        return step, certificate_owner(contract_of(session, step.envelope), step)


def certify(portal: RunningPortal, email: str) -> str:
    """A confirmed certificate whose key the service keeps; returns its PIN."""
    step, owner = asked(portal, email)
    with portal.app.app_context():
        holder = Holder(owner, email, Subject(step.name, step.organisation, "工事部", step.title))
        prepared = prepare_request(custody.vault(), holder)
        with writing() as session:
            row = request_certificate(session, prepared, clock.now(), authority="試験")
            issue_from_built_in_ca(session, custody.needed_ca(), row.id, clock.now())
            certificate_id = row.id
        confirm_certificate(writing, custody.vault(), certificate_id, prepared.pin, clock.now())
    return prepared.pin


def password_for(portal: RunningPortal, email: str, after: int = 0) -> str:
    """The signing password of the newest mail."""
    letter = portal.wait_for_letter(email, PASSWORD_SUBJECT, after=after)
    return re.findall(r"署名用パスワード[\s　]*：[\s　]*(\d{6})", letter)[-1]


def contractor_signs(visitor, portal: RunningPortal, award: Award) -> None:
    """On a phone: a wrong PIN first, a password issued anew, then the signature."""
    signing.open_request(visitor, portal, award)
    pin = certify(portal, award.signer)
    old = password_for(portal, award.signer)
    signing.see_every_page(visitor)
    visitor.press(award.town.agree_button)
    visitor.reads("契約文書署名", "保管している証明書で署名")
    visitor.write("PIN", "wrongPIN22")
    visitor.write("署名用パスワード", old)
    visitor.press("署名する")
    visitor.reads("あと4回")
    visitor.press("署名用パスワード再発行")
    visitor.reads("新しい署名用パスワードを")
    visitor.write("PIN", pin)
    visitor.write("署名用パスワード", password_for(portal, award.signer, after=1))
    visitor.press("署名する")
    visitor.waits_for(signing.SIGNED)


def city_signs(visitor, portal: RunningPortal, award: Award, folder: Path) -> None:
    """With a key file that the city's official keeps; the other ways are looked at, too."""
    address = award.town.signatory_mail
    signing.open_request(visitor, portal, award, address)
    step, _ = asked(portal, address)
    person = issue(portal.instance / "keys", step.name, step.organisation, MAYOR)
    key_file = folder / "mayor.p12"
    key_file.write_bytes(person.p12)
    signing.see_every_page(visitor)
    visitor.press(award.town.agree_button)
    visitor.reads("ここには登録されていません")
    visitor.press("外部の署名装置で署名")
    visitor.reads("署名するデータを受け取る")
    visitor.press("お手元の証明書ファイルで署名")
    visitor.upload("証明書ファイル（.p12、.pfx）", key_file)
    visitor.write("証明書ファイルのパスワード", "wrong")
    visitor.press("署名する")
    visitor.reads("証明書ファイルを開けません")
    visitor.upload("証明書ファイル（.p12、.pfx）", key_file)
    visitor.write("証明書ファイルのパスワード", PASSWORD.decode())
    visitor.press("署名する")
    visitor.waits_for(signing.CONCLUDED)


def test_each_side_signs_with_its_own_certificate(
    portal: RunningPortal, visit: VisitMaker, tmp_path: Path
) -> None:
    officer = office.enter(visit(), portal, KIRIGAOKA)
    office.register_award(officer, BRIDGE)
    company = visit()
    write_form(company, portal, BRIDGE, contractor.answers_of(BRIDGE) | {"連絡先電話番号": "0986-00-1111"})
    contractor.attach(company, "委任状", papers.pdf(tmp_path, "委任状.pdf", 1))
    company.press("確認の画面へ進む")
    contractor.submit(company, portal, BRIDGE)
    office.accept(officer, BRIDGE)
    office.draft_and_send(officer, BRIDGE)

    contractor_signs(visit(phone=True), portal, BRIDGE)
    city_signs(visit(scripts=False), portal, BRIDGE, tmp_path)

    ours = tmp_path / "city.pdf"
    proofs.download_from_case(officer, BRIDGE, ours)
    assert "令和8年5月7日" in judges.words(ours)
    proofs.verify_by_command(portal, ours)
    proofs.judge_independently(portal, ours, tmp_path)
    done = portal.command("verify", str(ours), "--json")
    signatures = [s for s in json.loads(done.stdout)["signatures"] if s["kind"] == "signature"]
    assert [s["organisation"] for s in signatures] == [
        asked(portal, BRIDGE.signer)[0].organisation,
        "霧ヶ丘市",
    ]
