"""`registry load-orderers`, `registry client`, and `guarantee lookup` with its three ends, here and over HTTP."""

import json
import logging
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import Result
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from flask import Flask
from sqlalchemy import select

from guarantees.certificates import VersionKind
from guarantees.lookup import NEUTRAL, Arrived
from guarantees.registry.orm import LookOutcome, RegistryLook
from portal import clock
from portal.app import create_app
from portal.cli.registries import DEMO_ORDERERS
from portal.registries import registry_here, registry_publisher
from portal.unit_of_work import reading, writing
from tests.guarantees.registry.samples import CONTENTS, KEY, NOW, NUMBER, contents, publication, published
from tests.portal.registry.programs import BASE
from tests.portal.registry.services import Service

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

GOOD = """
[[orderers]]
code = "mihon"
name = "見本市長"
kind = "municipality"
starts_on = 2024-04-01
advance_guarantees = 10
electronic_advance_guarantees = 4
"""
MISTAKES = {
    GOOD.replace('name = "見本市長"\n', ""): "1件目（mihon）に name がありません。",
    GOOD.replace("name", "nmae"): "1件目（mihon）の nmae は使えません。",
    GOOD.replace("municipality", "village"): "1件目（mihon）の kind は",
    GOOD.replace("2024-04-01", '"2024年4月"'): "1件目（mihon）の starts_on は日付（2024-04-01）です。",
    GOOD.replace("2024-04-01", "2024-04-01T00:00:00"): "1件目（mihon）の starts_on は日付",
    GOOD.replace("= 4", "= 11"): "1件目（mihon）の件数は0以上で、電子の件数は全体の件数までです。",
    GOOD.replace("= 10", '= "10"'): "1件目（mihon）の件数は0以上",
    GOOD + GOOD: "code「mihon」が重なっています。",
    GOOD + GOOD.replace("mihon", "other").replace("= 4", "= -1"): "2件目（other）の件数は0以上",
    GOOD.replace('"mihon"', "5"): "1件目（5）の code は、40字以内の文字列です。",
    GOOD.replace('"mihon"', '"' + "x" * 300 + '"'): "の code は、40字以内の文字列です。",
    GOOD.replace('"municipality"', "[1]"): "1件目（mihon）の kind は",
    "[orderers]\n": "[[orderers]] の並びで書きます。",
    "orderers = 5\n": "[[orderers]] の並びで書きます。",
    "[[cities]]\n": "[[orderers]] として読めません",
    "[[orderers]\n": "[[orderers]] として読めません",
    "": "[[orderers]] として読めません",
}


def run(app: Flask, *words: str, typed: str | None = None) -> Result:
    return app.test_cli_runner().invoke(args=list(words), input=typed)


def load(app: Flask, folder: Path, data: bytes) -> Result:
    path = folder / "orderers.toml"
    path.write_bytes(data)
    return run(app, "registry", "load-orderers", str(path))


def look_up(app: Flask, *words: str, number: str = NUMBER, key: str | None = None) -> Result:
    """`guarantee lookup` with the key on standard input."""
    typed = KEY.reveal() if key is None else key
    return run(app, "guarantee", "lookup", "--number", number, "--key", "-", *words, typed=f"{typed}\n")


@pytest.fixture
def stocked(app: Flask) -> Iterator[Flask]:
    """The demo's orderers, and a certificate of the east, changed once, for the one city that takes the east's."""
    with clock.freeze(NOW):
        assert run(app, "registry", "load-orderers", str(DEMO_ORDERERS)).exit_code == 0
        with app.app_context(), writing() as session:
            published(session, key_hasher=registry_here().key_hasher, orderer="ashikaga")
            changed = contents(guaranteed_amount=22_000_000)
            published(session, VersionKind.CHANGE, contents=changed)
        yield app


def tries(app: Flask) -> list[tuple[str, LookOutcome]]:
    with app.app_context(), reading() as session:
        looks = session.scalars(select(RegistryLook).order_by(RegistryLook.at, RegistryLook.id))
        return [(look.orderer, look.outcome) for look in looks]


