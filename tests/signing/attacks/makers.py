"""Honest files of other makers (他社製の正しいファイル), by hand: each differs in one thing that some program does.

What is said beside them is why they are whole: ISO 32000-2 permits it, or viewers read it the same way.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace

from asn1crypto import algos

from tests.signing.attacks.handmade import (
    DICTIONARY,
    FIELD,
    FORM,
    PAGE_WITH_FIELD,
    Paper,
    Seal,
    contract,
    indefinite,
    signing,
    stream,
)

CATALOG = "<< /Type /Catalog /Pages 2 0 R /AcroForm 6 0 R >>"
SECOND_FORM = FORM.replace("10 0 R]", "10 0 R 12 0 R]")
SECOND_PAGE = PAGE_WITH_FIELD.replace("10 0 R]", "10 0 R 12 0 R]")
SECOND_FIELD = FIELD.replace("Sig1", "Sig2").replace("9 0 R", "11 0 R")
HELVETICA = "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Name /Helv /Encoding %s >>"
PDF_DOC = "<< /Type /Encoding /Differences [24 /breve /caron 39 /quotesingle 96 /grave 128 /bullet] >>"
XMP = b"<x:xmpmeta xmlns:x='adobe:ns:meta/'/>"
METADATA = b"/Type /Metadata /Subtype /XML"
BARE_XMP = b"<rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#'/>"
VRI = "<< /Type /DSS /Certs [22 0 R] /VRI << /%s << /Cert [22 0 R] /TU (D:20260501120000Z) >> >> >>"


@dataclass(frozen=True)
class Hand:
    """Two signers and a signed contract of the first."""

    curve: Seal
    rsa: Seal

    def sign(self, paper: Paper | None = None, objects: dict | None = None, seal=None, **more) -> Paper:
        return (paper or contract()).sign(objects or signing(), seal or self.curve, **more)

    def second(self, paper: Paper | None = None, others: dict | None = None, **more) -> Paper:
        """A second signature, with a field of its own."""
        objects = {3: SECOND_PAGE, 6: SECOND_FORM, 11: DICTIONARY, 12: SECOND_FIELD} | (others or {})
        return (paper or self.sign()).sign(
            {n: body for n, body in objects.items() if body is not None}, self.curve, **more
        )


def updated(paper: Paper, objects: dict, **more) -> Paper:
    return paper.write(
        {n: b.encode("latin-1") if isinstance(b, str) else b for n, b in objects.items()}, **more
    )


def _broken_lines(ends: str) -> Callable[[str, int], str]:
    def fill(digits: str, room: int) -> str:
        width = 64 + len(ends)
        lines = re.findall(".{1,64}", digits.ljust(room * 64 // width - 64, "0"))
        return ends.join(lines).ljust(room, "\n")

    return fill


def _other_digest_name(data) -> None:
    data["signer_infos"][0]["digest_algorithm"] = algos.DigestAlgorithm(
        {"algorithm": "1.2.840.113549.1.1.11"}
    )
    data["signer_infos"][0]["signature_algorithm"] = {"algorithm": "rsassa_pkcs1v15"}


def _kind_of_key(data) -> None:
    name = algos.SignedDigestAlgorithm({"algorithm": "1.2.840.10045.2.1"})
    data["signer_infos"][0]["signature_algorithm"] = name


def _prepared() -> Paper:
    """Both fields lie empty in the contract; numbers between are free."""
    empty = FIELD.replace(" /V 9 0 R", "")
    fields = {10: empty, 12: empty.replace("Sig1", "Sig2").replace("/P 3", "/MK << >> /P 3")}
    return updated(contract(), {3: SECOND_PAGE, 6: SECOND_FORM, **fields})


def _with_metadata(content: bytes) -> Paper:
    return contract(Metadata="16 0 R").write({16: stream(content, METADATA)})


ONE: dict[str, Callable[[Hand], Paper]] = {
    "table": lambda h: h.sign(),
    "stream": lambda h: h.sign(contract("stream"), kind="stream"),
    "stream, then table": lambda h: h.sign(contract("stream")),
    "no /Type": lambda h: h.sign(objects=signing(DICTIONARY.replace("/Type /Sig ", ""))),
    "contents first": lambda h: h.sign(
        objects=signing("<< /Filter /Adobe.PPKLite /SubFilter /adbe.pkcs7.detached @hole @range >>")
    ),
    "range with blanks": lambda h: h.sign(range_form="/ByteRange [ 0 {:<12d} {:<12d} {:<12d}]"),
    "capital digits": lambda h: h.sign(fill=lambda digits, room: digits.upper().ljust(room, "0")),
    "lines of digits": lambda h: h.sign(fill=_broken_lines("\n")),
    "long, lines of digits": lambda h: h.sign(fill=_broken_lines("\r\n"), room=60_000),
    "blanks after the digits": lambda h: h.sign(fill=lambda digits, room: digits.ljust(room)),
    "filled up with 20": lambda h: h.sign(fill=lambda d, room: d + "20" * ((room - len(d)) // 2)),
    "odd digits": lambda h: h.sign(room=6001),
    "no line end": lambda h: h.sign(end=b""),
    "digest named by its signature": lambda h: h.sign(seal=replace(h.rsa, edit=_other_digest_name)),
    "signature named by its key": lambda h: h.sign(seal=replace(h.curve, edit=_kind_of_key)),
    "no signed attributes": lambda h: h.sign(seal=replace(h.rsa, with_attributes=False)),
    "indefinite lengths": lambda h: h.sign(seal=replace(h.curve, encode=indefinite)),
    "boxes as kids": lambda h: h.sign(
        objects=signing(
            o10="<< /FT /Sig /T (Sig1) /V 9 0 R /Kids [11 0 R] >>",
            o11="<< /Subtype /Widget /Parent 10 0 R /Rect [0 0 9 9] /P 3 0 R >>",
        )
    ),
    "in two fields": lambda h: h.sign(
        objects=signing(o6=FORM.replace("10 0 R", "10 0 R 11 0 R"), o11=FIELD.replace("Sig1", "Again"))
    ),
    "in no list of fields": lambda h: h.sign(objects=signing(o6=FORM.replace("10 0 R", ""))),
}

TAGS = {
    30: b"<< /Type /StructTreeRoot /K [31 0 R] /ParentTree 32 0 R /ParentTreeNextKey 1 >>",
    31: b"<< /Type /StructElem /S /Document /P 30 0 R /K [0] /Pg 3 0 R >>",
    32: b"<< /Nums [0 [31 0 R]] >>",
}
MORE_TAGS = {
    30: "<< /Type /StructTreeRoot /K [31 0 R] /ParentTree 32 0 R /ParentTreeNextKey 2 >>",
    31: "<< /Type /StructElem /S /Document /P 30 0 R /K [0 33 0 R] /Pg 3 0 R >>",
    32: "<< /Nums [0 [31 0 R] 1 33 0 R] >>",
    33: "<< /Type /StructElem /S /Form /P 31 0 R /K << /Type /OBJR /Obj 12 0 R /Pg 3 0 R >> >>",
}


def tagged(h: Hand) -> Paper:
    """A signed contract with tags."""
    return h.sign(contract(StructTreeRoot="30 0 R").write(TAGS))


THEN: dict[str, Callable[[Hand], Paper]] = {
    "second signature": lambda h: h.second(),
    "second, after the line end was left out": lambda h: h.second(_longer(h.sign(end=b""))),
    "second with numbers that are free": lambda h: h.sign(
        h.sign(_prepared(), {9: DICTIONARY, 10: FIELD}), {11: DICTIONARY, 12: SECOND_FIELD}
    ),
    "form direct in the catalog": lambda h: h.second(
        others={6: None, 1: CATALOG.replace("6 0 R", SECOND_FORM)}
    ),
    "form's font written anew": lambda h: h.second(
        others={6: SECOND_FORM.replace("/Helv 5", "/Helv 15"), 15: HELVETICA % "16 0 R", 16: PDF_DOC}
    ),
    "form's style": lambda h: h.second(others={6: SECOND_FORM.replace("/Helv 12 Tf", "/Helv 0 Tf")}),
    "annotations as an object": lambda h: h.second(
        others={3: SECOND_PAGE.replace("[7 0 R 10 0 R 12 0 R]", "14 0 R"), 14: "[7 0 R 10 0 R 12 0 R]"}
    ),
    "annotations as an object, nothing new": lambda h: h.sign(
        h.sign(_prepared(), {9: DICTIONARY, 10: FIELD}),
        {3: SECOND_PAGE.replace("[7 0 R 10 0 R 12 0 R]", "14 0 R"), 14: "[7 0 R 10 0 R 12 0 R]"}
        | {11: DICTIONARY, 12: SECOND_FIELD},
    ),
    "order of tabs": lambda h: h.second(others={3: SECOND_PAGE.replace("/Annots", "/Tabs /S /Annots")}),
    "second, whose box is tagged": lambda h: h.second(
        tagged(h), MORE_TAGS | {12: SECOND_FIELD.replace("/P 3", "/StructParent 1 /P 3")}
    ),
    "odd metadata, untouched": lambda h: h.second(h.sign(_with_metadata(b"no XML"))),
    "bare metadata, written anew": lambda h: h.second(
        h.sign(_with_metadata(XMP)), {16: stream(BARE_XMP, METADATA, packed=True)}
    ),
    "unused object freed": lambda h: updated(
        h.sign(contract().write({30: b"(unused)"})), {31: "(x)"}, free=(0, 30)
    ),
    "validation data in small letters": lambda h: updated(
        h.sign(),
        {1: CATALOG.replace(">>", "/DSS 21 0 R >>"), 21: VRI % ("ab" * 20), 22: stream(b"0\0")},
    ),
}


def _longer(paper: Paper) -> Paper:
    return Paper(paper.content + b"\n", paper.root, paper.size, paper.startxref)
