"""Where fields lie in a document, and which signature leaves what open for those after it.

Places are given as a person sees the page: points from the lower left corner of what is displayed, after the
page's own rotation and cropping. `on_page` turns them into the coordinates that the file wants.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

DATE_FIELD = "contract_date"
"""Name of the form field that the last signer's date is written into (契約締結日, AMB-14)."""


def field_in_words(name: str) -> str:
    """A form field as a reader knows it: ours by what it is for, any other by its name in the file."""
    return "契約締結日の欄" if name == DATE_FIELD else f"入力欄「{name}」"


@dataclass(frozen=True)
class Box:
    """A place on a page (位置): page from 1, points from the lower left corner of the page as displayed."""

    page: int
    left: float
    bottom: float
    right: float
    top: float

    @property
    def width(self) -> float:
        return self.right - self.left

    @property
    def height(self) -> float:
        return self.top - self.bottom


@dataclass(frozen=True)
class DateBox(Box):
    """Place of the contract date (契約締結日の記入欄)."""

    font_size: float = 10.5


@dataclass(frozen=True)
class SealPlace:
    """A party's visible seal (可視署名の印影): where, with which image, with or without words.

    `document` is the place of the document in its envelope, from 1: a seal is seen in one document, the
    signatures of the others are invisible. `image_sha256` names a seal image in the document store.
    """

    box: Box
    document: int = 1
    image_sha256: str | None = None
    show_text: bool = True

    def to_json(self) -> dict[str, Any]:
        """The shape that `CirculationStep.appearance` keeps."""
        rest = {"document": self.document, "image_sha256": self.image_sha256, "show_text": self.show_text}
        return asdict(self.box) | rest

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "SealPlace":
        """Reads back what `to_json` wrote."""
        edges = (float(data[edge]) for edge in ("left", "bottom", "right", "top"))
        box = Box(int(data["page"]), *edges)
        shown = bool(data.get("show_text", True))
        return cls(box, int(data.get("document", 1)), data.get("image_sha256"), shown)


@dataclass(frozen=True)
class PlannedSignature:
    """An empty signature field (署名欄); `still_open` names the fields that may be filled after it.

    With a `box` the signature is visible there.
    """

    field_name: str
    still_open: tuple[str, ...] = ()
    box: Box | None = None

    @property
    def is_last(self) -> bool:
        return not self.still_open


@dataclass(frozen=True)
class PageFrame:
    """What of a page is displayed: its cropped edges in the file's coordinates, and its clockwise rotation."""

    left: float
    bottom: float
    right: float
    top: float
    rotation: int = 0

    @property
    def size(self) -> tuple[float, float]:
        """Width and height as displayed, in points."""
        width, height = self.right - self.left, self.top - self.bottom
        return (height, width) if self.rotation in (90, 270) else (width, height)

    def on_page(self, box: Box) -> tuple[float, float, float, float]:
        """The edges of a box in the file's coordinates: left, bottom, right, top."""
        first, second = self._point(box.left, box.bottom), self._point(box.right, box.top)
        xs, ys = sorted((first[0], second[0])), sorted((first[1], second[1]))
        return xs[0], ys[0], xs[1], ys[1]

    def holds(self, box: Box) -> bool:
        """Whether a box lies on the page, to a hundredth of a point."""
        width, height = self.size
        is_inside = box.left >= -0.01 and box.right <= width + 0.01
        return is_inside and box.bottom >= -0.01 and box.top <= height + 0.01

    def _point(self, across: float, up: float) -> tuple[float, float]:
        return {
            0: (self.left + across, self.bottom + up),
            90: (self.right - up, self.bottom + across),
            180: (self.right - across, self.top - up),
            270: (self.left + up, self.top - across),
        }[self.rotation]