def test_a_list_of_orderers_is_loaded_and_loaded_again(app: Flask, tmp_path: Path) -> None:
    for text in (GOOD, GOOD.replace("見本市長", "見本市")):
        done = load(app, tmp_path, text.encode())
        assert (done.exit_code, done.output.strip()) == (0, "発注者を1件登録しました。")
    said = app.test_client().get("/registry/orderers").text
    assert "見本市長" not in said
    assert "見本市" in said
    assert "40.0%" in said


def test_each_mistake_of_a_list_is_named_with_its_place(app: Flask, tmp_path: Path) -> None:
    for text, words in MISTAKES.items():
        done = load(app, tmp_path, text.encode())
        assert (done.exit_code, type(done.exception)) == (1, SystemExit), (text, done.output, done.exception)
        assert words in done.output, text
    done = load(app, tmp_path, GOOD.encode("cp932"))
    assert done.exit_code == 1
    assert "UTF-8" in done.output
    assert "発注者はまだ登録されていません" in app.test_client().get("/registry/orderers").text


def test_a_name_too_long_and_a_certificate_used_before_are_refused_in_words(
    stocked: Flask, tmp_path: Path
) -> None:
    add = ["registry", "client", "add", "--side", "orderer", "--organisation", "ashikaga", "--name"]
    refused = run(stocked, *add, "長" * 101)
    assert refused.exit_code == 1
    assert "100文字以内" in refused.output
    file = tmp_path / "client.pem"
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "portal")])
    made = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    made = made.serial_number(1).not_valid_before(NOW).not_valid_after(NOW + timedelta(days=1))
    file.write_bytes(made.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM))
    done = run(stocked, *add, "契約システム", "--cert", str(file))
    identity = next(line.partition(": ")[2] for line in done.output.splitlines() if line.startswith("ID"))
    run(stocked, "registry", "client", "revoke", identity)
    again = run(stocked, *add, "契約システム", "--cert", str(file))
    assert again.exit_code == 1
    assert "取り消した証明書は使えません" in again.output


def test_a_revoked_client_is_out_and_stays_in_the_list(stocked: Flask) -> None:
    add = ("registry", "client", "add", "--side", "orderer", "--name", "契約システム", "--organisation")
    done = run(stocked, *add, "ashikaga")
    identity, token = (line.partition(": ")[2] for line in done.output.splitlines()[-2:])
    headers = {"Authorization": f"Bearer {token}"}
    ask = stocked.test_client().get
    assert ask(f"{BASE}/orderers", headers=headers).status_code == 200
    assert "接続を止めました" in run(stocked, "registry", "client", "revoke", identity).output
    assert ask(f"{BASE}/orderers", headers=headers).status_code == 401
    rows = json.loads(run(stocked, "registry", "client", "list", "--json").output)
    assert [(row["id"], bool(row["revoked_at"])) for row in rows] == [(identity, True)]
    assert token not in run(stocked, "registry", "client", "list").output
    for words in ((*add, "nowhere"), ("registry", "client", "revoke", "nobody")):
        refused = run(stocked, *words)
        assert refused.exit_code == 1
        assert "登録されていません" in refused.output


