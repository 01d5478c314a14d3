"""Conclusion certificate (合意締結証明書): who agreed to which files, when, how they were known, and how to check it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from reportlab.platypus import KeepTogether, Spacer

from forms.issued.pages import MM, print_pages
from forms.issued.proofs import Rows, filled, printing_notes, proof_styles, section
from forms.issued.receipt import instant_text
from forms.typesetting import TA_RIGHT, TextLines
from procurement.wareki import format_wareki

STATEMENT = (
    "下記の契約について、次の当事者が下記の書類に電子的な方法により同意し、契約を締結したことを、"
    "本サービスが保有する同意の記録及び電子署名の記録に基づき証明します。"
)
DEMO_STATEMENT = "この証明書はデモです。デモ用の鍵と時刻認証局によるもので、法的な効力はありません。"
SEALED = (
    "この証明書には、本サービスの電子署名とタイムスタンプを付しています。"
    "内容を変更したもの及び印刷したものは、写しです。"
)


@dataclass(frozen=True)
class AgreedVersion:
    """A file as it was when somebody agreed to it (同意した版): its hash, and how much of it was shown."""

    name: str
    sha256: str
    pages_shown: int
    page_count: int


@dataclass(frozen=True)
class PartySeal:
    """The seal that a consent led to (電子署名): its type in words, its field, its certificate, its time-stamp."""

    signing_type: str
    field_name: str
    certificate: str
    stamped_at: datetime | None
    authority: str


@dataclass(frozen=True)
class AgreedParty:
    """A party (締結当事者) with the instant at which it agreed and how it was authenticated."""

    role: str
    organization: str
    name: str
    mail_address: str
    agreed_at: datetime
    authenticated_by: str
    title: str = ""
    address: str = ""
    came_from: str = ""
    pressed: str = ""
    versions: Sequence[AgreedVersion] = ()
    seals: Sequence[PartySeal] = ()


@dataclass(frozen=True)
class ConcludedFile:
    """A file of the envelope (締結した書類) with the SHA-256 of its final bytes and its document time-stamp."""

    name: str
    sha256: str
    page_count: int
    stamped_at: datetime | None = None
    authority: str = ""


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
    city_name: str = ""
    verification_address: str = ""
    is_demo: bool = False


def conclusion_certificate(facts: CertificateFacts, made_at: datetime) -> bytes:
    """Print the certificate as PDF/A-2b. What no font can print is named in a note of its own. (SIGN-10)"""
    sections = [*_sections(facts), *_notes(facts)]
    styles = proof_styles()

    def parts() -> list[Any]:
        story: list[Any] = [
            TextLines(f"証明書番号　{facts.document_id}", replace(styles.small, align=TA_RIGHT)),
            TextLines(f"作成日時　{instant_text(made_at)}", replace(styles.small, align=TA_RIGHT)),
            TextLines("合意締結証明書", styles.title),
            TextLines(STATEMENT, styles.text),
        ]
        story += [TextLines(DEMO_STATEMENT, styles.heading)] if facts.is_demo else []
        for heading, rows in sections[:-1]:
            story.append(KeepTogether(section(heading, rows, styles)))
        closing = [Spacer(0, 4 * MM), TextLines(SEALED, styles.text), Spacer(0, 3 * MM)]
        closing.append(TextLines(facts.service_name, styles.right))
        story.append(KeepTogether([*section(*sections[-1], styles), *closing]))
        return story

    footer = f"合意締結証明書　証明書番号 {facts.document_id}"
    return print_pages(parts, f"合意締結証明書　{facts.title}", footer, made_at)


def _sections(facts: CertificateFacts) -> Iterator[tuple[str, Rows]]:
    yield (
        "契約",
        filled(
            ("件名", facts.title),
            ("契約番号", facts.contract_number),
            ("発注者", facts.city_name),
            ("契約締結日", format_wareki(facts.concluded_on)),
        ),
    )
    for number, party in enumerate(facts.parties, start=1):
        yield f"当事者{number}　{party.role}", _party_rows(party)
    for number, file in enumerate(facts.files, start=1):
        yield f"締結した書類{number}", _file_rows(file)
    if facts.verification_address:
        text = (
            f"{facts.verification_address}\n"
            "上の画面で書類又はこの証明書のPDFファイルを選ぶと、署名した者、日時及びその後の変更の有無を"
            "確かめられます。書類の照合値（SHA-256）が上の値と同じであれば、締結された書類そのものです。"
        )
        yield "確かめ方", [("検証の画面", text)]


def _party_rows(party: AgreedParty) -> Rows:
    return filled(
        ("名称", party.organization),
        ("住所", party.address),
        ("役職", party.title),
        ("氏名", party.name),
        ("メールアドレス", party.mail_address),
        ("本人確認の方法", party.authenticated_by),
        ("同意の日時", instant_text(party.agreed_at)),
        ("接続元", party.came_from),
        ("表示した書類", "\n".join(_shown(version) for version in party.versions)),
        ("押したボタン", f"「{party.pressed}」" if party.pressed else ""),
        ("同意した書類の照合値\n（SHA-256）", "\n".join(f"{v.name}\n{v.sha256}" for v in party.versions)),
        *[row for seal in party.seals for row in _seal_rows(seal)],
    )


def _shown(version: AgreedVersion) -> str:
    return f"{version.name}　全{version.page_count}ページのうち{version.pages_shown}ページを表示"


def _seal_rows(seal: PartySeal) -> Rows:
    stamp = f"{instant_text(seal.stamped_at)}\n時刻認証局　{seal.authority}" if seal.stamped_at else ""
    return [
        ("電子署名の方式", f"{seal.signing_type}\n署名欄　{seal.field_name}"),
        ("署名に用いた証明書", seal.certificate),
        ("署名のタイムスタンプ", stamp),
    ]


def _file_rows(file: ConcludedFile) -> Rows:
    stamp = f"{instant_text(file.stamped_at)}\n時刻認証局　{file.authority}" if file.stamped_at else ""
    return filled(
        ("書類名", file.name),
        ("ページ数", str(file.page_count)),
        ("完成した書類の照合値\n（SHA-256）", file.sha256),
        ("文書タイムスタンプ", stamp),
    )


def _notes(facts: CertificateFacts) -> list[tuple[str, Rows]]:
    return printing_notes([facts.service_name, *(text for _, rows in _sections(facts) for _, text in rows)])
