"""Certificates of guarantees (保証証書) as their customer prints or stores them. (GUAR-60, GUAR-61)

It is no paper for the orderer: that one takes the key notice alone, and the footer says so. (GUAR-15)
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time

from reportlab.platypus import Spacer

from forms.issued.pages import MM, issued_styles, labelled_rows, print_pages
from forms.typesetting import TA_CENTER, TextLines
from guarantees.certificates import CertificateContents, Target
from guarantees.products import Product
from procurement.numbers import format_yen
from procurement.wareki import JST, format_wareki

LABEL_WIDTH = 46 * MM
NOT_FOR_THE_ORDERER = "発注者へは、この証書ではなく「認証キー」のお知らせを提出します。"

Rows = list[tuple[str, str]]


@dataclass(frozen=True)
class CertificateFacts:
    """What a printed certificate says. `change_number` counts the changes; 0 is the first certificate."""

    layout: str
    number: str
    contents: CertificateContents
    issued_on: date
    target: Target
    change_number: int
    issuer_name: str
    issuer_address: str
    issuer_head: str
    closing: str
    notes: Sequence[str]
    contractor_address: str = ""
    is_electronic: bool = True


def certificate_title(facts: CertificateFacts) -> str:
    """保証証書（前払金保証）, with what a change or an end adds to it."""
    title = f"保証証書（{facts.contents.product.label}）"
    if facts.target is Target.CANCELLATION:
        return f"{title}（解約）"
    if facts.target is not Target.CHANGE:
        return title
    return f"{title}（変更）" if facts.layout == "west" else f"{title}　変更－{facts.change_number}"


def certificate_rows(facts: CertificateFacts) -> Rows:
    """Labels and texts in the order of the company's paper; the page shows the same rows."""
    return _west_rows(facts) if facts.layout == "west" else _east_rows(facts)


def guarantee_certificate(facts: CertificateFacts) -> bytes:
    """Print the certificate as PDF/A-2b."""
    styles = issued_styles(10.5)
    small = replace(styles.small, hanging_indent=styles.small.size * 3)
    title = certificate_title(facts)
    west_date = [TextLines(format_wareki(facts.issued_on), styles.right)] if facts.layout == "west" else []

    def parts() -> list[object]:
        notes = [TextLines(f"（注）{n}．{text}", small) for n, text in enumerate(facts.notes, start=1)]
        company = [facts.issuer_address, facts.issuer_name, facts.issuer_head]
        return [
            *west_date,
            TextLines(title, replace(styles.title, size=16, leading=28)),
            labelled_rows(certificate_rows(facts), styles, LABEL_WIDTH),
            Spacer(0, 6 * MM),
            TextLines(facts.closing.format(product=facts.contents.product.label), styles.text),
            Spacer(0, 4 * MM),
            *[TextLines(line, styles.right) for line in company if line],
            TextLines(f"取扱箇所　{facts.contents.branch or '本店'}", styles.right),
            Spacer(0, 6 * MM),
            *notes,
            Spacer(0, 4 * MM),
            *(
                [TextLines(NOT_FOR_THE_ORDERER, replace(styles.text, align=TA_CENTER))]
                if facts.is_electronic
                else []
            ),
        ]

    made_at = datetime.combine(facts.issued_on, time(), JST)
    return print_pages(parts, title, f"保証契約番号　{facts.number}", made_at)


def _east_rows(facts: CertificateFacts) -> Rows:
    says = facts.contents
    period = f"{_day(says.work_starts_on)}　～　{_day(says.work_ends_on)}"
    rows = [
        ("保証契約番号", facts.number),
        ("保証契約者", _contractor(facts)),
        ("被保証者", says.orderer),
        ("保証金額（総額）", format_yen(says.guaranteed_amount)),
        ("保証期限", _day(says.guarantee_ends_on)),
        ("工事名", says.work_name),
        ("工事場所", says.work_place),
        ("請負金額（総額）", format_yen(says.contract_price)),
        ("工期", period),
        ("請負契約日", _day(says.contracted_on)),
        ("預託金融機関", says.deposit_institution),
    ]
    return _of_product(rows, says.product)


def _west_rows(facts: CertificateFacts) -> Rows:
    says = facts.contents
    rows = [
        ("保証契約番号", facts.number),
        ("保証契約者", _contractor(facts)),
        ("被保証者", says.orderer),
        ("保証金額（総額）", format_yen(says.guaranteed_amount)),
        ("保証期間（期限）", _day(says.guarantee_ends_on)),
        ("工期満日", _day(says.work_ends_on)),
        ("工事名", says.work_name),
        ("工事場所", says.work_place),
        ("請負金額（総額）", format_yen(says.contract_price)),
        ("請負契約日", _day(says.contracted_on)),
        ("前払金預託金融機関", says.deposit_institution),
    ]
    return _of_product(rows, says.product)


def _of_product(rows: Rows, product: Product) -> Rows:
    """A contract guarantee deposits nothing; a place that was not given is left out."""
    deposits = product in (Product.ADVANCE_PAYMENT, Product.INTERIM_ADVANCE_PAYMENT)
    kept = [row for row in rows if deposits or not row[0].endswith("預託金融機関")]
    return [(label, text or "―") for label, text in kept if text or label != "工事場所"]


def _contractor(facts: CertificateFacts) -> str:
    says = facts.contents
    lines = [facts.contractor_address, says.joint_venture, says.contractor]
    return "\n".join(line for line in lines if line)


def _day(day: date | None) -> str:
    return format_wareki(day) if day else ""
