"""Visible seals (可視署名の印影): drawn by reportlab, put into the signer's own field, nothing else touched.

pyHanko's own text stamps double the spacing of Japanese fonts, so it is handed finished drawings.
"""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

from pyhanko.pdf_utils import generic, layout
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.pdf_utils.writer import BasePdfFileWriter
from pyhanko.stamp import BaseStampStyle
from reportlab import rl_config
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

from signing.pades.glyphs import registered, runs
from signing.pades.layout import Box
from signing.pades.seal_pictures import Picture, add_picture
from signing.pades.typesetting import TIED, Setting, set_lines

JST = timezone(timedelta(hours=9), "JST")
rl_config.useA85 = 0  # plain binary streams: a quarter less in every seal

FRAME_COLOUR = (0.72, 0.11, 0.11)
_Name = generic.NameObject
_PADDING = 4.0
_GAP = 4.0
_TURNS = {0: (1, 0, 0, 1), 90: (0, 1, -1, 0), 180: (-1, 0, 0, -1), 270: (0, -1, 1, 0)}


@dataclass(frozen=True)
class Appearance:
    """What one visible seal shows, and how large: `box` as displayed, words line by line, a seal image (PNG).

    A character that the first font lacks is drawn with the next one that has it.
    """

    box: Box
    lines: tuple[str, ...]
    fonts: tuple[Path, ...]
    image: bytes | None = None


def draw(appearance: Appearance) -> bytes:
    """The seal as a one-page PDF of the size of its box, with just the glyphs that it needs."""
    return _drawn(appearance, with_image=True)


def _drawn(appearance: Appearance, *, with_image: bool) -> bytes:
    width, height = appearance.box.width, appearance.box.height
    target = io.BytesIO()
    canvas = Canvas(
        target, pagesize=(width, height), initialFontName=registered(appearance.fonts[0]), pageCompression=1
    )
    image_area, text_area = _areas(appearance)
    if appearance.image is not None and with_image:
        _draw_image(canvas, appearance.image, image_area)
    if appearance.lines:
        _draw_frame(canvas, width, height)
        _draw_lines(canvas, appearance.fonts, _setting(appearance, text_area), text_area)
    canvas.showPage()  # a page even when nothing was drawn on it
    canvas.save()
    return target.getvalue()


def place(
    writer: BasePdfFileWriter,
    field: generic.DictionaryObject | generic.IndirectObject,
    appearance: Appearance,
) -> None:
    """Gives the signer's own field its picture, in the revision that is being written.

    A field without a rectangle stays invisible: in the other documents of the envelope it has none.
    """
    widget = field.get_object() if isinstance(field, generic.IndirectObject) else field  # type: ignore[no-untyped-call]
    if min(displayed_size(widget)) > 0:
        put_drawing(writer, widget, _drawn(appearance, with_image=False), _picture(appearance))


def displayed_size(widget: generic.DictionaryObject) -> tuple[float, float]:
    """Width and height of a field as the page is displayed, in points."""
    left, bottom, right, top = (float(number) for number in widget["/Rect"])
    width, height = right - left, top - bottom
    return (height, width) if _rotation(widget) in (90, 270) else (width, height)


def put_drawing(
    writer: BasePdfFileWriter,
    widget: generic.DictionaryObject,
    drawing: bytes,
    picture: Picture | None = None,
) -> None:
    """Makes a one-page PDF the normal appearance of a field; upright on a page that is displayed rotated."""
    page = PdfFileReader(io.BytesIO(drawing)).root["/Pages"]["/Kids"][0]
    _, _, width, height = (float(number) for number in page["/MediaBox"])
    resources: Any = writer.import_object(page["/Resources"])
    ink = page["/Contents"].data
    if picture is not None:
        resources[_Name("/XObject")] = add_picture(writer, picture)
        ink = picture.ink + ink
    stream = generic.StreamObject(
        stream_data=ink,
        dict_data={
            _Name("/Type"): _Name("/XObject"),
            _Name("/Subtype"): _Name("/Form"),
            _Name("/BBox"): _numbers(0, 0, width, height),
            _Name("/Matrix"): _matrix(_rotation(widget), width, height),
            _Name("/Resources"): resources,
        },
    )
    stream.compress()  # type: ignore[no-untyped-call]
    reference = writer.add_object(stream)
    widget[_Name("/AP")] = generic.DictionaryObject({_Name("/N"): reference})  # type: ignore[no-untyped-call]
    writer.update_container(widget)


