"""The verification page: a true word about every kind of file, and nothing kept."""

import tempfile
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from portal.public import uploads
from signing.testing import make_pdf
from tests.portal.public.changed_files import encrypted, one_byte_changed
from tests.portal.signer.desk import SigningDesk, text_of, upload


def test_a_concluded_contract_is_valid_and_known_as_the_original(
    concluded: SigningDesk, client: FlaskClient
) -> None:
    page = text_of(upload(client, concluded.final_pdf(), "名前を変えた.pdf"))
    assert "署名済みであり、すべての署名が有効です。" in page
    assert "鳥栖市で締結された原本と、1バイトも違わないファイルです。" in page
    assert page.count("により署名済み") == 2
    assert "埋め込みタイムスタンプが署名に含まれています。" in page
    assert "署名は LTV 対応です" in page
    assert concluded.person in page
    assert concluded.players.data["title"] not in page


def test_what_is_not_true_is_not_printed(concluded: SigningDesk, client: FlaskClient) -> None:
    page = text_of(upload(client, concluded.final_pdf()))
    assert "Adobe Approved Trust List" not in page
    assert "割符 デモ認証局 ルート：デモ用の認証局（実際の契約には使えません）" in page
    first = page[page.index("バージョン 1") : page.index("バージョン 2")]
    assert "文書は、この署名が適用されてから変更されていません" not in first
    assert "署名が許している変更だけです（許可された変更: 契約締結日の記入" in first


def test_one_changed_byte_is_found(concluded: SigningDesk, client: FlaskClient) -> None:
    page = text_of(upload(client, one_byte_changed(concluded.final_pdf())))
    assert "この文書は信頼できません" in page
    assert "署名された内容そのものが変わっているか、署名が壊れています" in page
    assert "このファイルを契約書として使いません。" in page
    assert "署名したときと現在の見比べ" not in page
    assert "すべての署名が有効です" not in page
    assert "原本と、1バイトも違わない" not in page


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("ただの文章です。".encode(), "PDFファイルではありません"),
        (make_pdf()[:900], "ダウンロードが途中で終わっていると、こうなります。"),
        (make_pdf(), "電子署名がありません"),
        (encrypted(make_pdf()), "パスワードや権限で保護されているため、中を調べられません。"),
    ],
    ids=["not_a_pdf", "damaged", "unsigned", "encrypted"],
)
def test_other_files_are_told_apart(client: FlaskClient, content: bytes, words: str) -> None:
    answer = upload(client, content)
    assert answer.status_code == 200
    assert words in text_of(answer)


def test_an_empty_file_and_no_file_are_asked_for_again(client: FlaskClient) -> None:
    empty = upload(client, b"")
    assert empty.status_code == 422
    assert "選ばれたファイルは空（0バイト）です。" in text_of(empty)
    assert "検証するPDFファイルを選んでください。" in text_of(client.post("/verify", data={}))


def test_nothing_of_an_upload_is_kept(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    place = tmp_path / "temporary"
    place.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(place))
    upload(client, make_pdf())
    assert list(place.rglob("*")) == []
    assert list((tmp_path / "documents").rglob("*.*")) == []


def test_when_all_places_are_taken_the_page_says_to_come_back(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(uploads, "PATIENCE_SECONDS", 0.01)
    for _ in range(uploads.AT_ONCE):
        assert uploads._places.acquire(timeout=1)
    try:
        answer = upload(client, make_pdf())
    finally:
        uploads._places.release(uploads.AT_ONCE)
    assert answer.status_code == 503
    assert "ほかのファイルを検証しているため" in text_of(answer)
