"""Completions and authorities: an authority that is away for minutes, for a week; failover; what the office sees."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import Encoding
from flask.testing import FlaskClient

from portal import clock
from portal.accounts.models import Account
from portal.acting import acting, house
from portal.authorities import alert_all, check_all
from portal.scoping import Scope
from procurement.contracts import ContractStage
from signing.pades.verify import verify_pdf
from tests.portal.office.desk import OfficeDesk
from tests.tsa_server import AuthorityServer, CraftyTsa
from tests.workflows.town import OFFICER

LATE = "【要確認】完了処理が遅れています"
BACK = "完了処理の遅れがなくなりました"


@pytest.fixture(scope="module")
def served() -> Iterator[AuthorityServer]:
    server = AuthorityServer(clock.now)
    server.second = server.add_tsa("/tsa-2", server.pki.tsa("第二時刻認証局"))
    yield server
    server.stop()


@pytest.fixture
def server(served: AuthorityServer) -> AuthorityServer:
    served.trouble.clear()
    served.seen.clear()
    served.tsa = CraftyTsa(served.tsa.issued, served.pki)
    return served


@pytest.fixture
def settings(settings: dict[str, Any], server: AuthorityServer, tmp_path: Path) -> dict[str, Any]:
    """Two authorities over HTTP, with roots of their own, and times that a test can wait for."""
    root = tmp_path / "root.pem"
    root.write_bytes(server.pki.root.certificate.public_bytes(Encoding.PEM))
    return settings | {
        "TSA_URLS": [server.url(), server.second],
        "TRUST_ROOTS": [str(root)],
        "TSA_READ_SECONDS": 1,
        "TSA_TOTAL_SECONDS": 2,
    }


@contextmanager
def inside(desk: OfficeDesk) -> Iterator[None]:
    with desk.app.app_context():
        yield


def asked_city(desk: OfficeDesk) -> None:
    """Everything up to the city's consent."""
    desk.play("start_signing", "consent", "seal")


def both_down(server: AuthorityServer, trouble: int | str = 503) -> None:
    server.trouble |= {"/tsa": trouble, "/tsa-2": trouble}


def originals_are_valid(desk: OfficeDesk) -> list[Any]:
    with inside(desk):
        verdicts = [
            verify_pdf(house().store.path(sha256), house().trust, clock.now())
            for sha256 in desk.town.originals
        ]
    assert verdicts
    assert all(verdict.verdict == "valid" for verdict in verdicts), verdicts
    return verdicts


def page(browser: FlaskClient) -> str:
    return browser.get("/office/waiting").text


