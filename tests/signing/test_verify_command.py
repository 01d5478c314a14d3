"""`flask verify FILE.pdf`: its words, its JSON, its exit code."""

import json
import os
import shutil
import subprocess
import sys
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
ROOT = Path(__file__).resolve().parents[2]


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
    done = run(finished, "--at", "2026-06-01", "--offline")
    assert "山田 太郎 様 taro@example.co.jp" in done.output
    assert "デモ用の認証局（実際の契約には使えません）" in done.output
    assert done.output.startswith("署名済みであり、すべての署名が有効です。")
    for label in (
        "署名した日時（申告）",
        "証明された日時",
        "水準",
        "署名の対象",
        "その後の変更",
        "証明書の経路",
        "失効確認",
    ):
        assert label in done.output, label
    assert all(f"有効性・{when}" in done.output for when in ("署名したとき", "現在", "10年後"))


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


def refused(done) -> dict:
    """An answer without a verdict: exit code 2, one JSON object, the words beside it."""
    assert done.exit_code == 2
    answer = json.loads(done.stdout)
    assert {"verdict", "summary", "signatures", "problems", "error"} == set(answer)
    assert answer["summary"] in done.stderr
    return answer


def test_missing_file_is_told_apart_from_a_bad_one(run, tmp_path):
    answer = refused(run(tmp_path / "none.pdf", "--json"))
    assert (answer["verdict"], answer["error"]) == ("not_a_pdf", "file_not_found")
    assert refused(run(tmp_path, "--json"))["error"] == "file_unreadable"
    done = run(tmp_path / "none.pdf")
    assert (done.exit_code, done.stdout) == (2, "")
    assert "がありません" in done.stderr


def test_a_file_that_is_no_pdf_is_judged(run, tmp_path):
    path = tmp_path / "words.pdf"
    path.write_text("文章")
    done = run(path, "--json", "--offline")
    assert (done.exit_code, json.loads(done.stdout)["verdict"]) == (1, "not_a_pdf")


def test_wrong_instant_is_refused(run, finished):
    assert refused(run(finished, "--at", "tomorrow", "--json"))["error"] == "bad_instant"
    assert "tomorrow" in run(finished, "--at", "tomorrow").stderr
    for far in ("9999-12-31T23:59:59Z", "0001-01-01", "2026-13-01"):
        assert refused(run(finished, "--at", far, "--json"))["error"] == "bad_instant"


def test_unreadable_roots_are_refused(run, finished, tmp_path):
    assert refused(run(finished, "--json", "--trust", tmp_path / "none.pem"))["error"] == "trust_unreadable"
    empty = tmp_path / "empty.pem"
    empty.write_text("-----BEGIN NOTHING-----\n")
    assert refused(run(finished, "--json", "--trust", empty))["error"] in ("trust_unreadable", "trust_empty")


def test_verifying_makes_no_keys(finished, tmp_path):
    app = Flask("verify")
    app.config.update(INSTANCE=tmp_path / "elsewhere", TRUST_ROOTS=[], MODE="demo")
    app.cli.add_command(command)
    done = app.test_cli_runner().invoke(args=["verify", str(finished), "--json", "--at", AT, "--offline"])
    assert (done.exit_code, json.loads(done.stdout)["verdict"]) == (1, "indeterminate")
    assert not (tmp_path / "elsewhere").exists()


def test_it_works_from_an_empty_folder_that_cannot_be_written(finished, tmp_path):
    """As a whole process; root gives up the right to write everywhere."""
    instance = tmp_path / "instance"
    instance.mkdir(mode=0o555)
    root = tmp_path / "keys" / "demo-pki" / "root.cert.pem"
    line = [sys.executable, "-m", "flask", "--app", "wsgi", "verify", str(finished), "--json"]
    line += ["--trust", str(root), "--at", AT, "--offline"]
    if os.getuid() == 0:
        line = ["setpriv", "--bounding-set=-dac_override,-dac_read_search", "--inh-caps=-all", *line]
    environment = os.environ | {"WARIFU_INSTANCE": str(instance)}
    done = subprocess.run(line, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout)["verdict"] == "valid"
    assert list(instance.iterdir()) == []
