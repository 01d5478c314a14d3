"""Archive of a case: safe paths of their own, an index with hashes, streamed piece by piece, broken off when damaged."""

import csv
import hashlib
import io
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote

import pytest
from flask import Flask
from sqlalchemy import select

from portal import clock
from portal.audit import AuditEntry, Tag
from portal.case_archives import CHUNK, INDEX, ArchivedFile, safe_part, stream_archive
from signing.errors import DamagedDocument
from signing.stores import FileStore
from tests.conftest import NOON
from tests.portal.contractor.desk import Desk

NOW = datetime(2026, 5, 7, 3, 0, tzinfo=UTC)


@pytest.fixture
def tosu(app: Flask) -> Iterator[Desk]:
    with clock.freeze(NOON):
        yield Desk(app, "tosu")


@pytest.mark.parametrize(
    ("name", "part"),
    [
        ("../../etc/passwd", "etcpasswd"),
        ("a\\b\x00\x1f:c.pdf", "abc.pdf"),
        ("\u202egpj.exe", "gpj.exe"),
        ("　. .", "書類"),
        ("", "書類"),
        (f"{'長' * 300}.pdf", f"{'長' * 80}.pdf"),
        ("契約書（案）.pdf", "契約書（案）.pdf"),
    ],
)
def test_a_part_of_a_path_is_safe(name: str, part: str) -> None:
    assert safe_part(name) == part


def test_the_archive_holds_what_the_index_says(tosu: Desk) -> None:
    client = tosu.browser()
    tosu.answer(client)
    tosu.submit(client)
    tosu.send_back("直してください。", "signatory_email")
    client.post(f"{tosu.filing}/sections/2", data={"signatory_email": "new@contractor.example.jp"})
    tosu.submit(client)
    answer = client.get(f"{tosu.base}/archive.zip")
    assert answer.mimetype == "application/zip"
    assert answer.headers["Content-Disposition"].isascii()
    assert quote("見本橋補修工事.zip") in answer.headers["Content-Disposition"]
    archive = zipfile.ZipFile(io.BytesIO(answer.data))
    assert archive.testzip() is None
    raw = archive.read(INDEX)
    assert raw.startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(io.StringIO(raw.decode("utf-8-sig"))))
    assert {row["パス"] for row in rows} | {INDEX} == set(archive.namelist())
    for row in rows:
        assert hashlib.sha256(archive.read(row["パス"])).hexdigest() == row["SHA-256"]
    papers = [row for row in rows if row["書類"] == "電子契約利用承諾書"]
    assert [(row["版"], row["状態"], row["受付日時"]) for row in papers] == [
        ("第1版", "差戻し", "2026-05-07 12:00:00"),
        ("第2版", "提出済", "2026-05-07 12:00:00"),
    ]
    assert sum("受付票" in row["書類"] for row in rows) == 2


def test_taking_it_is_recorded(tosu: Desk) -> None:
    client = tosu.browser()
    client.get(f"{tosu.base}/archive.zip")
    with tosu.as_officer() as act:
        tags = act.session.scalars(select(AuditEntry.tag)).all()
    assert Tag.CASE_ARCHIVE_TAKEN in tags


def test_it_comes_in_pieces_and_says_when_a_file_is_damaged(tmp_path: Path) -> None:
    store = FileStore(tmp_path)
    content = bytes(range(256)) * (40 * CHUNK // 256)
    sha256 = store.put(content)
    file = ArchivedFile("a/大きい.pdf", "大きい", sha256=sha256)
    pieces = list(stream_archive([file], store, NOW))
    assert max(map(len, pieces)) <= 2 * CHUNK
    assert zipfile.ZipFile(io.BytesIO(b"".join(pieces))).read("a/大きい.pdf") == content

    path = store.path(sha256)
    path.chmod(0o600)
    path.write_bytes(b"something else")
    with pytest.raises(DamagedDocument):
        list(stream_archive([file], store, NOW))


def test_a_cell_that_looks_like_a_formula_is_text(tmp_path: Path) -> None:
    file = ArchivedFile("x.pdf", "=HYPERLINK(1)", make=lambda: b"made now")
    archive = zipfile.ZipFile(io.BytesIO(b"".join(stream_archive([file], FileStore(tmp_path), NOW))))
    assert "'=HYPERLINK(1)" in archive.read(INDEX).decode("utf-8-sig")
