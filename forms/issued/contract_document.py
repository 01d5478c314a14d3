"""Contract document (契約書): generated from the facts of a case, ready to be signed electronically.

The date of the contract is left empty: it is the day on which the last party signs (CITY-08, CITY-45), and
is written by then into a form field whose place is returned with the PDF.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from reportlab.platypus import KeepTogether, Spacer

from forms.issued.contract_terms import ContractTerms, contract_terms
from forms.issued.facts import AmendmentFacts, ContractFacts
from forms.issued.pages import (
    MM,
    WIDTH,
    FieldBox,
    FieldPlace,
    IssuedStyles,
    issued_styles,
    print_pages,
    ruled_table,
)
from forms.typesetting import TextLines
from procurement.numbers import format_yen
from procurement.wareki import format_wareki

__all__ = ["AmendmentFacts", "ContractFacts", "FieldPlace", "IssuedDocument", "contract_document"]

CLOSING = "本契約の成立を証するため、電磁的記録を作成し、発注者及び受注者が電子署名を行い、各自保有する。"
DATE_LABEL = "契約締結日"


@dataclass(frozen=True)
class IssuedDocument:
    """A document ready for signing: the PDF/A, and where the date of the contract will be written."""

    pdf: bytes
    date_field: FieldPlace
    title: str


def contract_document(facts: ContractFacts, made_at: datetime) -> IssuedDocument:
    """Generate the contract (契約書), or the change of contract (変更契約書) when the facts are of one."""
    terms = contract_terms(facts.category)
    boxes: list[FieldBox] = []

    def parts() -> list[Any]:
        document = _ContractParts(facts, terms, issued_styles())
        boxes.append(document.date_box)
        return document.amendment() if facts.amendment else document.contract()

    name = terms.amendment_title if facts.amendment else terms.title
    pdf = print_pages(parts, f"{name}　{facts.title}", f"契約番号　{facts.contract_number}", made_at)
    place = boxes[-1].place
    assert place is not None  # the box was printed with the other parts
    return IssuedDocument(pdf, place, name)


class _ContractParts:
    """The parts of a contract document in their order."""

    def __init__(self, facts: ContractFacts, terms: ContractTerms, styles: IssuedStyles) -> None:
        self.facts = facts
        self.terms = terms
        self.styles = styles
        self.date_box = FieldBox(DATE_LABEL, styles.text)

    def contract(self) -> list[Any]:
        return [
            *self._head(self.terms.title),
            self._particulars(self._contract_rows()),
            *self._closing(self.terms.opening),
            *self._parties(),
            *self._articles(),
            *self._special_terms(),
        ]

    def amendment(self) -> list[Any]:
        change = self.facts.amendment
        assert change is not None  # contract_document asks for an amendment only with its facts
        opening = (
            f"発注者と受注者は、{format_wareki(change.original_concluded_on)}に締結した"
            "上記の契約（以下「原契約」という。）を、次のとおり変更することに合意する。"
            "この契約に定めのない事項は、原契約のとおりとする。"
        )
        return [
            *self._head(f"{self.terms.amendment_title}（第{change.number}回変更）"),
            self._particulars(self._original_rows(change)),
            *self._closing(opening),
            self._changes(change),
            *self._special_terms(),
            *self._parties(),
        ]

    def _head(self, title: str) -> list[Any]:
        number = f"契約番号　{self.facts.contract_number}"
        return [TextLines(number, self.styles.right), TextLines(title, self.styles.title)]

    def _contract_rows(self) -> list[tuple[str, str]]:
        facts, terms = self.facts, self.terms
        rows = [
            (terms.work, facts.title),
            (terms.place, facts.place),
            (terms.period, period_text(facts.starts_on, facts.ends_on)),
            (terms.price, price_text(facts.contract_price, facts.consumption_tax)),
            ("契約保証金", facts.guarantee_text),
            ("前払金等", facts.advance_payment_text),
        ]
        if 4 in terms.covered_items():
            rows.append(("工事を施工しない日・時間帯", facts.no_work_text))
        return rows

    def _original_rows(self, change: AmendmentFacts) -> list[tuple[str, str]]:
        return [
            (self.terms.work, self.facts.title),
            (self.terms.place, self.facts.place),
            ("原契約の締結日", format_wareki(change.original_concluded_on)),
            ("変更の理由", change.reason),
        ]

    def _particulars(self, rows: list[tuple[str, str]]) -> Any:
        cells = [
            [TextLines(str(number), self.styles.text), *(TextLines(text, self.styles.text) for text in row)]
            for number, row in enumerate(rows, start=1)
        ]
        columns = [9 * MM, 40 * MM, WIDTH - 49 * MM]
        return ruled_table(cells, columns)

    def _changes(self, change: AmendmentFacts) -> Any:
        facts = self.facts
        rows = [
            ("", "変更前", "変更後"),
            (
                self.terms.price,
                price_text(change.original_price, change.original_consumption_tax),
                price_text(facts.contract_price, facts.consumption_tax),
            ),
            ("増減額", "", _difference(facts.contract_price - change.original_price)),
            (
                self.terms.period,
                period_text(change.original_starts_on, change.original_ends_on),
                period_text(facts.starts_on, facts.ends_on),
            ),
        ]
        cells = [[TextLines(text, self.styles.text) for text in row] for row in rows]
        side = (WIDTH - 30 * MM) / 2
        return ruled_table(cells, [30 * MM, side, side])

    def _closing(self, opening: str) -> list[Any]:
        gap = Spacer(0, 4 * MM)
        lines = [TextLines(f"　{text}", self.styles.text) for text in (opening, CLOSING)]
        return [gap, *lines, gap]

    def _parties(self) -> list[Any]:
        facts = self.facts
        city = [facts.city_address, facts.city_name, f"{facts.mayor_title}　{facts.mayor_name}"]
        company = [facts.contractor_address, facts.contractor_name, facts.contractor_representative]
        cells = [
            [
                TextLines(role, self.styles.text),
                [TextLines(line, self.styles.text) for line in lines if line],
            ]
            for role, lines in (("発注者", city), ("受注者", company))
        ]
        table = ruled_table(cells, [24 * MM, WIDTH - 24 * MM])
        return [KeepTogether([Spacer(0, 2 * MM), self.date_box, Spacer(0, 4 * MM), table])]

    def _articles(self) -> list[Any]:
        parts: list[Any] = [Spacer(0, 8 * MM), TextLines("契約条項", self.styles.title, keep_with_next=True)]
        for number, article in enumerate(self.terms.articles, start=1):
            parts.append(TextLines(f"（{article.heading}）", self.styles.heading, keep_with_next=True))
            for paragraph, text in enumerate(article.text, start=1):
                mark = f"第{number}条　" if paragraph == 1 else f"{paragraph}　"
                parts.append(TextLines(mark + text, self.styles.hanging))
        return parts

    def _special_terms(self) -> list[Any]:
        if not self.facts.special_terms:
            return []
        lines = [
            TextLines(f"{number}　{text}", self.styles.hanging)
            for number, text in enumerate(self.facts.special_terms, start=1)
        ]
        return [Spacer(0, 4 * MM), TextLines("（特約事項）", self.styles.heading), *lines]


def period_text(starts_on: date | None, ends_on: date) -> str:
    """A period (工期) in words; only its end where it has no beginning (納入期限)."""
    if starts_on is None:
        return format_wareki(ends_on)
    return f"{format_wareki(starts_on)}から\n{format_wareki(ends_on)}まで"


def price_text(price: int, consumption_tax: int) -> str:
    """An amount with the tax that it contains (うち取引に係る消費税及び地方消費税の額)."""
    tax = f"（うち取引に係る消費税及び地方消費税の額　{format_yen(consumption_tax)}）"
    return f"金{format_yen(price)}\n{tax}"


def _difference(amount: int) -> str:
    if amount == 0:
        return "増減なし"
    return f"{format_yen(abs(amount))}の{'増額' if amount > 0 else '減額'}"
