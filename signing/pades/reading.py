"""Opening a file (ファイルの読み取り): strictly first, then with repairs, then as far as the bytes speak."""

import io
from dataclasses import dataclass, field
from typing import Any, BinaryIO

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.crypt import AuthStatus, StandardSecurityHandler
from pyhanko.pdf_utils.reader import PdfFileReader

from signing.pades import algorithm_names, hex_strings, names, object_numbers
from signing.pades.structure import Flaw, Severity, Skeleton

algorithm_names.install()
hex_strings.install()
names.install()
object_numbers.install()


class Unreadable(Exception):
    """A file that cannot be read at all; `flaw` says why."""

    def __init__(self, flaw: Flaw) -> None:
        super().__init__(flaw.code)
        self.flaw = flaw


@dataclass
class OpenedFile:
    """A file that can be read, and what had to be overlooked to read it."""

    reader: PdfFileReader
    stream: BinaryIO
    skeleton: Skeleton
    flaws: list[Flaw] = field(default_factory=list)
    is_encrypted: bool = False


class Cut(io.RawIOBase):
    """A file that says it ends at its last %%EOF, for a reader that looks for that in the last 1,024 bytes.

    Reading goes on behind it: a signature may cover the line end there.
    """

    def __init__(self, stream: BinaryIO, end: int) -> None:
        self._stream, self._end = stream, end

    def seekable(self) -> bool:
        return True

    def readable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        if whence == io.SEEK_END:
            return self._stream.seek(self._end + offset)
        return self._stream.seek(offset, whence)

    def tell(self) -> int:
        return self._stream.tell()

    def read(self, size: int | None = -1) -> bytes:
        return self._stream.read(-1 if size is None else size)

    def readinto(self, buffer: Any) -> int:
        content = self.read(len(buffer))
        buffer[: len(content)] = content
        return len(content)


def open_file(stream: BinaryIO, skeleton: Skeleton, *, strict: bool) -> OpenedFile:
    """Opens a file and decrypts it with the empty password if need be. Raises Unreadable or what pyHanko raises."""
    source: Any = stream
    stream.seek(skeleton.end)
    if skeleton.end and (skeleton.size - skeleton.end > 1000 or b"%%EOF" in stream.read(1000)):
        source = Cut(stream, skeleton.end)
    reader = PdfFileReader(source, strict=strict)
    opened = OpenedFile(reader, stream, skeleton)
    if not strict:
        text = "PDFの構造に誤りがあるため、補って読み取りました。"
        opened.flaws.append(Flaw("repaired", text, Severity.MINOR))
    if reader.encrypted:
        opened.is_encrypted = True
        _decrypt(reader)
    if not isinstance(reader.root, generic.DictionaryObject):
        raise Unreadable(Flaw("no-catalog", "PDFの目次(カタログ)がありません。", Severity.UNCLEAR))
    return opened


def _decrypt(reader: PdfFileReader) -> None:
    if not isinstance(reader.security_handler, StandardSecurityHandler):
        text = "特定の証明書の持ち主だけが開ける形で暗号化されているため、検証できません。"
        raise Unreadable(Flaw("encrypted-for-recipients", text, Severity.UNCLEAR))
    if reader.decrypt(b"").status is AuthStatus.FAILED:
        text = "パスワードで暗号化されているため、検証できません。"
        raise Unreadable(Flaw("encrypted", text, Severity.UNCLEAR))
