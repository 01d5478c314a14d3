"""Archive of a case (書類一式): every paper, attachment, receipt and original in one zip with an index, streamed."""

import csv
import hashlib
import io
import re
import zipfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import BinaryIO

from forms.issued.receipt import receipt
from forms.texts import composed
from portal.case_papers import PAPER_WORDS
from portal.filing_views import receipt_facts
from portal.preserving import kept_certificates, kept_files
from portal.workflows.act import Act
from portal.workflows.take_filed_notices import is_key_notice
from portal.workflows.usage_forms import form_of_version
from procurement.cases import ProcurementCase
from procurement.contracts import Contract, ContractDocument
from procurement.filings import Filing, FilingVersion
from procurement.wareki import JST
from signing import DocumentStore
from signing.errors import DamagedDocument

INDEX = "一覧.csv"
COLUMNS = ("パス", "書類", "版", "状態", "受付日時", "SHA-256")
UNSAFE = re.compile(r'[\x00-\x1f\x7f-\x9f<>:"|?*/\\\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]')
LONGEST_PART = 80
CHUNK = 1 << 16
STORED = frozenset({"pdf", "jpg", "jpeg", "png", "xlsx", "docx", "zip"})
"""Kinds of file that are compressed already."""


@dataclass(frozen=True)
class ArchivedFile:
    """One file of the archive: its path, what the index says of it, and its bytes (of the store, or made now)."""

    path: str
    form: str
    version: str = ""
    status: str = ""
    received_at: datetime | None = None
    sha256: str = ""
    make: Callable[[], bytes] | None = None
    shows_key: bool = False
    """Whether it is a key notice of a guarantee."""


def files_of_case(act: Act, case: ProcurementCase, *, with_keys: bool = True) -> list[ArchivedFile]:
    """Everything of a case that both sides may have: what was handed in, and contracts once concluded.

    Without `with_keys` the key notices (認証キーのお知らせ) are left out, for people who do not check guarantees.
    """
    found = [
        file
        for filing in sorted(case.filings, key=lambda filing: filing.opened_at)
        for version in filing.handed_in
        for file in _of_version(act, filing, version)
    ]
    found = [file for file in found if with_keys or not file.shows_key]
    found += [file for contract in case.contracts for file in _of_contract(act, contract)]
    return _with_own_paths(found)


def archive_name(case: ProcurementCase) -> str:
    """The name under which the archive is saved."""
    return f"{safe_part(f'{case.number}_{case.title}')}.zip"


def _of_version(act: Act, filing: Filing, version: FilingVersion) -> Iterator[ArchivedFile]:
    folder = f"申請・届出/{safe_part(filing.title)}/第{version.number}版"
    usual = ArchivedFile("", "", f"第{version.number}版", PAPER_WORDS[version.status], version.submitted_at)
    title = filing.title
    if version.paper_sha256:
        path = f"{folder}/{safe_part(f'{title}.pdf')}"
        yield replace(usual, path=path, form=title, sha256=version.paper_sha256)
    facts = receipt_facts(filing, version, form_of_version(act, version), act.rules(filing.city))
    path = f"{folder}/{safe_part(f'受付票_{facts.receipt_number}.pdf')}"
    yield replace(usual, path=path, form=f"{title}の受付票", make=partial(receipt, facts, act.now))
    for file in version.attachments:
        path, shows_key = f"{folder}/添付/{safe_part(file.name)}", is_key_notice(act, version, file)
        yield replace(usual, path=path, form=f"{title}の添付", sha256=file.sha256, shows_key=shows_key)


def _of_contract(act: Act, contract: Contract) -> Iterator[ArchivedFile]:
    if not contract.is_concluded:
        return
    title = f"変更契約（第{contract.amendment_number}回）" if contract.is_amendment else "契約"
    folder = f"契約書類/{safe_part(f'{title}_{contract.number}')}"
    for document in contract.documents:
        yield from _of_document(act, contract, document, folder)
    for kept in kept_certificates(act.session, contract):
        path, at = f"{folder}/{safe_part(kept.name('合意締結証明書'))}", contract.certificate_made_at
        yield ArchivedFile(path, "合意締結証明書", status="契約締結", received_at=at, sha256=kept.sha256)


