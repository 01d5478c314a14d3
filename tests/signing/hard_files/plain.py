"""A plain contract, a change to it, and any valid file at all."""

from __future__ import annotations

import io
import random
import zlib
from collections.abc import Callable

import pikepdf
from pikepdf import Array, Dictionary, Name, ObjectStreamMode, Pdf, String

from signing.testing import make_pdf

Change = Callable[[Pdf], None]


def changed(change: Change, pages: int = 1, **options) -> bytes:
    """A plain contract with one change, saved by pikepdf."""
    with pikepdf.open(io.BytesIO(make_pdf(pages=pages))) as pdf:
        change(pdf)
        target = io.BytesIO()
        pdf.save(target, **options)
    return target.getvalue()


def plain() -> bytes:
    return make_pdf(pages=2)


def any_pdf(seed: int) -> bytes:
    """A valid file with pages of every size, boxes, rotations and annotations, as the seed has it."""
    dice = random.Random(seed)
    with pikepdf.new() as pdf:
        for _ in range(dice.randint(1, 4)):
            _any_page(pdf, dice)
        mode = dice.choice(list(ObjectStreamMode))
        target = io.BytesIO()
        pdf.save(target, object_stream_mode=mode, linearize=dice.random() < 0.3)
    return target.getvalue()


def _any_page(pdf: Pdf, dice: random.Random) -> None:
    left, bottom = dice.choice([(0, 0), (-300.5, 20), (1000, -70.25)])
    width, height = dice.choice([(595, 842), (842, 595), (1190.55, 841.89), (260, 240)])
    page = Dictionary(Type=Name.Page, MediaBox=Array([left, bottom, left + width, bottom + height]))
    colour = b"%.2f %.2f %.2f rg" % (dice.random(), dice.random(), dice.random())
    marks = [b"%d %d 9 9 re f" % (left + dice.randint(0, 200), bottom + dice.randint(0, 200)) for _ in "xxx"]
    data = colour + b"\n" + b"\n".join(marks)
    page.Contents = pdf.make_stream(zlib.compress(data), Filter=Name.FlateDecode)
    page.Resources = Dictionary()
    if dice.random() < 0.7:
        page.Rotate = dice.choice([0, 90, 180, 270, -90, 450])
    if dice.random() < 0.4:
        inset = dice.randint(1, 20)
        page.CropBox = Array([left + inset, bottom + inset, left + width, bottom + height - inset])
    if dice.random() < 0.4:
        link = Dictionary(
            Type=Name.Annot, Subtype=Name.Link, Rect=Array([left, bottom, left + 9, bottom + 9])
        )
        link.A = Dictionary(S=Name.URI, URI=String("https://city.example.jp/"))
        page.Annots = Array([link])
        if dice.random() < 0.5:
            page.Annots = pdf.make_indirect(page.Annots)
    pdf.pages.append(pikepdf.Page(pdf.make_indirect(page)))