def test_a_look_ends_with_0_1_or_2(stocked: Flask, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        found = look_up(stocked, "--json")
        words = look_up(stocked, "--city", "ashikaga", number=f" {NUMBER.lower()}")
        wrong = [look_up(stocked, "--city", "ashikaga", key="A28YUE4J3Bux") for _ in range(5)]
        locked = look_up(stocked, "--city", "ashikaga")
        as_json = look_up(stocked, "--city", "ashikaga", "--json")
    assert found.exit_code == words.exit_code == 0
    history = json.loads(found.stdout)["history"]
    assert [entry["contents"]["guaranteed_amount"] for entry in history] == [20_000_000, 22_000_000]
    assert "22,000,000円" in words.stdout
    assert CONTENTS.work_name in words.stdout
    assert {(one.exit_code, one.stdout.strip()) for one in wrong} == {(1, NEUTRAL)}
    assert locked.exit_code == as_json.exit_code == 2
    assert "まで照会を止めています" in locked.stdout
    assert json.loads(as_json.stdout)["error"] == "locked"
    said = "".join(one.output for one in (found, words, *wrong, locked, as_json)) + caplog.text
    assert KEY.reveal() not in said
    assert "A28YUE4J3Bux" not in said


def test_without_a_city_those_that_take_this_company_are_asked_first(stocked: Flask) -> None:
    assert look_up(stocked).exit_code == 0
    assert tries(stocked) == [("ashikaga", LookOutcome.FOUND)]
    west = "2070004426"
    with stocked.app_context(), clock.freeze(NOW + timedelta(minutes=1)), writing() as session:
        published(session, key_hasher=registry_here().key_hasher, orderer="tosu", issuer="west", number=west)
    with clock.freeze(NOW + timedelta(minutes=2)):
        assert look_up(stocked, number=west).exit_code == 0
    assert tries(stocked)[1:] == [("tosu", LookOutcome.FOUND)]
    with clock.freeze(NOW + timedelta(minutes=3)):
        assert look_up(stocked, number=west, key="A28YUE4J3B").exit_code == 1
    assert {orderer for orderer, _ in tries(stocked)[2:]} == {"ashikaga", "iwaki", "tosu"}


def test_a_registry_that_is_not_there_is_no_answer(stocked: Flask, tmp_path: Path) -> None:
    for url, words in (("http://127.0.0.1:1", "接続できません"), ("none", "保証確認サービスがありません")):
        portal = create_app({**settings_of(stocked), "REGISTRY_URL": url})
        done = look_up(portal, "--json")
        portal.extensions["database"].dispose()
        assert done.exit_code == 2
        said = json.loads(done.stdout)
        assert said["error"] == "unavailable"
        assert words in said["text"]
        assert KEY.reveal() not in done.output
        assert NUMBER not in done.output


def settings_of(app: Flask) -> dict[str, object]:
    return {name: app.config[name] for name in ("MODE", "INSTANCE", "DATABASE_URL")}


@pytest.mark.slow
def test_a_portal_and_a_registry_in_two_processes(app: Flask, tmp_path: Path, demo_keys: Path) -> None:
    """By token: published, looked up, the service gone, and back again."""
    registry = Service(tmp_path / "registry", demo_keys)
    registry.prepare()
    sides = (("orderer", "ashikaga"), ("surety", "east"))
    tokens = [f"{code}/{registry.client(side, code)[1]}" for side, code in sides]
    over_http = {"REGISTRY_URL": registry.url, "REGISTRY_TOKENS": tokens, "REGISTRY_SECONDS": 60}
    portal = create_app({**settings_of(app), **over_http})
    try:
        registry.start()
        with portal.app_context():
            told = registry_publisher().publish(publication(orderer="ashikaga"), now=clock.now())
        assert isinstance(told, Arrived), told
        assert CONTENTS.work_name in ended(look_up(portal), 0)
        assert ended(look_up(portal, key="A28YUE4J3Bux", number="31072-0002M"), 1) == NEUTRAL
        registry.stop()
        assert ended(look_up(portal), 2) == "保証確認サービスに接続できません。"
        registry.start()
        assert CONTENTS.work_name in ended(look_up(portal), 0)
    finally:
        registry.stop()
        portal.extensions["database"].dispose()
    assert KEY.reveal() not in registry.log.read_text(encoding="utf-8", errors="replace")


def ended(done: Result, code: int) -> str:
    """What a command said that ended with this code, without the key and, where nothing was found, the number."""
    assert done.exit_code == code, done.output
    assert KEY.reveal() not in done.output
    assert code == 0 or NUMBER not in done.output
    return done.output.strip()
