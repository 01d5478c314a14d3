"""`flask verify FILE.pdf`: its words, its JSON, its exit code."""

import json
import shutil
from pathlib import Path

import pytest
from flask import Flask

from portal.cli.verify import command
from tests.signing import flows


@pytest.fixture
def database_url(sqlite_only: str) -> str:
    return sqlite_only


@pytest.fixture
def run(tmp_path: Path):
    app = Flask("verify")
    app.config.update(INSTANCE=tmp_path, TRUST_ROOTS=[], MODE="demo")
    app.cli.add_command(command)
    runner = app.test_cli_runner()
    return lambda *arguments: runner.invoke(args=["verify", *map(str, arguments)])


@pytest.fixture
def finished(transaction, services, clock) -> Path:
    [head] = flows.heads(transaction, flows.conclude(transaction, services, clock))
    return services.store.path(head)


AT = "2026-06-01T09:00+09:00"


def test_json_has_the_agreed_shape_and_the_exit_code_is_0_for_valid(run, finished):
    done = run(finished, "--json", "--at", AT, "--offline")
    assert done.exit_code == 0, done.output
    verdict = json.loads(done.output)
    assert verdict["verdict"] == "valid"
    assert verdict["problems"] == []
    keys = {"field", "kind", "signer", "organisation", "signed_at", "level", "intact", "trusted", "coverage"}
    assert keys | {"modifications", "problems", "reason", "location"} <= set(verdict["signatures"][0])
    assert verdict["signatures"][0]["signed_at"] == "2026-05-01T12:05:00+09:00"
    assert verdict["sha256"] == finished.name


def test_words_name_the_signers_and_the_demo(run, finished):
    done = run(finished, "--at", "2026-06-01")
    assert "山田 太郎 様 taro@example.co.jp" in done.output
    assert "デモ用の信頼ソース" in done.output


def test_other_roots_given_are_the_only_ones_trusted(run, finished, tmp_path):
    root = tmp_path / "keys" / "demo-pki" / "root.cert.pem"
    assert run(finished, "--at", AT, "--trust", root).exit_code == 0
    other = tmp_path / "keys" / "demo-pki" / "tsa.cert.pem"
    done = run(finished, "--at", AT, "--trust", other, "--json")
    assert (done.exit_code, json.loads(done.output)["verdict"]) == (1, "indeterminate")


def test_changed_file_ends_with_exit_code_1(run, finished, tmp_path):
    changed = tmp_path / "changed.pdf"
    shutil.copy(finished, changed)
    changed.chmod(0o600)
    content = bytearray(changed.read_bytes())
    content[600] ^= 1
    changed.write_bytes(content)
    done = run(changed, "--json", "--at", AT)
    assert done.exit_code == 1
    assert json.loads(done.output)["verdict"] != "valid"


def test_missing_file_is_no_pdf(run, tmp_path):
    done = run(tmp_path / "none.pdf", "--json")
    assert (done.exit_code, json.loads(done.output)["verdict"]) == (1, "not_a_pdf")


def test_wrong_instant_is_refused(run, finished):
    assert run(finished, "--at", "tomorrow").exit_code == 2
