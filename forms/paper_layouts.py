"""How a paper looks (様式の体裁): the order of its parts, widths, rules."""

from dataclasses import dataclass

from procurement.words import Worded


class PaperBlock(Worded):
    """A part of the printed page, in the order in which a paper prints them."""

    NUMBER = "number"
    TITLE = "title"
    DATE = "date"
    ADDRESSEE = "addressee"
    APPLICANT = "applicant"
    ADDRESSEE_AND_APPLICANT = "addressee_and_applicant"
    BODY = "body"
    TABLE = "table"
    NOTES = "notes"
    SUPPLEMENT = "supplement"


@dataclass(frozen=True)
class PaperLayout:
    """How the paper looks (様式の体裁): order of its parts, widths in millimetres, ruled or not."""

    blocks: tuple[PaperBlock, ...]
    framed: bool = False
    applicant_ruled: bool = False
    applicant_heading: str = ""
    headings_in_table: bool = True
    label_width: float = 45.0
    font_size: float = 10.5


DEFAULT_LAYOUT = PaperLayout(
    blocks=(
        PaperBlock.NUMBER,
        PaperBlock.DATE,
        PaperBlock.ADDRESSEE,
        PaperBlock.APPLICANT,
        PaperBlock.TITLE,
        PaperBlock.BODY,
        PaperBlock.TABLE,
        PaperBlock.NOTES,
        PaperBlock.SUPPLEMENT,
    )
)
