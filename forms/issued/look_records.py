"""Record of a look (照会記録): what a city asked a registry, when, who, and what was answered, line by line. (GUAR-75)"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from reportlab.platypus import KeepTogether, Spacer, Table, TableStyle

from forms.fonts import GOTHIC, registered_font
from forms.issued.pages import CELL_PADDING, MM, WIDTH, IssuedStyles, print_pages
from forms.issued.proofs import LABEL_GROUND, Rows, filled, printing_notes, proof_styles, section
from forms.issued.receipt import instant_text
from forms.ruling import cell_padding, grid
from forms.typesetting import TA_RIGHT, TextLines
from guarantees.certificates import Certificate, CertificateContents
from guarantees.checks import CheckLine
from procurement.numbers import format_yen
from procurement.wareki import format_wareki

COLUMNS = (("項目", 24 * MM), ("結果", 16 * MM), ("証書の記載", 34 * MM), ("契約が求めること", 34 * MM))
STATEMENT = (
    "提出された保証について、下記のとおり照会し、回答の内容を契約の内容と突き合わせました。"
    "認証キーは記載していません。"
)
DEMO_STATEMENT = "この記録はデモです。デモ用の鍵と時刻認証局によるもので、法的な効力はありません。"
SEALED = (
    "この記録には、本サービスの電子署名とタイムスタンプを付しています。"
    "内容を変更したもの及び印刷したものは、写しです。"
)


@dataclass(frozen=True)
class LookFacts:
    """What the record says. `masked_key` is never a key; `certificate` is None where none was found."""

    record_id: str
    city_name: str
    case_number: str
    case_title: str
    contractor: str
    obligation: str
    means: str
    issuer_name: str
    number: str
    masked_key: str
    orderer: str
    registry_name: str
    asked_by: str
    looked_at: datetime
    outcome: str
    problem: str
    certificate: Certificate | None
    certificate_sha256: str
    lines: Sequence[CheckLine]
    service_name: str
    is_demo: bool = False


def look_record(facts: LookFacts, made_at: datetime) -> bytes:
    """Print the record as PDF/A-2b. What no font can print is named in a note of its own."""
    styles = proof_styles()
    sections = [*_sections(facts), *_notes(facts)]

    def parts() -> list[Any]:
        story: list[Any] = [
            TextLines(f"記録番号　{facts.record_id}", replace(styles.small, align=TA_RIGHT)),
            TextLines(f"作成日時　{instant_text(made_at)}", replace(styles.small, align=TA_RIGHT)),
            TextLines("保証の照会記録", styles.title),
            TextLines(STATEMENT, styles.text),
        ]
        story += [TextLines(DEMO_STATEMENT, styles.heading)] if facts.is_demo else []
        story += [KeepTogether(section(heading, rows, styles)) for heading, rows in sections]
        story += _comparison(facts.lines, styles)
        closing = [Spacer(0, 4 * MM), TextLines(SEALED, styles.text), Spacer(0, 3 * MM)]
        story.append(KeepTogether([*closing, TextLines(facts.service_name, styles.right)]))
        return story

    footer = f"保証の照会記録　記録番号 {facts.record_id}"
    return print_pages(parts, f"保証の照会記録　{facts.case_title}", footer, made_at)


def contents_rows(contents: CertificateContents) -> Iterator[tuple[str, str]]:
    """The contents of a certificate (証書の記載事項) as labels and words; what it does not say is left out."""
    rows = (
        ("保証の種類", contents.product.label),
        ("被保証者（発注者）", contents.orderer),
        ("保証契約者（受注者）", contents.contractor),
        ("共同企業体", contents.joint_venture),
        ("工事名", contents.work_name),
        ("工事場所", contents.work_place),
        ("請負金額", format_yen(contents.contract_price)),
        ("保証金額", format_yen(contents.guaranteed_amount)),
        ("請負契約日", format_wareki(contents.contracted_on) if contents.contracted_on else ""),
        ("工期", _period(contents.work_starts_on, contents.work_ends_on)),
        ("保証期間", _period(contents.guarantee_starts_on, contents.guarantee_ends_on)),
        ("預託金融機関", contents.deposit_institution),
        ("取扱箇所", contents.branch),
    )
    yield from (row for row in rows if row[1])


def _sections(facts: LookFacts) -> Iterator[tuple[str, Rows]]:
    yield (
        "対象の契約",
        filled(
            ("発注者", facts.city_name),
            ("案件番号", facts.case_number),
            ("案件名", facts.case_title),
            ("受注者", facts.contractor),
            ("保証", f"{facts.obligation}（{facts.means}）"),
        ),
    )
    yield (
        "照会",
        filled(
            ("照会先", facts.registry_name),
            ("照会した者", facts.asked_by),
            ("照会の名義", facts.orderer),
            ("照会日時", instant_text(facts.looked_at)),
            ("保証契約番号", facts.number),
            ("認証キー", facts.masked_key),
            ("保証機関（提出時）", facts.issuer_name),
            ("回答", facts.outcome),
            ("回答の補足", facts.problem),
        ),
    )
    if facts.certificate is not None:
        yield "証書の記載", [*contents_rows(facts.certificate.latest), *_hash(facts)]
        yield "証書の履歴", list(_history(facts.certificate))


def _hash(facts: LookFacts) -> Rows:
    return filled(("記載事項の照合値\n（SHA-256）", facts.certificate_sha256))


def _history(certificate: Certificate) -> Iterator[tuple[str, str]]:
    for entry in certificate.entries:
        amount = format_yen(entry.contents.guaranteed_amount)
        yield f"{entry.number}　{entry.target.label}", f"{instant_text(entry.arrived_at)}　保証金額{amount}"


def _comparison(lines: Sequence[CheckLine], styles: IssuedStyles) -> list[Any]:
    """The comparison line by line; a long table goes on over the page with its head repeated."""
    if not lines:
        return []
    small = replace(styles.text, size=8.5, leading=12.5)
    label = replace(small, font=registered_font(GOTHIC))
    widths = [width for _, width in COLUMNS]
    head = [TextLines(name, label) for name, _ in COLUMNS] + [TextLines("突合の内容", label)]
    rows = [head] + [
        [
            TextLines(line.label, label),
            TextLines(line.result.label, label),
            TextLines(line.found or "記載なし", small),
            TextLines(line.needed or "定めなし", small),
            TextLines(_words(line), small),
        ]
        for line in lines
    ]
    ruled = TableStyle([grid(), *cell_padding(CELL_PADDING), ("BACKGROUND", (0, 0), (-1, 0), LABEL_GROUND)])
    table = Table(rows, colWidths=[*widths, WIDTH - sum(widths)], style=ruled, repeatRows=1)
    return [TextLines("契約との突合", styles.heading, keep_with_next=True), table]


def _words(line: CheckLine) -> str:
    told = f"\n提出時：{line.told}" if line.told and line.told != line.found else ""
    return f"{line.words}{told}" + (f"\n（{line.source}）" if line.source else "")


def _period(starts: Any, ends: Any) -> str:
    if not starts and not ends:
        return ""
    begin = format_wareki(starts) if starts else ""
    return f"{begin}から{format_wareki(ends)}まで" if ends else f"{begin}から"


def _notes(facts: LookFacts) -> list[tuple[str, Rows]]:
    printed = [text for _, rows in _sections(facts) for _, text in rows]
    printed += [text for line in facts.lines for text in (line.words, line.found, line.needed, line.told)]
    return printing_notes(printed)
