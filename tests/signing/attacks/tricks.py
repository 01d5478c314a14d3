"""Attacks written by hand (手書きの攻撃): what no library would write. Each is found by the structure alone or the pictures."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

from tests.signing.attacks import makers
from tests.signing.attacks.handmade import (
    DICTIONARY,
    FIELD,
    FORM,
    PAGE_WITH_FIELD,
    Paper,
    contract,
    signing,
    stream,
)
from tests.signing.attacks.makers import CATALOG, HELVETICA, METADATA, SECOND_FIELD, XMP, Hand, updated

EVIL = stream(b"BT /F1 14 Tf 60 720 Td (The price is 9,000,000 yen.) Tj ET")
NINES = HELVETICA % "<< /Type /Encoding /Differences [49 /nine] >>"
BOX = "[0 0 0 0]"


def generation(h: Hand) -> bytes:
    """The page's content once more, under its number but another generation."""
    paper = h.sign()
    out, at = paper.content + b"4 1 obj\n" + EVIL + b"\nendobj\n", len(paper.content)
    return _table(paper, out, b"4 1\n%010d 00001 n \n" % at)


def former_body(h: Hand) -> bytes:
    """Hide and replace: two bodies of one number were signed, an update points to the other."""
    content = contract().content.replace(b"xref\n0 1", b"4 0 obj\n" + EVIL + b"\nendobj\nxref\n0 1", 1)
    start = content.index(b"xref\n0 1")
    content = re.sub(rb"startxref\n\d+", b"startxref\n%d" % start, content)
    paper = h.sign(Paper(content, "1 0 R", 9, start))
    at = [match.start() for match in re.finditer(rb"(?<![0-9])4 0 obj", paper.content)][1]
    return _table(paper, paper.content, b"4 1\n%010d 00000 n \n" % at)


def catalog_elsewhere(h: Hand) -> bytes:
    """The trailer names another catalog, which shows another page under the same form."""
    signed = h.sign()
    moved = Paper(signed.content, "30 0 R", signed.size, signed.startxref)
    return updated(
        moved,
        {
            30: "<< /Type /Catalog /Pages 31 0 R /AcroForm 6 0 R >>",
            31: "<< /Type /Pages /Kids [32 0 R] /Count 1 >>",
            32: "<< /Type /Page /Parent 31 0 R /MediaBox [0 0 595 842] /Contents 33 0 R >>",
            33: EVIL,
        },
    ).content


def encrypted_later(h: Hand) -> bytes:
    signed = h.sign()
    lock = (
        f"/Encrypt << /Filter /Standard /V 1 /R 2 /O <{'00' * 32}> /U <{'00' * 32}> /P -4 >> /ID [<00> <00>]"
    )
    return Paper(signed.content, signed.root, signed.size, signed.startxref, lock).write({30: b"(x)"}).content


def signature_copied(h: Hand) -> bytes:
    """ISA: the signature's own dictionary once more, so that readers take the update for signed."""
    signed = h.sign()
    body = re.search(rb"9 0 obj\n(.*?)\nendobj", signed.content, re.DOTALL)
    assert body
    return updated(signed, {9: body.group(1), 4: EVIL}).content


def _box_of_input(**entries: str) -> str:
    more = " ".join(f"/{key} {value}" for key, value in entries.items())
    return (
        f"<< /Type /Annot /Subtype /Widget /FT /Tx /T (remarks) /F 4 /P 3 0 R /DA (/Helv 12 Tf 0 g) {more} >>"
    )


