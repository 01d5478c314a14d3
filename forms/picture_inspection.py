"""Look into an uploaded picture, or draw it smaller: run as a script under `forms.confinement`.

`PATH PIXELS` decodes the picture once and prints JSON: {"width": w, "height": h} as it is seen, or
{"refused": code}. `PATH PIXELS WIDTH` prints a JPEG at most so wide, turned the way the camera was held.
"""

import io
import json
import sys

from PIL import Image, ImageFile, ImageOps, UnidentifiedImageError

FORMATS = ("JPEG", "PNG")
WHITE = (255, 255, 255)
QUALITY = 85
UNREADABLE = (
    UnidentifiedImageError,
    OSError,
    ValueError,
    SyntaxError,
    EOFError,
    Image.DecompressionBombError,
)


def check(path: str, most_pixels: int) -> dict[str, object]:
    """What was found, as the JSON that is printed; a picture that breaks off in the middle is damaged."""
    try:
        with Image.open(path, formats=FORMATS) as picture:
            width, height = picture.size
            if width * height > most_pixels:
                return {"refused": "too_many_pixels", "width": width, "height": height}
            picture.draft("RGB", (1, 1))
            picture.load()
            return {"width": width, "height": height}
    except UNREADABLE:
        return {"refused": "damaged"}


def draw(path: str, most_pixels: int, width: int) -> bytes:
    """The picture as a JPEG, turned as its EXIF says, on white where it is transparent, without EXIF."""
    with Image.open(path, formats=FORMATS) as picture:
        if picture.width * picture.height > most_pixels:
            raise ValueError("too many pixels")
        picture.draft("RGB", (width * 2, width * 2))
        turned = ImageOps.exif_transpose(picture)
    turned.thumbnail((width, width * 4))
    flat = Image.new("RGB", turned.size, WHITE)
    coloured = turned.convert("RGBA")
    flat.paste(coloured, mask=coloured.getchannel("A"))
    target = io.BytesIO()
    flat.save(target, "JPEG", quality=QUALITY)
    return target.getvalue()


def main(arguments: list[str]) -> None:
    """Print the findings, or the picture."""
    Image.MAX_IMAGE_PIXELS = None
    ImageFile.LOAD_TRUNCATED_IMAGES = False
    path, pixels, *width = arguments
    if width:
        sys.stdout.buffer.write(draw(path, int(pixels), int(width[0])))
    else:
        print(json.dumps(check(path, int(pixels))))


if __name__ == "__main__":
    main(sys.argv[1:])
