"""Seal images (印影の画像): checked by content, cut to the seal, made transparent, written anew without metadata.

An image of a seal proves nothing by itself; it is a picture beside the signature, and people expect it.
"""

import io
from dataclasses import dataclass
from typing import Any

from PIL import Image, ImageChops, ImageOps, UnidentifiedImageError

from signing.errors import UploadRefused

MAX_BYTES = 2 * 1024 * 1024
MAX_PIXELS = 25_000_000
MIN_SIDE = 60
SIDE = 300
"""Longest side in pixels as kept: 300 dpi for a seal of 25 mm, and quick to embed at each sealing."""
_FLATTEST = 4.0
_FAINTEST = 16
_BITS = 5
_REMEDY = "印影だけを写した、背景が白か透明のPNGまたはJPEGの画像を選んでください。"


@dataclass(frozen=True)
class SealImage:
    """A seal image ready to be embedded: PNG with transparent background, size in pixels."""

    png: bytes
    width: int
    height: int


def normalise_seal_image(content: bytes, name: str = "印影") -> SealImage:
    """Checks an uploaded picture and makes a seal image of it. The same content, the same bytes."""
    if len(content) > MAX_BYTES:
        raise _refused(
            "image_too_large", f"「{name}」は大きすぎます(2MBまで)。", "画像を縮小して保存し直してください。"
        )
    picture = _opened(content, name)
    if picture.width * picture.height > MAX_PIXELS or min(picture.size) < MIN_SIDE:
        raise _refused(
            "image_size",
            f"「{name}」の大きさ({picture.width}×{picture.height}画素)は使えません。",
            f"縦横{MIN_SIDE}画素以上、合わせて2,500万画素までの画像を選んでください。",
        )
    try:
        seal = _transparent(ImageOps.exif_transpose(picture))
    except (OSError, SyntaxError, ValueError) as error:
        raise _damaged(name) from error
    area = seal.getchannel("A").point(lambda value: 255 if value >= _FAINTEST else 0).getbbox()
    if area is None:
        raise _refused("image_empty", f"「{name}」に何も写っていません。", _REMEDY)
    seal = seal.crop(area)
    if max(seal.size) > _FLATTEST * min(seal.size):
        raise _refused("image_shape", f"「{name}」が細長すぎます(縦横の比は4倍まで)。", _REMEDY)
    return _written(seal)


def _opened(content: bytes, name: str) -> Image.Image:
    try:
        picture = Image.open(io.BytesIO(content), formats=("PNG", "JPEG"))
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise _refused("not_an_image", f"「{name}」はPNGまたはJPEGの画像ではありません。", _REMEDY) from error
    if getattr(picture, "n_frames", 1) > 1:
        raise _refused("image_moves", f"「{name}」は動く画像です。", _REMEDY)
    return picture


def _transparent(picture: Image.Image) -> Image.Image:
    """Red, green, blue, alpha: the alpha that the picture has, or white paper made transparent."""
    if picture.width * picture.height > (2 * SIDE) ** 2:
        picture.draft("RGB", (2 * SIDE, 2 * SIDE))
    has_alpha = "A" in picture.getbands() or "transparency" in picture.info
    seal = picture.convert("RGBA")
    if has_alpha and seal.getchannel("A").getextrema()[0] != 255:
        return seal
    return _without_paper(seal.convert("RGB"))


def _without_paper(picture: Image.Image) -> Image.Image:
    """The whiter, the more transparent; on white paper it looks as before."""
    picture.thumbnail((4 * SIDE, 4 * SIDE))
    red, green, blue = picture.split()
    darkest = ImageChops.darker(ImageChops.darker(red, green), blue)
    alpha = ImageChops.invert(darkest)
    ink = [_unmixed(channel, alpha) for channel in (red, green, blue)]
    return Image.merge("RGBA", (*ink, alpha))


def _unmixed(channel: Image.Image, alpha: Image.Image) -> Image.Image:
    """The ink's own value, of which so much (alpha) was mixed with white."""
    pairs: Any = zip(channel.tobytes(), alpha.tobytes(), strict=True)
    ink = bytes(255 - (255 - value) * 255 // a if a else 255 for value, a in pairs)
    return Image.frombytes("L", channel.size, ink)


def _written(seal: Image.Image) -> SealImage:
    seal.thumbnail((SIDE, SIDE), Image.Resampling.LANCZOS)
    plain = _quiet(Image.frombytes("RGBA", seal.size, seal.tobytes()))  # nothing but pixels comes along
    target = io.BytesIO()
    plain.save(target, "PNG", optimize=True)
    return SealImage(target.getvalue(), plain.width, plain.height)


def _quiet(seal: Image.Image) -> Image.Image:
    """Without the noise of scanning, that nobody sees and that makes up most of the bytes."""
    alpha = seal.getchannel("A").point(lambda a: 0 if a < _FAINTEST else 255 if a > 255 - _FAINTEST else a)
    ink = ImageOps.posterize(seal.convert("RGB"), _BITS)
    paper = Image.new("RGB", seal.size)
    ink = Image.composite(ink, paper, alpha.point(lambda a: 255 if a else 0))
    return Image.merge("RGBA", (*ink.split(), alpha))


def _damaged(name: str) -> UploadRefused:
    return _refused("image_damaged", f"「{name}」は壊れているため開けません。", _REMEDY)


def _refused(code: str, text: str, remedy: str) -> UploadRefused:
    return UploadRefused(code, text, remedy=remedy)
