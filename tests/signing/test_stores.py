"""The document store: whole files under their own hash, or nothing."""

import hashlib
import io

import pytest

from signing.errors import DamagedDocument
from signing.stores import FileStore


@pytest.fixture
def store(tmp_path) -> FileStore:
    return FileStore(tmp_path / "documents")


def test_bytes_path_and_stream_come_to_the_same_place(store, tmp_path):
    (tmp_path / "file").write_bytes(b"content")
    names = {store.put(b"content"), store.put(tmp_path / "file"), store.put(io.BytesIO(b"content"))}
    assert names == {hashlib.sha256(b"content").hexdigest()}
    [name] = names
    assert store.read(name) == b"content"
    with store.open(name) as stream:
        assert stream.read() == b"content"
    assert [path.name for path in store.root.rglob("*") if path.is_file()] == [name]


def test_damage_is_noticed_and_healed_by_storing_again(store):
    name = store.put(b"content")
    path = store.path(name)
    path.chmod(0o600)
    path.write_bytes(b"contents")
    assert not store.verify(name)
    with pytest.raises(DamagedDocument):
        store.read(name)
    assert store.put(b"content") == name
    assert store.verify(name)


def test_failure_while_writing_leaves_nothing(store):
    class Broken(io.BytesIO):
        def read(self, size: int = -1) -> bytes:
            raise OSError("cable pulled")

    with pytest.raises(OSError, match="cable"):
        store.put(Broken())
    assert list(store.root.rglob("*")) == []


@pytest.mark.parametrize("name", ["../../etc/passwd", "A" * 64, "ab"])
def test_only_a_hash_is_a_name(store, name):
    with pytest.raises(ValueError, match="SHA-256"):
        store.path(name)


def test_unknown_document_is_damage(store):
    assert not store.exists("0" * 64)
    with pytest.raises(DamagedDocument):
        store.open("0" * 64)
