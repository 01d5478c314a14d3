"""Document store (書類の保管庫): files by the SHA-256 of their content, so that no name can ever lie."""

import hashlib
import os
import secrets
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import BinaryIO, Protocol

from signing.errors import DamagedDocument

_CHUNK = 1 << 20


class DocumentStore(Protocol):
    """Where document bytes lie. `path` gives a file to read; it must never be written to."""

    def put(self, content: bytes | Path | BinaryIO) -> str: ...

    def read(self, sha256: str) -> bytes: ...

    def open(self, sha256: str) -> BinaryIO: ...

    def path(self, sha256: str) -> Path: ...

    def exists(self, sha256: str) -> bool: ...

    def verify(self, sha256: str) -> bool: ...


class FileStore:
    """A document store in a folder. A file appears complete and flushed to the disk, or not at all."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def put(self, content: bytes | Path | BinaryIO) -> str:
        """Stores the content and returns its SHA-256. Storing the same bytes again changes nothing."""
        if isinstance(content, bytes):
            return self._write([content])
        if isinstance(content, Path):
            with content.open("rb") as stream:
                return self._write(_chunks(stream))
        return self._write(_chunks(content))

    def open(self, sha256: str) -> BinaryIO:
        """The file, opened for reading."""
        return self.path(sha256).open("rb")

    def read(self, sha256: str) -> bytes:
        """The whole content, checked against its hash."""
        content = self.path(sha256).read_bytes()
        if hashlib.sha256(content).hexdigest() != sha256:
            raise DamagedDocument(sha256=sha256)
        return content

    def path(self, sha256: str) -> Path:
        """Where the file lies, for readers that want a path."""
        path = self._place(sha256)
        if not path.is_file():
            raise DamagedDocument(sha256=sha256)
        return path

    def exists(self, sha256: str) -> bool:
        """Whether there is a file of that name."""
        return self._place(sha256).is_file()

    def verify(self, sha256: str) -> bool:
        """Whether the file is there and still hashes to its name."""
        if not self.exists(sha256):
            return False
        with self._place(sha256).open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest() == sha256

    def _write(self, chunks: Iterable[bytes]) -> str:
        self.root.mkdir(parents=True, exist_ok=True)
        temporary = self.root / f".{secrets.token_hex(8)}.part"
        digest = hashlib.sha256()
        try:
            with temporary.open("xb") as file:
                for chunk in chunks:
                    digest.update(chunk)
                    file.write(chunk)
                file.flush()
                os.fsync(file.fileno())
            sha256 = digest.hexdigest()
            self._settle(temporary, sha256)
        finally:
            temporary.unlink(missing_ok=True)
        return sha256

    def _settle(self, temporary: Path, sha256: str) -> None:
        if self.verify(sha256):
            return
        place = self._place(sha256)
        place.parent.mkdir(parents=True, exist_ok=True)
        temporary.chmod(0o440)
        temporary.replace(place)
        for folder in (place.parent, place.parent.parent):
            _sync_folder(folder)

    def _place(self, sha256: str) -> Path:
        if len(sha256) != 64 or not set(sha256) <= set("0123456789abcdef"):
            raise ValueError("not a SHA-256 in lower-case hexadecimal")
        return self.root / sha256[:2] / sha256


def _chunks(stream: BinaryIO) -> Iterator[bytes]:
    while chunk := stream.read(_CHUNK):
        yield chunk


def _sync_folder(folder: Path) -> None:
    """Makes the rename itself survive a power cut."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
