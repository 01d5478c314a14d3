"""Conclusion certificate (合意締結証明書): who agreed to which files, when, and how they were known."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from reportlab.platypus import Spacer

from forms.issued.pages import MM, issued_styles, labelled_rows, print_pages
from forms.issued.receipt import instant_text
from forms.typesetting import TextLines
from procurement.wareki import format_wareki

LABEL_WIDTH = 38 * MM
NOTE = (
    "この証明書は、下記の書類に対する各当事者の同意の記録から作成したものです。"
    "書類の真正は、書類に付された電子署名及びタイムスタンプにより確かめることができます。"
)


@dataclass(frozen=True)
class AgreedParty:
    """A party (締結当事者) with the instant at which it agreed and how it was authenticated."""

    role: str
    organization: str
    name: str
    mail_address: str
    agreed_at: datetime
    authenticated_by: str
    address: str = ""


@dataclass(frozen=True)
class ConcludedFile:
    """A file of the envelope (締結した書類) with the SHA-256 of its final bytes."""

    name: str
    sha256: str
    page_count: int


@dataclass(frozen=True)
class CertificateFacts:
    """What the certificate says."""

    document_id: str
    title: str
    contract_number: str
    concluded_on: date
    parties: Sequence[AgreedParty]
    files: Sequence[ConcludedFile]
    service_name: str


def conclusion_certificate(facts: CertificateFacts, made_at: datetime) -> bytes:
    """Print the certificate as PDF/A-2b."""
    styles = issued_styles()

    def parts() -> list[Any]:
        head = [
            ("書類ID", facts.document_id),
            ("件名", facts.title),
            ("契約番号", facts.contract_number),
            ("契約締結日", format_wareki(facts.concluded_on)),
            ("電子契約サービス", facts.service_name),
            ("証明書の作成日時", instant_text(made_at)),
        ]
        story: list[Any] = [
            TextLines("合意締結証明書", styles.title),
            labelled_rows(head, styles, LABEL_WIDTH),
        ]
        story += [Spacer(0, 3 * MM), TextLines(NOTE, styles.text)]
        for number, party in enumerate(facts.parties, start=1):
            story.append(TextLines(f"当事者{number}　{party.role}", styles.heading, keep_with_next=True))
            story.append(labelled_rows(_party_rows(party), styles, LABEL_WIDTH))
        for number, file in enumerate(facts.files, start=1):
            rows = [("書類名", file.name), ("ページ数", str(file.page_count)), ("SHA-256", file.sha256)]
            story.append(TextLines(f"書類{number}", styles.heading, keep_with_next=True))
            story.append(labelled_rows(rows, styles, LABEL_WIDTH))
        return story

    return print_pages(parts, f"合意締結証明書　{facts.title}", f"書類ID　{facts.document_id}", made_at)


def _party_rows(party: AgreedParty) -> list[tuple[str, str]]:
    rows = [
        ("組織", party.organization),
        ("住所", party.address),
        ("氏名", party.name),
        ("メールアドレス", party.mail_address),
        ("同意日時", instant_text(party.agreed_at)),
        ("本人確認の方法", party.authenticated_by),
    ]
    return [(label, text) for label, text in rows if text]
