"""Announced means (申し出た保証の方法): how the contractor said that it secures the contract. (FORM-I11 to FORM-I16)"""

import re
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from forms.meanings import Meaning
from forms.values import text_of
from guarantees.lodged import Means
from portal.workflows.usage_forms import accepted_form
from procurement.filings import Filing, FilingVersion

MEANS: tuple[tuple[str, tuple[Means, ...]], ...] = (
    ("免除", (Means.EXEMPTION,)),
    ("現金", (Means.CASH,)),
    ("国債|有価証券|担保", (Means.GOVERNMENT_BONDS,)),
    ("保証事業会社|保証会社", (Means.ELECTRONIC_SURETY, Means.PAPER_SURETY)),
    ("銀行|金融機関", (Means.BANK,)),
    ("履行ボンド|履行保証証券|履行保証契約", (Means.PERFORMANCE_BOND,)),
    ("保証保険|保険", (Means.INSURANCE,)),
)
"""Words of a choice and what they name. The words decide: a city's form file is free in its values."""


@dataclass(frozen=True)
class AnnouncedMeans:
    """What was announced: `means` that the words name (several where one answer covers them; none for another way).

    `text` is the answer in words, `other` what was written beside 「その他」, `title` the paper that says so.
    """

    means: tuple[Means, ...]
    text: str
    other: str
    title: str
    is_accepted: bool


def announced_means(session: Session, case_id: str) -> AnnouncedMeans | None:
    """The answer in the newest version that was handed in and not turned down, an accepted one before others.

    None where no paper of the case asks for it or says it. `session` is the session of an `Act`.
    """
    query = (
        select(FilingVersion)
        .join(FilingVersion.filing)
        .where(
            Filing.case_id == case_id,
            Filing.voided_at.is_(None),
            FilingVersion.submitted_at.is_not(None),
            FilingVersion.withdrawn_at.is_(None),
            FilingVersion.sent_back_at.is_(None),
            FilingVersion.rejected_at.is_(None),
        )
        .order_by(FilingVersion.submitted_at.desc(), FilingVersion.number.desc())
    )
    found = [said for version in session.scalars(query) if (said := _said(session, version)) is not None]
    return next((said for said in found if said.is_accepted), next(iter(found), None))


def means_named(words: str) -> tuple[Means, ...]:
    """The means that the words of a choice name, in the order of `Means`; none for 「その他」."""
    named = {means for pattern, several in MEANS if re.search(pattern, words) for means in several}
    return tuple(means for means in Means if means in named)


def _said(session: Session, version: FilingVersion) -> AnnouncedMeans | None:
    form = accepted_form(session, version)
    field = form.field_that_means(Meaning.GUARANTEE_METHOD) if form else None
    value = version.values.get(field.key) if field else None
    if form is None or field is None or not value:
        return None
    beside = form.field_that_means(Meaning.GUARANTEE_METHOD_OTHER)
    other = str(version.values.get(beside.key) or "") if beside else ""
    text = text_of(field, value)
    return AnnouncedMeans(
        means=means_named(text) or means_named(other),
        text=text,
        other=other,
        title=version.filing.title,
        is_accepted=version.accepted_at is not None,
    )
