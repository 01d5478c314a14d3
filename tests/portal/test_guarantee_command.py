"""`guarantee read-notice`: exactly the fields of a notice as JSON, readable words without, exit codes for what is none."""

import io
import json
import logging
from datetime import date
from pathlib import Path

import pytest
from flask import Flask
from pikepdf import Pdf
from PIL import Image

from forms.issued.key_notices import NoticeFacts, key_notice
from guarantees.keys import AuthenticationKey
from guarantees.products import Product

KEY = "Z28YUE4J3Bux"
FACTS = NoticeFacts(
    issuer_name="西日本建設業保証株式会社",
    number="2070004426",
    key=AuthenticationKey(KEY),
    product=Product.ADVANCE_PAYMENT,
    work_name="市道改良工事",
    contractor="見本建設株式会社",
    orderer="見本市長",
    issued_on=date(2026, 5, 7),
)
SAYS = {
    "guarantee_contract_number": "2070004426",
    "authentication_key": KEY,
    "product": "前払金保証",
    "work_name": "市道改良工事",
    "orderer": "見本市長",
    "contractor": None,
    "issuer": "西日本建設業保証株式会社",
}

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def test_a_notice_is_printed_with_exactly_its_fields(
    app: Flask, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "notice.pdf"
    path.write_bytes(key_notice("west", FACTS))
    run = app.test_cli_runner().invoke
    with caplog.at_level(logging.DEBUG):
        done = run(args=["guarantee", "read-notice", str(path), "--json"])
        words = run(args=["guarantee", "read-notice", str(path)])
    assert (done.exit_code, json.loads(done.stdout), done.stderr) == (0, SAYS, "")
    assert list(json.loads(done.stdout)) == list(SAYS)
    assert words.exit_code == 0
    assert f"認証キー: {KEY}" in words.stdout
    assert "受注者: （記載なし）" in words.stdout
    assert KEY not in caplog.text


def test_several_notices_are_named(app: Flask, tmp_path: Path) -> None:
    path = tmp_path / "two.pdf"
    with Pdf.open(io.BytesIO(key_notice("west", FACTS))) as pdf:
        pdf.pages.append(pdf.pages[0])
        pdf.save(path)
    run = app.test_cli_runner().invoke
    one = run(args=["guarantee", "read-notice", str(path), "--json"])
    assert (one.exit_code, json.loads(one.stdout)) == (0, SAYS)
    assert "2件" in one.stderr
    both = run(args=["guarantee", "read-notice", str(path), "--json", "--all"])
    assert (json.loads(both.stdout), both.stderr) == ([SAYS, SAYS], "")


def test_what_is_no_notice_ends_with_a_code_and_words(app: Flask, tmp_path: Path) -> None:
    scan, broken = tmp_path / "scan.pdf", tmp_path / "broken.pdf"
    Image.new("RGB", (60, 80), "white").save(scan, "PDF")
    broken.write_bytes(b"%PDF-1.7 nothing behind it")
    run = app.test_cli_runner().invoke
    done = run(args=["guarantee", "read-notice", str(scan), "--json"])
    assert (done.exit_code, set(json.loads(done.stdout).values())) == (1, {None})
    assert "画面で入力" in done.stderr
    for path, words in ((broken, "壊れて"), (tmp_path / "none.pdf", "ファイルはありません")):
        done = run(args=["guarantee", "read-notice", str(path), "--json"])
        assert (done.exit_code, done.stdout) == (2, "")
        assert words in done.stderr
