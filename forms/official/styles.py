"""Type sizes of an official paper (様式の文字), scaled together when a page has much to hold."""

from dataclasses import dataclass, replace

from forms.fonts import MINCHO, registered_font
from forms.ruling import MM
from forms.typesetting import TA_CENTER, TA_RIGHT, TextStyle


@dataclass(frozen=True)
class PaperStyles:
    """Every style of one paper at one scale."""

    text: TextStyle
    scale: float

    @property
    def gap(self) -> float:
        """Free space between two parts of the page."""
        return 4.2 * MM * self.scale

    @property
    def row_padding(self) -> float:
        """Space above and below the text of a table cell."""
        return 2.3 * MM * self.scale

    @property
    def title(self) -> TextStyle:
        """The title, centred."""
        size = self.text.size * 1.5
        return replace(self.text, size=size, leading=size * 1.5, align=TA_CENTER)

    @property
    def centred(self) -> TextStyle:
        """Text in the middle of a cell."""
        return replace(self.text, align=TA_CENTER)

    @property
    def right(self) -> TextStyle:
        """Text at the right margin."""
        return replace(self.text, align=TA_RIGHT)

    @property
    def body(self) -> TextStyle:
        """Running text: first line indented by one character, wide leading."""
        return replace(self.text, first_indent=self.text.size, leading=self.text.size * 1.7)

    @property
    def note(self) -> TextStyle:
        """Notes: slightly smaller, continued lines indented."""
        size = self.text.size * 0.92
        return replace(self.text, size=size, leading=size * 1.5, hanging_indent=size * 1.5)


def paper_styles(font_size: float, scale: float) -> PaperStyles:
    """Styles of a paper whose text has this size at scale 1."""
    size = font_size * scale
    return PaperStyles(TextStyle(registered_font(MINCHO), size, size * 1.45), scale)