def test_the_second_authority_takes_over_within_one_seal(
    desk: OfficeDesk, server: AuthorityServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked_city(desk)
    desk.play("consent")
    sealer = desk.app.extensions["house"].services.sealer
    real = sealer.prepare_signature

    def prepare_and_lose(*args: Any, **how: Any) -> Any:
        prepared = real(*args, **how)
        server.trouble["/tsa"] = "reset"
        return prepared

    monkeypatch.setattr(sealer, "prepare_signature", prepare_and_lose)
    before = server.asked("/tsa-2")
    desk.play("seal")
    assert server.asked("/tsa-2") >= before + 2, "the seal and the document time-stamp"
    with inside(desk):
        assert desk.town.stage is ContractStage.CONCLUDED
    originals_are_valid(desk)


def test_an_authority_with_a_new_certificate_makes_the_preparation_anew(
    desk: OfficeDesk, server: AuthorityServer
) -> None:
    asked_city(desk)
    desk.play("consent")
    server.tsa = CraftyTsa(server.pki.tsa("試験時刻認証局 新しい鍵"), server.pki)
    server.trouble["/tsa-2"] = 503
    desk.play("seal")
    with inside(desk):
        assert desk.town.stage is ContractStage.CONCLUDED
    originals_are_valid(desk)


def test_a_week_without_any_authority(
    desk: OfficeDesk, server: AuthorityServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked_city(desk)
    both_down(server)
    desk.play("consent", "seal")
    with inside(desk):
        assert desk.town.stage is ContractStage.COMPLETING
        assert alert_all(clock.now()) == ""
        desk.town.go_on(minutes=61)
        check_all(clock.now())
        for _ in range(3):
            alert_all(clock.now())
        for _ in range(7):
            desk.town.go_on(days=1)
            desk.town.seal()
            check_all(clock.now())
            alert_all(clock.now())
        letters = desk.town.letters(subject=LATE)
        assert sorted(letter.to for letter in letters) == [
            "officer@tosu.example.jp",
            "second@tosu.example.jp",
        ]
        assert "HTTP 503" in letters[0].body
        assert "2026年5月7日（木）9時30分から" in letters[0].subject
    officer = desk.browser("officer")
    text = page(officer)
    for words in (
        "完了処理中の書類",
        "市道改良工事",
        "再試行中",
        "HTTP 503",
        "今すぐ再試行",
        "応答なし",
        server.second,
    ):
        assert words in text, words
    server.trouble.clear()
    with inside(desk):
        desk.town.go_on(minutes=5)
        assert check_all(clock.now()) == "", "the job notices that they are back, and lets the seal be tried"
        desk.town.seal()
        assert desk.town.stage is ContractStage.CONCLUDED
        assert desk.town.concluded_on == clock.today(), "the day of completion"
        assert (clock.today() - letters[0].created_at.astimezone(clock.TOKYO).date()) == timedelta(days=7)
        with monkeypatch.context() as without:
            others = {slug: rules for slug, rules in house().cities.items() if slug != desk.town.city}
            without.setitem(house().__dict__, "cities", others)
            assert alert_all(clock.now()) == "", "a city whose file is broken holds up no other"
        alert_all(clock.now())
        alert_all(clock.now())
        assert len(desk.town.letters(subject=BACK)) == 2
    originals_are_valid(desk)
    assert "完了処理を待っている契約はありません" in page(officer)


def test_an_officer_lets_it_be_tried_at_once(
    desk: OfficeDesk, officer: FlaskClient, server: AuthorityServer
) -> None:
    asked_city(desk)
    both_down(server, 500)
    desk.play("consent", "seal")
    server.trouble.clear()
    desk.play("seal")
    with inside(desk):
        assert desk.town.stage is ContractStage.COMPLETING, "not before its time"
    answer = officer.post("/office/waiting/retry", follow_redirects=True)
    assert "再試行を始めました" in answer.text
    assert "まもなく" in answer.text
    desk.play("seal")
    with inside(desk):
        assert desk.town.stage is ContractStage.CONCLUDED
        assert "contract:completion:retry" in desk.town.tags()
    answer = officer.post("/office/waiting/retry", follow_redirects=True)
    assert "待っている書類はありません" in answer.text


def test_who_only_reads_sees_no_button(desk: OfficeDesk, server: AuthorityServer) -> None:
    asked_city(desk)
    both_down(server)
    desk.play("consent", "seal")
    assert "今すぐ再試行" not in page(desk.browser("mayor"))


def test_the_case_says_why_it_waits_and_leads_to_the_list(
    desk: OfficeDesk, officer: FlaskClient, server: AuthorityServer
) -> None:
    asked_city(desk)
    both_down(server, "html")
    desk.play("consent", "seal")
    text = officer.get(desk.case).text
    assert "Webページ（HTML）が返されました" in text
    assert 'href="/office/waiting"' in text


def test_without_revocation_data_nothing_is_sealed(
    desk: OfficeDesk, officer: FlaskClient, server: AuthorityServer
) -> None:
    desk.play("start_signing")
    server.trouble |= {"/ocsp": 500, "/crl/issuing": "html", "/crl/root": 500}
    desk.play("consent", "seal")
    text = page(officer)
    assert "再試行中" in text
    assert "Webページ（HTML）" in text
    assert "失効情報（OCSP）" in text
    server.trouble.clear()
    with inside(desk):
        desk.town.go_on(minutes=6)
        desk.town.seal()
        assert not page(officer).count("再試行中")


def test_authorities_on_the_command_line(desk: OfficeDesk, server: AuthorityServer) -> None:
    runner = desk.app.test_cli_runner()
    fresh = runner.invoke(args=["authorities", "status", "--json"])
    assert fresh.exit_code == 0, fresh.output
    assert [row["kind"] for row in json.loads(fresh.output)] == ["tsa", "tsa", "key"]
    server.trouble["/tsa-2"] = 404
    checked = runner.invoke(args=["authorities", "check", "--json"])
    assert checked.exit_code == 1
    first, second, key = json.loads(checked.output)[:3]
    assert (first["is_failing"], second["is_failing"], key["is_failing"]) == (False, True, False)
    assert "HTTP 404" in second["problem"]
    words = runner.invoke(args=["authorities", "status"])
    assert words.exit_code == 1
    assert "応答なし" in words.output
    assert "正常" in words.output


def test_an_authority_is_not_asked_again_while_seals_ask_it(
    desk: OfficeDesk, server: AuthorityServer
) -> None:
    with inside(desk):
        check_all(clock.now())
        asked = server.asked("/tsa")
        desk.town.go_on(minutes=4)
        check_all(clock.now())
        assert server.asked("/tsa") == asked
        desk.town.go_on(minutes=2)
        check_all(clock.now())
        assert server.asked("/tsa") == asked + 1


def test_administrators_are_told_too_and_people_without_access_are_not(
    desk: OfficeDesk, server: AuthorityServer
) -> None:
    asked_city(desk)
    both_down(server)
    desk.play("consent", "seal")
    with inside(desk):
        with acting(OFFICER, Scope()) as act:
            accounts = {a.login_name: a for a in act.session.query(Account).all()}
            accounts["tosu-second"].disabled_at = act.now
            accounts["tosu-mayor"].roles = ["admin"]
        desk.town.go_on(hours=2)
        alert_all(clock.now())
        told = sorted(letter.to for letter in desk.town.letters(subject=LATE))
    assert told == ["mayor@tosu.example.jp", "officer@tosu.example.jp"]
