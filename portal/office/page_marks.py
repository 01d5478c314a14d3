"""Marks on page pictures (ページ画像の印): where the contract date will be written."""

import io
from collections.abc import Sequence
from pathlib import Path

from PIL import Image, ImageDraw

from forms.pictures import page_size, render_page

EDGE, FILL = (0, 23, 193, 255), (0, 23, 193, 48)


def marked_page(path: Path, page: int, width: int, rect: Sequence[float] | None) -> bytes:
    """A page (from 1) as PNG with a rectangle (points from the lower left corner) drawn on it."""
    png = render_page(path, page - 1, width)
    if rect is None:
        return png
    with Image.open(io.BytesIO(png)) as picture:
        drawn = picture.convert("RGBA")
    points_wide, points_high = page_size(path, page - 1)
    scale = drawn.width / points_wide
    left, bottom, right, top = rect
    box = (left * scale, (points_high - top) * scale, right * scale, (points_high - bottom) * scale)
    layer = Image.new("RGBA", drawn.size, (0, 0, 0, 0))
    ImageDraw.Draw(layer).rectangle(box, fill=FILL, outline=EDGE, width=2)
    target = io.BytesIO()
    Image.alpha_composite(drawn, layer).convert("RGB").save(target, "PNG")
    return target.getvalue()
