"""What of a page is displayed (表示される範囲): boxes and rotation as files have them, odd ones included."""

from pikepdf import Array, Name, Object, Page

from signing.pades.layout import PageFrame

USUAL = (0.0, 0.0, 595.276, 841.89)
_DEPTH = 50


def page_frame(page: Page) -> PageFrame:
    """The displayed part of a page: crop box within media box, corners in any order, rotation inherited."""
    media = plain_edges(inherited(page, Name.MediaBox)) or USUAL
    crop = plain_edges(inherited(page, Name.CropBox)) or media
    left, bottom = max(media[0], crop[0]), max(media[1], crop[1])
    right, top = min(media[2], crop[2]), min(media[3], crop[3])
    if right <= left or top <= bottom:
        left, bottom, right, top = media
    return PageFrame(left, bottom, right, top, _rotation(page))


def inherited(page: Page, key: Name) -> Object | None:
    """An entry of a page, or of the page tree above it."""
    node: Object = page.obj
    for _ in range(_DEPTH):
        if key in node:
            return node[key]
        if Name.Parent not in node:
            return None
        node = node[Name.Parent]
    return None


def plain_edges(box: Object | None) -> tuple[float, float, float, float] | None:
    """Left, bottom, right, top; None for what is no box, or one without a surface."""
    if not isinstance(box, Array) or len(box) != 4:
        return None
    try:
        first, second, third, fourth = (float(number) for number in box)
    except (TypeError, ValueError):
        return None
    edges = min(first, third), min(second, fourth), max(first, third), max(second, fourth)
    return edges if edges[2] > edges[0] and edges[3] > edges[1] else None


def _rotation(page: Page) -> int:
    try:
        turned = int(inherited(page, Name.Rotate) or 0)
    except (TypeError, ValueError):
        return 0
    return turned % 360 if turned % 90 == 0 else 0