INVALID: dict[str, Callable[[Hand], bytes]] = {
    "content again": lambda h: updated(h.sign(), {4: EVIL}).content,
    "generation": generation,
    "former body": former_body,
    "catalog elsewhere": catalog_elsewhere,
    "content freed": lambda h: updated(h.sign(), {}, free=(4,)).content,
    "font freed": lambda h: updated(h.sign(), {}, free=(5,)).content,
    "font in place": lambda h: updated(h.sign(), {5: NINES}).content,
    "form's font": lambda h: updated(h.sign(), {6: FORM.replace("/Helv 5", "/Helv 20"), 20: NINES}).content,
    "form's font in place": lambda h: (
        updated(
            h.sign(
                contract().write({21: (HELVETICA % "/WinAnsiEncoding").encode()}),
                signing(o6=FORM.replace("/Helv 5", "/Helv 21")),
            ),
            {21: NINES},
        ).content
    ),
    "metadata over content": lambda h: (
        updated(h.sign(), {1: CATALOG.replace(">>", "/Metadata 4 0 R >>"), 4: stream(XMP, METADATA)}).content
    ),
    "metadata that are none": lambda h: (
        updated(
            h.sign(), {1: CATALOG.replace(">>", "/Metadata 30 0 R >>"), 30: stream(b"q Q", METADATA)}
        ).content
    ),
    "box of an input grown": lambda h: (
        updated(h.sign(), {7: _box_of_input(Rect="[0 600 595 800]", V="(x)", AP="<< /N 8 0 R >>")}).content
    ),
    "annotations in another order": lambda h: (
        updated(h.sign(), {3: PAGE_WITH_FIELD.replace("7 0 R 10 0 R", "10 0 R 7 0 R")}).content
    ),
    "tags say something else": lambda h: (
        updated(
            makers.tagged(h),
            {31: "<< /Type /StructElem /S /Document /P 30 0 R /K [0] /Pg 3 0 R /ActualText (9) >>"},
        ).content
    ),
    "tags taken away": lambda h: updated(makers.tagged(h), {32: "<< /Nums [] >>"}).content,
    "signature copied": signature_copied,
    "signature exchanged": lambda h: (
        updated(
            h.sign(),
            {9: DICTIONARY.replace("@range", "/ByteRange [0 1 2 3]").replace("@hole", "/Contents <00>")},
        ).content
    ),
    "shown in a field made later": lambda h: (
        updated(
            h.sign(), {6: FORM.replace("10 0 R]", "10 0 R 12 0 R]"), 12: FIELD.replace("Sig1", "Copy")}
        ).content
    ),
    "filled up with data": lambda h: (
        h.sign(fill=lambda digits, room: digits + "41" * ((room - len(digits)) // 2)).content
    ),
    "two digests": lambda h: (
        h.sign(seal=replace(h.curve, attributes=(("message_digest", b"0" * 32),))).content
    ),
    "two kinds of content": lambda h: (
        h.sign(seal=replace(h.curve, attributes=(("content_type", "data"),))).content
    ),
    "another kind of content": lambda h: (
        h.sign(seal=replace(h.curve, replace={"content_type": "signed_data"})).content
    ),
    "digest of another document": lambda h: (
        h.sign(seal=replace(h.curve, replace={"message_digest": b"0" * 32})).content
    ),
}

NEVER_VALID: dict[str, Callable[[Hand], bytes]] = {"encrypted later": encrypted_later}


def sneaky(h: Hand) -> bytes:
    """Sneaky signature: a later signature whose box lies over the price and shows another."""
    look = stream(
        b"1 g 0 0 400 50 re f 0 g BT /F1 14 Tf 5 10 Td (The price is 9,000,000 yen.) Tj ET",
        b"/Type /XObject /Subtype /Form /BBox [0 0 400 50] /Resources << /Font << /F1 5 0 R >> >>",
    )
    field = SECOND_FIELD.replace(BOX, "[50 700 450 750]").replace("/P 3", "/AP << /N 13 0 R >> /P 3")
    return h.second(others={12: field, 13: look}).content


def _table(paper: Paper, content: bytes, rows: bytes) -> bytes:
    trailer = b"<< /Size %d /Root 1 0 R /Prev %d >>" % (paper.size, paper.startxref)
    return content + b"xref\n%btrailer\n%b\nstartxref\n%d\n%%%%EOF\n" % (rows, trailer, len(content))
