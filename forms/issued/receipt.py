"""Receipt (受付票): proof for the contractor of what was filed and when, to the second."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from reportlab.platypus import Spacer

from forms.issued.pages import MM, issued_styles, labelled_rows, print_pages
from forms.typesetting import TextLines
from forms.values import SectionRows
from procurement.wareki import JST, format_wareki

LABEL_WIDTH = 62 * MM
HASH_LABEL_WIDTH = 26 * MM
HEADING_SPACE = 1.5 * MM
NOTE = "この受付票は、提出を受け付けたことを示すものです。内容の確認の結果は、別にお知らせします。"
HASHES_NOTE = (
    "SHA-256は、受け付けたファイルの指紋です。手元のファイルから求めた値と同じなら、1文字も変わっていません。"
)
LATE_NOTE = "提出期限を過ぎて受け付けました。取扱いは市の担当者が決定します。"


@dataclass(frozen=True)
class ReceiptFacts:
    """What a receipt says: number, instant, case, form, who filed, and every field that was filled in.

    `attachment_hashes` go with `attachments`, in their order; hashes are lower-case hexadecimal SHA-256.
    """

    receipt_number: str
    received_at: datetime
    city_name: str
    form_title: str
    case_title: str
    company_name: str
    sections: Sequence[SectionRows]
    attachments: Sequence[str] = ()
    is_late: bool = False
    version_number: int = 1
    paper_sha256: str = ""
    attachment_hashes: Sequence[str] = ()


def instant_text(at: datetime) -> str:
    """令和8年5月7日 9時05分00秒（日本時間）, the hour as the pages write it."""
    local = at.astimezone(JST)
    return f"{format_wareki(local.date())}　{local.hour}時{local:%M分%S秒}（日本時間）"


def receipt(facts: ReceiptFacts, made_at: datetime) -> bytes:
    """Print the receipt as PDF/A-2b."""
    styles = issued_styles()
    heading = replace(styles.heading, space_after=HEADING_SPACE)
    head = [
        ("受付番号", facts.receipt_number),
        ("受付日時", instant_text(facts.received_at)),
        ("提出先", facts.city_name),
        ("書類", f"{facts.form_title}（第{facts.version_number}版）"),
        ("案件", facts.case_title),
        ("提出者", facts.company_name),
    ]

    def parts() -> list[Any]:
        story: list[Any] = [
            TextLines("受付票", styles.title),
            labelled_rows(head, styles, LABEL_WIDTH),
            Spacer(0, 3 * MM),
        ]
        story += [TextLines(text, styles.text) for text in (LATE_NOTE,) if facts.is_late]
        story.append(TextLines(NOTE, styles.text))
        for section in facts.sections:
            story.append(TextLines(section.heading, heading, keep_with_next=True))
            filled = [(row.label, row.text or "（空欄）") for row in section.rows]
            story.append(labelled_rows(filled, styles, LABEL_WIDTH))
        if facts.attachments:
            story.append(TextLines("添付書類", heading, keep_with_next=True))
            names = [(str(number), name) for number, name in enumerate(facts.attachments, start=1)]
            story.append(labelled_rows(names, styles, LABEL_WIDTH))
        if facts.paper_sha256 or facts.attachment_hashes:
            story.append(TextLines("ファイルの指紋（SHA-256）", heading, keep_with_next=True))
            story.append(labelled_rows(_hashes(facts), styles, HASH_LABEL_WIDTH))
            story.append(TextLines(HASHES_NOTE, styles.small))
        return story

    return print_pages(parts, f"受付票　{facts.receipt_number}", f"受付番号　{facts.receipt_number}", made_at)


def _hashes(facts: ReceiptFacts) -> list[tuple[str, str]]:
    paper = [("様式のPDF", facts.paper_sha256)] if facts.paper_sha256 else []
    files = [(f"添付{number}", sha256) for number, sha256 in enumerate(facts.attachment_hashes, start=1)]
    return paper + files
