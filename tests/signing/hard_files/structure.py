"""Trouble with the structure of a file: tables, streams, lengths, sizes."""

from __future__ import annotations

import io
import os
import zlib
from pathlib import Path

import pikepdf
from pikepdf import Array, Dictionary, Name, ObjectStreamMode

from tests.signing.hard_files.plain import changed, plain


def broken_cross_reference() -> bytes:
    """Every offset of the table is wrong."""
    content = changed(lambda pdf: None, object_stream_mode=ObjectStreamMode.disable)
    start = content.rindex(b"\nxref") + 1
    table, rest = content[start:].split(b"trailer", 1)
    lines = [
        b"%010d 00000 n" % (int(line[:10]) + 7) if line.rstrip().endswith(b"n") else line
        for line in table.splitlines()
    ]
    return content[:start] + b"\n".join(lines) + b"\ntrailer" + rest


def missing_cross_reference() -> bytes:
    """The file ends in the middle of its table, as after a broken download."""
    content = changed(lambda pdf: None, object_stream_mode=ObjectStreamMode.disable)
    return content[: content.rindex(b"\nxref") + 40]


def wrong_startxref() -> bytes:
    content = changed(lambda pdf: None)
    head, _ = content.rsplit(b"startxref", 1)
    return head + b"startxref\n999999999\n%%EOF\n"


def rubbish_before_the_header() -> bytes:
    return b"\r\nContent-Type: application/pdf\r\n\r\n" + plain()


def rubbish_after_the_end() -> bytes:
    return plain() + b"\0" * 900 + b"<html>sent by a mail gateway</html>"


def hybrid_references() -> bytes:
    """A table for old readers and a stream (/XRefStm) for new ones: an object that only the stream knows."""
    body = b"%PDF-1.5\n"
    offsets: dict[int, int] = {}

    def add(number: int, content: bytes) -> None:
        nonlocal body
        offsets[number] = len(body)
        body += b"%d 0 obj\n%s\nendobj\n" % (number, content)

    add(1, b"<< /Type /Catalog /Pages 2 0 R >>")
    add(2, b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>")
    add(3, b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources 6 0 R >>")
    add(4, b"<< /Length 31 >>\nstream\n0 0 1 rg 100 100 200 200 re f \nendstream")
    packed = b"6 0 << /ProcSet [/PDF] >>"
    add(5, b"<< /Type /ObjStm /N 1 /First 4 /Length %d >>\nstream\n%s\nendstream" % (len(packed), packed))
    stream_at = len(body)
    rows = bytes([2, 0, 5, 0]) + bytes([1, *stream_at.to_bytes(2, "big"), 0])
    body += (
        b"7 0 obj\n<< /Type /XRef /Size 8 /W [1 2 1] /Index [6 2] /Root 1 0 R /Length %d >>\nstream\n"
        % len(rows)
    )
    body += rows + b"\nendstream\nendobj\n"
    table_at = len(body)
    body += b"xref\n0 6\n0000000000 65535 f \n"
    body += b"".join(b"%010d 00000 n \n" % offsets[number] for number in range(1, 6))
    body += b"trailer\n<< /Size 8 /Root 1 0 R /XRefStm %d >>\n" % stream_at
    return body + b"startxref\n%d\n%%%%EOF\n" % table_at


def object_streams() -> bytes:
    return changed(lambda pdf: None, object_stream_mode=ObjectStreamMode.generate)


def linearised() -> bytes:
    return changed(lambda pdf: None, pages=3, linearize=True)


def edited_three_times() -> bytes:
    """Incremental updates, each of which draws the page anew."""
    content = changed(lambda pdf: None, object_stream_mode=ObjectStreamMode.disable)
    for turn in range(3):
        content = _update(content, f"% edit {turn}\n".encode())
    return content


def _update(content: bytes, comment: bytes) -> bytes:
    """One incremental update that writes the catalog again."""
    with pikepdf.open(io.BytesIO(content)) as pdf:
        number, size = pdf.Root.objgen[0], int(pdf.trailer.Size)
        catalog = pdf.Root.unparse(resolved=True)
    previous = int(content.rsplit(b"startxref", 1)[1].split()[0])
    at = len(content) + len(comment)
    changed_object = b"%d 0 obj\n%s\nendobj\n" % (number, catalog)
    table = b"xref\n%d 1\n%010d 00000 n \ntrailer\n<< /Size %d /Root %d 0 R /Prev %d >>\n" % (
        number,
        at,
        size,
        number,
        previous,
    )
    end = b"startxref\n%d\n%%%%EOF\n" % (at + len(changed_object))
    return content + comment + changed_object + table + end


def many_pages(count: int = 5000) -> bytes:
    """So many pages, in a tree that is nested as office programs nest it."""
    with pikepdf.new() as pdf:
        content = pdf.make_indirect(pdf.make_stream(b"0 0 1 rg 50 50 20 20 re f"))
        for _ in range(count):
            page = Dictionary(Type=Name.Page, MediaBox=Array([0, 0, 595, 842]), Contents=content)
            page.Resources = Dictionary()
            pdf.pages.append(pikepdf.Page(pdf.make_indirect(page)))
        target = io.BytesIO()
        pdf.save(target)
    return target.getvalue()


def write_big(path: Path, megabytes: int) -> Path:
    """A file of so many megabytes, one scanned page for each, written piece by piece."""
    noise = zlib.compress(os.urandom(1 << 20), 1)
    offsets = {}
    with path.open("wb") as file:
        file.write(b"%PDF-1.5\n")

        def add(number: int, *parts: bytes) -> None:
            offsets[number] = file.tell()
            file.write(b"%d 0 obj\n" % number)
            for part in parts:
                file.write(part)
            file.write(b"\nendobj\n")

        add(1, b"<< /Type /Catalog /Pages 2 0 R >>")
        kids = b" ".join(b"%d 0 R" % (3 + 2 * n) for n in range(megabytes))
        add(2, b"<< /Type /Pages /Kids [%s] /Count %d /MediaBox [0 0 595 842] >>" % (kids, megabytes))
        picture = b"/Type /XObject /Subtype /Image /Width 1024 /Height 1024 /ColorSpace /DeviceGray"
        for n in range(megabytes):
            page, image = 3 + 2 * n, 4 + 2 * n
            add(page, b"<< /Type /Page /Parent 2 0 R /Resources << /XObject << /I %d 0 R >> >> >>" % image)
            head = b"<< %s /BitsPerComponent 8 /Filter /FlateDecode /Length %d >>\nstream\n" % (
                picture,
                len(noise),
            )
            add(image, head, noise, b"\nendstream")
        at, size = file.tell(), 3 + 2 * megabytes
        file.write(b"xref\n0 %d\n0000000000 65535 f \n" % size)
        file.writelines(b"%010d 00000 n \n" % offsets[number] for number in range(1, size))
        file.write(b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (size, at))
    return path
