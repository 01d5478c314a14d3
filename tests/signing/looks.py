"""How a PDF looks (見た目): drawn by PDFium with its annotations and fields, compared point by point."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pypdfium2
from PIL import Image, ImageChops, ImageDraw

from signing.pades.layout import Box

SCALE = 1.5
MARGIN = 2.0
"""Points around a box in which its frame may shine through."""


def pages(pdf: Path | bytes) -> list[Image.Image]:
    """Every page as displayed."""
    document = pypdfium2.PdfDocument(pdf)
    try:
        document.init_forms()
        return [page.render(scale=SCALE).to_pil().convert("RGB") for page in document]
    finally:
        document.close()


def differs_outside(before: Path | bytes, after: Path | bytes, boxes: Sequence[Box] = ()) -> list[int]:
    """Numbers of the pages that look different anywhere but in the boxes."""
    old, new = pages(before), pages(after)
    if [page.size for page in old] != [page.size for page in new]:
        return list(range(1, max(len(old), len(new)) + 1))
    return [
        number
        for number, (one, other) in enumerate(zip(old, new, strict=True), start=1)
        if ImageChops.difference(*(_covered(p, number, boxes) for p in (one, other))).getbbox()
    ]


def has_ink_in(pdf: Path | bytes, box: Box) -> bool:
    """Whether anything but white is seen in a box."""
    page = pages(pdf)[box.page - 1]
    return page.crop(_edges(page, box, 0)).convert("L").getextrema()[0] < 200


def _covered(page: Image.Image, number: int, boxes: Sequence[Box]) -> Image.Image:
    covered = page.copy()
    for box in boxes:
        if box.page == number:
            ImageDraw.Draw(covered).rectangle(_edges(page, box, MARGIN), fill="white")
    return covered


def _edges(page: Image.Image, box: Box, margin: float) -> tuple[int, int, int, int]:
    return (
        int((box.left - margin) * SCALE),
        page.height - int((box.top + margin) * SCALE),
        int((box.right + margin) * SCALE),
        page.height - int((box.bottom - margin) * SCALE),
    )
