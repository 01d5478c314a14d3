"""Seal images inside a PDF (印影の画像の埋め込み): packed once, then copied into each seal that shows them."""

import io
import zlib
from dataclasses import dataclass
from functools import lru_cache

from PIL import Image
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.writer import BasePdfFileWriter

_Name = generic.NameObject
_NAME = "/Seal"


@dataclass(frozen=True)
class _Packed:
    """Colours and transparency of an image, compressed."""

    width: int
    height: int
    colours: bytes
    transparency: bytes


@dataclass(frozen=True)
class Picture:
    """An image and the operators that draw it, in points from the lower left corner of its seal."""

    png: bytes
    ink: bytes

    @classmethod
    def within(cls, png: bytes, left: float, bottom: float, width: float, height: float) -> "Picture":
        """The image as large as fits into an area, in its middle, not distorted."""
        packed = _packed(png)
        scale = min(width / packed.width, height / packed.height)
        wide, high = packed.width * scale, packed.height * scale
        x, y = left + (width - wide) / 2, bottom + (height - high) / 2
        return cls(png, f"q {wide:.3f} 0 0 {high:.3f} {x:.3f} {y:.3f} cm {_NAME} Do Q\n".encode())


def add_picture(writer: BasePdfFileWriter, picture: Picture) -> generic.DictionaryObject:
    """Writes the image with its soft mask; returns the resources by which the operators find it."""
    packed = _packed(picture.png)
    mask = writer.add_object(_image(packed, packed.transparency, "/DeviceGray"))
    image = _image(packed, packed.colours, "/DeviceRGB")
    image[_Name("/SMask")] = mask
    return generic.DictionaryObject({_Name(_NAME): writer.add_object(image)})  # type: ignore[no-untyped-call]


@lru_cache(maxsize=16)
def _packed(png: bytes) -> _Packed:
    with Image.open(io.BytesIO(png), formats=("PNG",)) as opened:
        image = opened.convert("RGBA")
    colours, transparency = image.convert("RGB").tobytes(), image.getchannel("A").tobytes()
    return _Packed(image.width, image.height, zlib.compress(colours, 9), zlib.compress(transparency, 9))


def _image(packed: _Packed, content: bytes, colour_space: str) -> generic.StreamObject:
    return generic.StreamObject(
        encoded_data=content,
        dict_data={
            _Name("/Type"): _Name("/XObject"),
            _Name("/Subtype"): _Name("/Image"),
            _Name("/Width"): _number(packed.width),
            _Name("/Height"): _number(packed.height),
            _Name("/ColorSpace"): _Name(colour_space),
            _Name("/BitsPerComponent"): _number(8),
            _Name("/Filter"): _Name("/FlateDecode"),
        },
    )


def _number(value: int) -> generic.NumberObject:
    return generic.NumberObject(value)  # type: ignore[no-untyped-call]
