"""Preservation in the portal: the job, the commands, the page, the mail, and both files to download."""

import hashlib
import json
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from datetime import datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from portal import clock
from portal.acting import house
from portal.cli import preserve
from portal.jobs.runner import run_job
from portal.jobs.schedule import job_named
from portal.permissions import Role
from portal.preserving import originals_matching, preservation
from portal.scoping import Scope
from portal.tables import METADATA
from portal.unit_of_work import reading
from procurement.contracts import Contract
from signing.orm import EnvelopeDocument
from signing.orm_preservation import ArchiveRenewal, ArchiveWatch
from signing.pades.demo_pki import NOT_AFTER
from signing.preservation import Preservation, watch_of
from signing.simulated_world import World
from tests.portal.office.desk import OfficeDesk, text_of
from tests.workflows.town import START

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
"""The tables are tried on both databases in tests/signing; here one is enough."""


@pytest.fixture
def desk(app: Flask) -> Iterator[OfficeDesk]:
    """A city with one concluded contract."""
    with ExitStack() as stack:
        stack.enter_context(clock.freeze(START))
        desk = OfficeDesk(app, stack)
        desk.play("conclude")
        yield desk


def run(desk: OfficeDesk, *line: str) -> tuple[int, Any]:
    result = desk.app.test_cli_runner().invoke(preserve.group, [*line, "--json"])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.output
    return result.exit_code, json.loads(result.stdout)


def job(desk: OfficeDesk) -> str:
    with desk.app.app_context():
        return run_job(job_named("preserve"))


def go_to_the_renewal(desk: OfficeDesk) -> None:
    """The demo's authority holds until the end of 2049; the margin is a year."""
    with desk.app.app_context():
        desk.town.go_to(NOT_AFTER - timedelta(days=300))


