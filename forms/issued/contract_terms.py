"""Clauses (契約条項): which kind of contract a case becomes, and what its articles say."""

import tomllib
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

from procurement.rules import ProcurementCategory

KINDS = {
    ProcurementCategory.CONSTRUCTION_WORKS: "construction",
    ProcurementCategory.CONSTRUCTION_MAINTENANCE: "construction",
    ProcurementCategory.SMALL_WORKS: "construction",
    ProcurementCategory.CONSTRUCTION_RELATED_SERVICES: "services",
    ProcurementCategory.SURVEY_AND_CONSULTING: "services",
    ProcurementCategory.SERVICES: "services",
    ProcurementCategory.GOODS: "goods",
    ProcurementCategory.PRINTING: "printing",
}


@dataclass(frozen=True)
class Article:
    """One article (条) with its numbered paragraphs; `covers` are items of 建設業法 19条1項."""

    heading: str
    text: tuple[str, ...]
    covers: tuple[int, ...] = ()


@dataclass(frozen=True)
class ContractTerms:
    """The words of one kind of contract: titles, names of its particulars, opening sentence, articles."""

    title: str
    amendment_title: str
    work: str
    place: str
    period: str
    price: str
    opening: str
    articles: tuple[Article, ...]
    covers: tuple[int, ...] = ()

    def covered_items(self) -> frozenset[int]:
        """Items of 建設業法 19条1項 that the document states, in its particulars or its articles."""
        return frozenset(self.covers).union(*(article.covers for article in self.articles))


@lru_cache(maxsize=8)
def contract_terms(category: ProcurementCategory) -> ContractTerms:
    """The clauses for a category (業種の契約条項)."""
    text = files("forms.issued.terms").joinpath(f"{KINDS[category]}.toml").read_text("utf-8")
    table = tomllib.loads(text)
    articles = tuple(
        Article(item["heading"], tuple(item["text"]), tuple(item.get("covers", ())))
        for item in table.pop("articles")
    )
    return ContractTerms(**{**table, "covers": tuple(table.get("covers", ()))}, articles=articles)