def _of_document(
    act: Act, contract: Contract, document: ContractDocument, folder: str
) -> Iterator[ArchivedFile]:
    for kept in kept_files(act.session, document):
        path = f"{folder}/{safe_part(kept.name(document.name))}"
        at = contract.concluded_at
        yield ArchivedFile(path, document.name, status="契約締結", received_at=at, sha256=kept.sha256)


def safe_part(name: str) -> str:
    """One part of a path that every system can unpack: no slash, no control character, no dot at its ends."""
    clean = UNSAFE.sub("", composed(name)).strip(" .\u3000")
    stem, dot, ending = clean.rpartition(".")
    if not dot or not re.fullmatch(r"[A-Za-z0-9]{1,8}", ending):
        stem, dot, ending = clean, "", ""
    return f"{stem[:LONGEST_PART].strip(' .　') or '書類'}{dot}{ending}"


def _with_own_paths(files: Iterable[ArchivedFile]) -> list[ArchivedFile]:
    """The same files, each under a path of its own, also where upper and lower case are one."""
    taken: set[str] = {INDEX.casefold()}
    found = []
    for file in files:
        path, number = file.path, 1
        while path.casefold() in taken:
            number += 1
            stem, dot, ending = file.path.rpartition(".")
            path = f"{stem}（{number}）.{ending}" if dot and "/" not in ending else f"{file.path}（{number}）"
        taken.add(path.casefold())
        found.append(replace(file, path=path))
    return found


def stream_archive(files: Iterable[ArchivedFile], store: DocumentStore, now: datetime) -> Iterator[bytes]:
    """The zip, piece by piece; at no time more than one piece of a file is held in memory.

    A file of the store whose bytes are not those of its hash breaks the download off: DamagedDocument.
    """
    sink = _Sink()
    rows: list[tuple[str, ...]] = [COLUMNS]
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as archive:  # type: ignore[call-overload]
        for file in files:
            digest = hashlib.sha256()
            with archive.open(_entry(file.path, now), "w", force_zip64=True) as target:
                for chunk in _chunks(file, store):
                    digest.update(chunk)
                    target.write(chunk)
                    yield from sink.taken()
            if file.sha256 and digest.hexdigest() != file.sha256:
                raise DamagedDocument(sha256=file.sha256)
            rows.append(_index_row(file, digest.hexdigest()))
        archive.writestr(_entry(INDEX, now), _csv(rows))
    yield from sink.taken()


class _Sink:
    """A file that only grows: what the zip writes is taken away at once."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []

    def write(self, data: bytes) -> int:
        self._parts.append(bytes(data))
        return len(data)

    def flush(self) -> None:
        """Nothing is held back."""

    def taken(self) -> Iterator[bytes]:
        """What was written since the last time."""
        parts, self._parts = self._parts, []
        yield from (part for part in parts if part)


def _chunks(file: ArchivedFile, store: DocumentStore) -> Iterator[bytes]:
    source: BinaryIO = io.BytesIO(file.make()) if file.make else store.open(file.sha256)
    with source:
        while chunk := source.read(CHUNK):
            yield chunk


def _entry(path: str, now: datetime) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(path, now.astimezone(JST).timetuple()[:6])
    ending = path.rpartition(".")[2].lower()
    entry.compress_type = zipfile.ZIP_STORED if ending in STORED else zipfile.ZIP_DEFLATED
    entry.external_attr = 0o640 << 16
    return entry


def _index_row(file: ArchivedFile, sha256: str) -> tuple[str, ...]:
    at = f"{file.received_at.astimezone(JST):%Y-%m-%d %H:%M:%S}" if file.received_at else ""
    return file.path, file.form, file.version, file.status, at, sha256


def _csv(rows: Iterable[tuple[str, ...]]) -> bytes:
    """With a byte order mark, as spreadsheets want it."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerows([as_text_cell(cell) for cell in row] for row in rows)
    return text.getvalue().encode("utf-8-sig")


def as_text_cell(cell: str) -> str:
    """A cell of a CSV for people: one that begins like a formula is made text for their spreadsheet."""
    return f"'{cell}" if cell.startswith(("=", "+", "-", "@", "\t", "\r")) else cell
