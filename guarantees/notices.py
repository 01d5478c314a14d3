"""Key notices (認証キーのお知らせ): what the surety's paper says, read from its words. (GUAR-65, GUAR-66, GUAR-67)

Generous with layouts (labels beside or above their values, broken lines, full-width characters), strict with
shapes: a number or a key that no company's data knows is not read at all, and a person types it in.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

from guarantees.keys import AuthenticationKey
from guarantees.labelled import LabelledWord
from guarantees.notice_layouts import Labelled, labelled_values, row_words, words_of
from guarantees.notice_pieces import Piece, pieces_of
from guarantees.notice_words import (
    is_usual_key,
    issuer_in,
    key_in,
    number_in,
    squashed,
    without_quotes,
    without_spacing,
    without_title,
)
from guarantees.products import Product


class PaperKind(LabelledWord):
    """What a paper turned out to be (書類の種類)."""

    KEY_NOTICE = "key_notice", "認証キーのお知らせ"
    CERTIFICATE = "certificate", "保証証書"
    UNKNOWN = "unknown", "認証キーのお知らせではない書類"
    SCAN = "scan", "文字のない画像（スキャン）"


LEAST_WORDS = 15
"""A paper with fewer characters is a picture, perhaps with a page number or a stamp in words."""
SAID = ("guarantee_contract_number", "product", "work_name", "orderer", "contractor", "issuer")


@dataclass(frozen=True)
class Notice:
    """What a key notice says (お知らせの記載). None where the paper is silent; the key never prints.

    `product`, `work_name`, `orderer`, `contractor` and `issuer` are the words of the paper.
    """

    kind: PaperKind = PaperKind.KEY_NOTICE
    guarantee_contract_number: str | None = None
    authentication_key: AuthenticationKey | None = None
    product: str | None = None
    work_name: str | None = None
    orderer: str | None = None
    contractor: str | None = None
    issuer: str | None = None

    @property
    def product_kind(self) -> Product | None:
        """The product that the words name; None where they name none."""
        return product_named(self.product or "")

    @property
    def is_complete(self) -> bool:
        """Whether number and key could both be read."""
        return self.guarantee_contract_number is not None and self.authentication_key is not None

    def says(self) -> dict[str, Any]:
        """Everything but the key, as it may lie in a table beside the lodged guarantee."""
        return {name: getattr(self, name) for name in SAID} | {"kind": self.kind.value}

    @classmethod
    def from_says(cls, values: Mapping[str, Any]) -> Self:
        """From what `says` gave; the key stays unknown."""
        said = {name: values.get(name) for name in SAID}
        return cls(kind=PaperKind(values.get("kind", PaperKind.KEY_NOTICE)), **said)


def product_named(words: str) -> Product | None:
    """The product (保証の種類) in words as papers use them: 中間前払金保証, 前払, 契約保証予約 …"""
    text = squashed(words)
    if "予約" in text or "入札ボンド" in text:
        return Product.CONTRACT_RESERVATION
    if re.search("中間前[払金]", text):
        return Product.INTERIM_ADVANCE_PAYMENT
    if re.search("前払|前金", text):
        return Product.ADVANCE_PAYMENT
    return Product.CONTRACT if re.search("契約(?:保証|$)|履行保証", text) else None


def read_notice(text: str) -> Notice:
    """What the text of one paper says; the first notice where it holds several. Never raises."""
    return read_pages([pieces_of(text)])[0]


def read_pages(pages: Sequence[Sequence[Piece]]) -> tuple[Notice, ...]:
    """Every notice of a PDF, one after the other; one `Notice` of another kind where there is none at all."""
    if sum(len(squashed(piece.text)) for page in pages for piece in page) < LEAST_WORDS:
        return (Notice(PaperKind.SCAN),)
    papers = [paper for page in pages for paper in _papers(page)]
    found = [_read(paper) for paper in _with_following_pages(papers)]
    notices = [notice for notice in found if notice.kind is PaperKind.KEY_NOTICE]
    certificates = [notice for notice in found if notice.kind is PaperKind.CERTIFICATE]
    return tuple(notices or certificates[:1] or found[:1])


Paper = list[Piece]


def _papers(page: Sequence[Piece]) -> list[Paper]:
    """The papers that stand on one page one below the other: each begins with its title, or repeats number and key."""
    starts = [piece.top for piece in page if _is_title(piece)]
    if len(starts) < 2:
        starts = _second_tables(page)
    edges = [*sorted(starts)[1:], float("inf")] if starts else [float("inf")]
    papers: list[Paper] = [[] for _ in edges]
    for piece in page:
        papers[next(n for n, edge in enumerate(edges) if piece.top < edge - 1)].append(piece)
    return [paper for paper in papers if paper]


def _second_tables(page: Sequence[Piece]) -> list[float]:
    """Tops of the tables of a page that has several with a number and a key each, and no titles."""
    labels = sorted(labelled_values(page), key=lambda label: label.place.top)
    tops: list[float] = []
    seen: set[str] = set()
    for label in labels:
        if not tops or (label.code in seen and {"number", "key"} <= seen and label.code != "other"):
            tops.append(label.place.top)
            seen = set()
        seen.add(label.code)
    return tops if len(tops) > 1 and {"number", "key"} <= seen else []


def _is_title(piece: Piece) -> bool:
    words = squashed(piece.text)
    return len(words) <= 40 and "認証キー" in words and words.endswith("お知らせ")


def _with_following_pages(papers: list[Paper]) -> list[Paper]:
    """A page without a title and without a number of its own goes on with the page before it."""
    joined: list[Paper] = []
    for paper in papers:
        goes_on = joined and not any(map(_is_title, paper)) and not _has_number(paper)
        if goes_on and not _is_certificate(paper):
            below = max(piece.bottom for piece in joined[-1])
            joined[-1] += [p._replace(top=p.top + below, bottom=p.bottom + below) for p in paper]
        else:
            joined.append(list(paper))
    return joined


def _has_number(paper: Paper) -> bool:
    return any(label.code == "number" for label in labelled_values(paper))


def _is_certificate(paper: Iterable[Piece]) -> bool:
    """Whether a heading calls the paper itself a certificate or a bond (保証証書, 保証証券)."""
    heading = re.compile(
        r"(?:変更)?(?:電子)?(?:履行|契約|前払金|公共工事履行)?保証(?:保険)?(?:証書|証券)(?:\(.*\))?"
    )
    return any(heading.fullmatch(squashed(piece.text)) for piece in paper)


def _read(paper: Paper) -> Notice:
    labels = labelled_values(paper)
    text = "".join(squashed(piece.text) for piece in sorted(paper, key=lambda p: (p.top, p.x0)))
    number = _number(labels, text)
    key = _key(labels, text, number)
    has_title = any(map(_is_title, paper))
    kind = PaperKind.KEY_NOTICE if key or has_title else PaperKind.UNKNOWN
    if key is None and not has_title and _is_certificate(paper):
        kind = PaperKind.CERTIFICATE
    return Notice(
        kind=kind,
        guarantee_contract_number=number,
        authentication_key=AuthenticationKey(key) if key else None,
        product=_product(labels, paper),
        work_name=_free(labels, "work_name"),
        orderer=_name(labels, "orderer"),
        contractor=_name(labels, "contractor"),
        issuer=_name(labels, "issuer") or issuer_in(text),
    )


def _of(labels: list[Labelled], code: str) -> list[Labelled]:
    return [label for label in labels if label.code == code and label.lines]


def _number(labels: list[Labelled], text: str) -> str | None:
    for label in _of(labels, "number"):
        for words in _longer_and_longer(row_words(label)):
            if found := number_in(words):
                return found
    sentence = re.search(
        r"保証契約番号[」』)]?(?:は|が|:|=)?[「『(]?([0-9A-Za-z-]{9,12})(?![0-9A-Za-z-])", text
    )
    return number_in(sentence.group(1)) if sentence else None


def _key(labels: list[Labelled], text: str, number: str | None) -> str | None:
    read = []
    for label in _of(labels, "key"):
        words = [piece.text for piece in label.lines] + _longer_and_longer(row_words(label))
        read += [found for each in words if (found := key_in(each, number))]
    usual = [found for found in read if is_usual_key(found, number)]
    if read:
        return (usual or read)[0]
    sentence = re.search(r"認証キー[」』)]?(?:は|が|:|=)?[「『(]?([0-9A-Za-z]{10,16})(?![0-9A-Za-z])", text)
    return key_in(sentence.group(1), number) if sentence else None


def _longer_and_longer(rows: list[str]) -> list[str]:
    """The first row, the first two together, and so on: a value may be broken into lines."""
    return ["".join(rows[: n + 1]) for n in range(min(len(rows), 3))]


def _product(labels: list[Labelled], paper: Paper) -> str | None:
    for label in _of(labels, "product"):
        words = without_quotes(without_spacing(words_of(label)))
        if product_named(words) is not None:
            return words
    alone = [piece.text.strip() for piece in paper if re.fullmatch(PRODUCT_WORDS, squashed(piece.text))]
    return alone[0] if len(set(alone)) == 1 else None


PRODUCT_WORDS = r"(?:中間)?前払金?保証|契約保証(?:予約)?|契約保証予約\(入札ボンド\)"


def _free(labels: list[Labelled], code: str) -> str | None:
    found = _of(labels, code)
    return (without_quotes(without_spacing(words_of(found[0]))) or None) if found else None


def _name(labels: list[Labelled], code: str) -> str | None:
    """A name without title and note; notes that stand in rows of their own are left out."""
    for label in _of(labels, code):
        label.lines = [line for line in label.lines if without_title(line.text)]
        if label.lines and (name := without_title(without_quotes(without_spacing(words_of(label))))):
            return name
    return None