class KeepAppearance(BaseStampStyle):
    """For pyHanko's own signer: a stamp style that draws nothing, because `place` has drawn already."""

    def create_stamp(self, writer: BasePdfFileWriter, box: layout.BoxConstraints, text_params: Any) -> Any:
        return None


def is_legible(appearance: Appearance) -> bool:
    """Whether the words can be read at the size to which the box forces them."""
    _, text_area = _areas(appearance)
    return not appearance.lines or _setting(appearance, text_area).is_legible


def seal_lines(name: str, organisation: str, title: str, at: datetime) -> tuple[str, ...]:
    """The words of a seal: organisation, title, name, and the claimed signing time (/M) in Japan's time."""
    when = at.astimezone(JST)
    moment = f"{when.year}年{when.month}月{when.day}日 {when:%H:%M:%S}{TIED}JST"
    person = f"{title} {name.strip().replace(' ', TIED)}".strip()
    return tuple(line for line in (organisation.strip(), person, moment) if line)


@dataclass(frozen=True)
class _Area:
    left: float
    bottom: float
    width: float
    height: float


def _areas(appearance: Appearance) -> tuple[_Area, _Area]:
    """Where image and words go: side by side in a wide box, one above the other in a narrow one."""
    box = appearance.box
    inside = _Area(_PADDING, _PADDING, box.width - 2 * _PADDING, box.height - 2 * _PADDING)
    if appearance.image is None or not appearance.lines:
        return inside, inside
    if box.width >= 1.5 * box.height:
        side = min(inside.height, inside.width * 0.4)
        rest = _Area(inside.left + side + _GAP, inside.bottom, inside.width - side - _GAP, inside.height)
        return _Area(inside.left, inside.bottom, side, inside.height), rest
    words = inside.height * 0.45
    above = _Area(inside.left, inside.bottom + words + _GAP, inside.width, inside.height - words - _GAP)
    return above, _Area(inside.left, inside.bottom, inside.width, words)


def _setting(appearance: Appearance, area: _Area) -> Setting:
    return set_lines(appearance.lines, appearance.fonts, area.width, area.height)


def _draw_image(canvas: Canvas, image: bytes, area: _Area) -> None:
    canvas.drawImage(
        ImageReader(io.BytesIO(image)),
        area.left,
        area.bottom,
        area.width,
        area.height,
        mask="auto",
        preserveAspectRatio=True,
        anchor="c",
    )


def _picture(appearance: Appearance) -> Picture | None:
    if appearance.image is None:
        return None
    area, _ = _areas(appearance)
    return Picture.within(appearance.image, area.left, area.bottom, area.width, area.height)


def _draw_frame(canvas: Canvas, width: float, height: float) -> None:
    canvas.setStrokeColorRGB(*FRAME_COLOUR)
    canvas.setLineWidth(0.6)
    canvas.rect(0.5, 0.5, width - 1, height - 1)


def _draw_lines(canvas: Canvas, fonts: Sequence[Path], setting: Setting, area: _Area) -> None:
    pitch = setting.height / len(setting.lines)
    baseline = area.bottom + (area.height + setting.height) / 2 - pitch + setting.size * 0.23
    for number, line in enumerate(setting.lines):
        text = canvas.beginText(area.left, baseline - number * pitch)
        for font, piece in runs(line, fonts):
            text.setFont(font, setting.size)
            text.textOut(piece)
        canvas.drawText(text)


def _rotation(widget: generic.DictionaryObject) -> int:
    """How far the page turns the field clockwise when it is displayed; written down while preparing."""
    turned = widget.get("/MK")
    return int(turned.get("/R", 0)) % 360 if turned is not None else 0


def _matrix(rotation: int, width: float, height: float) -> generic.ArrayObject:
    shift = {0: (0.0, 0.0), 90: (height, 0.0), 180: (width, height), 270: (0.0, width)}[rotation]
    return _numbers(*_TURNS[rotation], *shift)


def _numbers(*numbers: float) -> generic.ArrayObject:
    return generic.ArrayObject(map(generic.FloatObject, (round(number, 4) for number in numbers)))