def with_new_authority(desk: OfficeDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    """From now on another authority stamps: one that an administrator has configured beside the old root."""
    with desk.app.app_context():
        usual = preservation()
        world = World(clock.now(), 1, usual.preserver.ends, usual.preserver.margin, house().trust)

    def renewed() -> Preservation:
        usual = preservation()
        other = world.preservation(usual.transaction, usual.store, usual.preserver.revocation)
        return replace(usual, preserver=other.preserver)

    monkeypatch.setattr("portal.cli.preserve.preservation", renewed)


def test_the_job_watches_what_was_concluded(desk: OfficeDesk) -> None:
    assert job(desk) == ""
    code, status = run(desk, "status")
    assert code == 0
    assert (status["watched"], status["unwatched"], status["failing"]) == (
        2,
        0,
        0,
    )  # the contract and its certificate
    assert status["by_year"] == {"2049": 2}
    assert status["unchecked_algorithms"] > 0
    page = text_of(desk.browser().get("/office/preservation"))
    for words in ("長期保存の状況", "2049年", "デモ時刻認証局", "要確認", "まだ更新した文書はありません"):
        assert words in page


def test_what_cannot_be_renewed_is_on_the_page_in_the_log_and_in_one_mail(desk: OfficeDesk) -> None:
    job(desk)
    go_to_the_renewal(desk)
    assert "2件は更新できませんでした" in job(desk)
    code, status = run(desk, "status")
    assert code == 1
    assert (
        status["problems"][0]["code"] == "no_longer_timestamp"
    )  # the demo's authority never gets a new certificate
    page = text_of(desk.browser().get("/office/preservation"))
    assert "更新できない文書が2件あります" in page
    assert "市道改良工事" in page
    with desk.app.app_context():
        assert desk.town.tags().count("document:preserve:fail") == 2
        letters = desk.town.letters(subject="保存用タイムスタンプ")
        first = len(letters)
        assert first > 0  # nobody is an administrator here: the officers are written to
        assert "更新しても有効期間が延びません" in letters[0].body
        desk.town.go_on(days=2)
    job(desk)
    code, outcome = run(desk, "run")
    assert code == 0  # tried a moment ago by the job
    assert outcome["outcomes"] == []
    with desk.app.app_context():
        assert len(desk.town.letters(subject="保存用タイムスタンプ")) == first


def test_a_renewal_is_proven_and_both_files_can_be_downloaded(
    desk: OfficeDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    job(desk)
    go_to_the_renewal(desk)
    with_new_authority(desk, monkeypatch)
    code, result = run(desk, "run")
    assert code == 0, result
    assert len(result["outcomes"]) == 2
    with desk.app.app_context():
        (original,) = desk.town.originals
        with reading(Scope()) as session:
            (renewal,) = session.scalars(
                select(ArchiveRenewal).where(ArchiveRenewal.before_sha256 == original)
            )
            assert originals_matching(session, renewal.after_sha256) == {renewal.after_sha256, original}
            assert all(watch.problem is None for watch in session.scalars(select(ArchiveWatch)))
        content, kept = house().store.read(renewal.after_sha256), house().store.read(original)
        assert desk.town.tags().count("document:preserve") == 2
    assert content.startswith(kept)
    assert len(content) > len(kept)
    code, proofs = run(desk, "report")
    assert original in [proof["before_sha256"] for proof in proofs]
    assert len(proofs) == 2
    officer = desk.browser()
    case = officer.get(desk.case).text
    assert renewal.after_sha256 in case
    assert original in case
    link = next(
        part.split('"')[0]
        for part in case.split('href="')
        if "version=original" in part.split('"')[0] and "/documents/" in part.split('"')[0]
    )
    assert officer.get(link).data == kept
    newest = officer.get(link.split("?")[0])
    assert newest.data == content
    assert "%E4%BF%9D%E5%AD%98%E7%89%88" in newest.headers["Content-Disposition"]  # 保存版
    for file, words in ((kept, "原本と一致します"), (content, "原本の保存版です")):
        answer = desk.app.test_client().post("/verify", data={"file": (BytesIO(file), "契約書.pdf")})
        assert words in text_of(answer)
    page = text_of(officer.get("/office/preservation"))
    assert renewal.authority in page
    assert renewal.before_sha256 in page


def test_the_conclusion_certificate_is_kept_renewed_and_found_again(
    desk: OfficeDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    with desk.app.app_context(), reading(Scope()) as session:
        contract = session.scalars(select(Contract)).one()
    original, at = contract.certificate_sha256, f"/office/contracts/{contract.id}/certificate.pdf"
    job(desk)
    job(desk)  # it is put into the archive once
    with desk.app.app_context(), reading(Scope()) as session:
        (paper,) = session.scalars(select(EnvelopeDocument).where(EnvelopeDocument.name == "合意締結証明書"))
        assert paper.envelope.reference == contract.id
        assert watch_of(session, paper.id).holds_until.year == 2049
    officer = desk.browser()
    first = officer.get(at).data
    assert hashlib.sha256(first).hexdigest() == original
    go_to_the_renewal(desk)
    with_new_authority(desk, monkeypatch)
    assert run(desk, "run")[0] == 0
    officer = desk.browser()
    newest = officer.get(at)
    assert newest.data.startswith(first)
    assert len(newest.data) > len(first)
    assert "%E4%BF%9D%E5%AD%98%E7%89%88" in newest.headers["Content-Disposition"]  # 保存版
    assert officer.get(f"{at}?version=original").data == first
    assert f'{at}?version=original"' in officer.get(desk.case).text
    page = text_of(officer.get("/office/preservation"))
    assert "合意締結証明書" in page
    assert original in page
    company = desk.app.test_client()
    for file, words in ((first, "原本と一致します"), (newest.data, "原本の保存版です")):
        answer = company.post("/verify", data={"file": (BytesIO(file), "合意締結証明書.pdf")})
        assert words in text_of(answer)


def test_a_certificate_that_was_lost_is_told_of(desk: OfficeDesk) -> None:
    with desk.app.app_context(), reading(Scope()) as session:
        sha256 = session.scalars(select(Contract.certificate_sha256)).one()
        house().store.path(sha256).unlink()
    job(desk)
    code, status = run(desk, "status")
    assert code == 1
    assert [problem["code"] for problem in status["problems"]] == ["damaged_document"]
    page = text_of(desk.browser().get("/office/preservation"))
    assert "合意締結証明書" in page


def test_another_city_sees_nothing_of_it(desk: OfficeDesk) -> None:
    job(desk)
    page = text_of(desk.stranger(Role.OFFICER, "iwaki").get("/office/preservation"))
    assert "保存の対象になった文書はまだありません" in page
    assert "市道改良工事" not in page


@pytest.mark.slow
def test_the_simulation_works_on_copies_and_changes_nothing(desk: OfficeDesk, tmp_path: Path) -> None:
    job(desk)
    before = contents(desk)
    code, found = run(desk, "simulate", "--years", "21", "--documents", "1", "--keep", str(tmp_path / "kept"))
    assert found["problems"] == []
    assert code == 0
    assert found["held"]
    assert "写し" in found["origin"]
    assert len(found["years"]) == 21
    (document,) = found["documents"]
    assert document["control_verdict"] != "valid"
    assert document["generations"] >= 3
    assert contents(desk) == before
    with desk.app.app_context():
        assert clock.now() == START
        original = house().store.read(document["original_sha256"])
        with reading(Scope()) as session:
            certificate = session.scalars(select(Contract.certificate_sha256)).one()
        # The contract and its certificate were released in the same frozen moment: either may be the newest.
        assert document["original_sha256"] in {*desk.town.originals, certificate}
    assert (tmp_path / "kept" / "document-1.pdf").read_bytes().startswith(original)
    text = desk.app.test_cli_runner().invoke(preserve.group, ["simulate", "--years", "1", "--documents", "1"])
    assert text.exit_code == 0
    assert "すべて有効なまま保たれました" in text.output


def test_an_empty_instance_makes_documents_for_the_simulation(app: Flask) -> None:
    with clock.freeze(datetime(2026, 5, 1, 12, tzinfo=clock.TOKYO)):
        result = app.test_cli_runner().invoke(
            preserve.group, ["simulate", "--years", "2", "--documents", "1", "--json"]
        )
    found = json.loads(result.stdout)
    assert result.exit_code == 0
    assert "実際の封印の手順" in found["origin"]
    assert [year["verdicts"] for year in found["years"]] == [["valid"], ["valid"]]


def contents(desk: OfficeDesk) -> tuple[list[Any], list[str]]:
    """Every row of every table, and the names of all stored files."""
    with desk.app.app_context(), reading(Scope()) as session:
        rows = [
            (table.name, sorted(map(repr, session.execute(table.select()))))
            for metadata in METADATA
            for table in metadata.sorted_tables
        ]
        return rows, sorted(path.name for path in house().store.root.rglob("*"))
