"""From a readable file to its findings (検証の組み立て): every signature, the changes between, the pictures."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from asn1crypto import crl, ocsp
from pyhanko.pdf_utils.reader import PdfFileReader

from signing.errors import SigningRefused
from signing.pades import endurance, looks, shadows
from signing.pades.diffs import MemoDiffPolicy, changed_fields, only_revocation_data_after
from signing.pades.fields import OLD_KINDS, FoundSignature, find_signatures
from signing.pades.judging import (
    Judgement,
    judge_changes,
    judge_looks,
    judge_structure,
    judge_trust,
    to_verdict,
)
from signing.pades.layout import field_in_words
from signing.pades.legacy import check_old
from signing.pades.levels import Archives, Level, level_of
from signing.pades.paths import Chain, Evidence
from signing.pades.reading import OpenedFile
from signing.pades.revocation import RevocationSource
from signing.pades.stores import Store, add_adobe_data, read_store
from signing.pades.strays import detached_signatures
from signing.pades.structure import Flaw, Severity, check_tail
from signing.pades.trust import TrustStore
from signing.pades.validation import Finding, validate_all
from signing.pades.verdicts import Expectation, SignatureVerdict
from signing.pades.visual import Looks


@dataclass(frozen=True)
class Task:
    """What is asked: whom to trust, as of when, what is expected, whether to ask and to look."""

    trust: TrustStore
    now: datetime
    expected: Expectation | None = None
    sha256: str = ""
    fetcher: RevocationSource | None = None
    look: bool = False


@dataclass
class Assembly:
    """Everything found: flaws of the file, and its signatures."""

    flaws: list[Flaw] = field(default_factory=list)
    judgements: list[Judgement] = field(default_factory=list)
    verdicts: list[SignatureVerdict] = field(default_factory=list)


async def assemble(opened: OpenedFile, task: Task) -> Assembly:
    """Judges every signature of a file that can be read."""
    reader, stream, skeleton = opened.reader, opened.stream, opened.skeleton
    signatures = find_signatures(reader, stream, skeleton.size)
    found = Assembly(list(opened.flaws))
    found.flaws += detached_signatures(reader, stream, skeleton, signatures)
    if not signatures:
        found.flaws += _cut_off(opened)
        return found
    found.flaws += _flaws_of_file(opened, signatures)
    store = read_store(reader.root)
    add_adobe_data(store, signatures)
    found.judgements = await _findings(reader, signatures, store, task)
    policy = MemoDiffPolicy()
    for judgement in found.judgements:
        if judgement.signature.subfilter in OLD_KINDS:
            judgement.old = check_old(judgement.signature, stream)
        judge_structure(judgement)
        judge_changes(judgement, opened, signatures, policy)
        judge_trust(judgement, task.now)
    if task.look:
        _look(opened, found, signatures)
    _judge_fillings(found.judgements, task)
    names = {signature.name for signature in signatures}
    revisions = reader.xrefs.total_revisions
    found.verdicts = [to_verdict(j, task.trust, revisions, names) for j in found.judgements]
    return found


async def _findings(
    reader: PdfFileReader, signatures: Sequence[FoundSignature], store: Store, task: Task
) -> list[Judgement]:
    evidence = Evidence(task.trust, task.now, store.certificates, store.ocsps, store.crls)
    findings = await validate_all(signatures, evidence, task.now)
    archives = Archives(reader, task.trust, task.now, store, evidence)
    stamps = [s for n, s in enumerate(signatures) if s.is_timestamp and findings[n].is_trusted]
    last = endurance.lasting(stamps[-1]) if stamps else None
    chains = [c for finding in findings.values() for c in finding.chain.certificates]
    known = [*store.certificates, *task.trust.anchors, *task.trust.intermediates, *chains]
    judgements = []
    for number, signature in enumerate(signatures):
        judgement = Judgement(signature, findings[number], known=known)
        if signature.embedded is not None and not signature.is_broken:
            judgement.level = await level_of(signature, judgement.finding, archives)
            await _ask(judgement.finding, store, task)
            judgement.endurance = await endurance.endurance_of(
                signature, judgement.finding, judgement.level, evidence, task.now, last
            )
        else:
            judgement.level = Level(_unread_level(signature))
        judgements.append(judgement)
    return judgements


def _unread_level(signature: FoundSignature) -> str:
    if signature.is_timestamp:
        return "RFC3161"
    return "B-B" if signature.subfilter == "/ETSI.CAdES.detached" else "PKCS7"


async def _ask(finding: Finding, store: Store, task: Task) -> None:
    """Asks the authorities, where the file does not say and the caller lets us."""
    chain = finding.chain
    if task.fetcher is None or not finding.is_trusted or chain.revocation != "unknown":
        return
    assert finding.certificate is not None
    assert finding.judged_at is not None
    try:
        data = task.fetcher.gather(list(chain.certificates), task.now)
    except SigningRefused:
        return
    more = Store()
    more.ocsps, more.crls = _parsed(data.ocsps, data.crls)
    evidence = Evidence(
        task.trust, task.now, store.certificates, [*store.ocsps, *more.ocsps], [*store.crls, *more.crls]
    )
    evidence.add(chain.certificates)
    answer = await evidence.chain(finding.certificate, finding.judged_at)
    if answer.revocation in ("good", "revoked"):
        finding.chain = Chain(
            answer.certificates or chain.certificates,
            answer.fault,
            answer.revocation,
            chain.is_complete,
            answer.revoked_at,
        )


def _parsed(ocsps: Sequence[bytes], crls: Sequence[bytes]) -> tuple[list, list]:  # type: ignore[type-arg]
    return [ocsp.OCSPResponse.load(item) for item in ocsps], [crl.CertificateList.load(item) for item in crls]


def _cut_off(opened: OpenedFile) -> list[Flaw]:
    """Whether an update without an end follows the last version: a signature may have been lost with it."""
    if not any(flaw.is_fatal for flaw in check_tail(opened.stream, opened.skeleton)):
        return []
    text = "ファイルが途中で切れているか、終わりに余分な内容があります。署名があったかどうかも分かりません。"
    return [Flaw("file-cut", text, Severity.UNCLEAR)]


def _flaws_of_file(opened: OpenedFile, signatures: Sequence[FoundSignature]) -> list[Flaw]:
    """What is odd about the file as a whole, apart from each signature."""
    reader, stream, skeleton = opened.reader, opened.stream, opened.skeleton
    flaws = []
    if skeleton.header_at > 0:
        text = "ファイルの先頭に、PDFではないデータがあります。"
        flaws.append(Flaw("bytes-before-header", text))
    if opened.is_encrypted:
        text = "暗号化されています(パスワードなしで開けます)。"
        flaws.append(Flaw("encrypted-open", text, Severity.MINOR))
    flaws += check_tail(stream, skeleton)
    last = signatures[-1]
    flaws += shadows.hidden_updates(reader, stream, last.end, skeleton.size)
    flaws += shadows.prepared_tricks(reader)
    if not opened.is_encrypted:
        flaws += shadows.unreachable_pages(reader, signatures[0])
    if not any(flaw.is_fatal for flaw in flaws) and last.revision >= 0 and last.end < skeleton.size:
        flaws += _appended(opened, last)
    return flaws


def _appended(opened: OpenedFile, last: FoundSignature) -> list[Flaw]:
    reader = opened.reader
    if reader.xrefs.total_revisions == last.revision + 1:
        return []
    if only_revocation_data_after(reader, last.revision):
        return []
    text = "最後の署名のあとに、署名の対象でないデータが追加されています。"
    return [Flaw("unsigned-update", text, Severity.MINOR)]


def _look(opened: OpenedFile, found: Assembly, signatures: Sequence[FoundSignature]) -> None:
    stream, size = opened.stream, opened.skeleton.size
    readable = [s for s in signatures if not s.is_broken and s.embedded is not None]
    seen: dict[int, Looks] = looks.compare(opened.reader, stream, readable, size)
    for judgement in found.judgements:
        judge_looks(judgement, seen.get(judgement.signature.end))
    pages = looks.hidden_text(opened.reader, stream, size)
    if pages:
        text = f"{_listed(pages)}ページ目で、入力欄が文字の上に重なって隠しています。"
        found.flaws.append(Flaw("field-over-text", text, Severity.MINOR))
    pages = looks.covered_by_signatures(opened.reader, stream, readable, size)
    if pages:
        text = f"{_listed(pages)}ページ目で、あとから加えられた署名欄が、先に署名された内容の上に重なって隠しています。"
        found.flaws.append(Flaw("signature-over-text", text, Severity.MINOR))


def _listed(pages: Sequence[int]) -> str:
    return "・".join(str(page) for page in pages[:5])


def _judge_fillings(judgements: Sequence[Judgement], task: Task) -> None:
    """Unpermitted changes break a signature; permitted ones are remarked on when nobody has signed them."""
    names = {judgement.signature.name for judgement in judgements}
    permitted = names | task.expected.permitted_fields if task.expected else None
    for judgement in judgements:
        unexpected = _unexpected_fields(judgement, permitted)
        if judgement.is_unpermitted:
            first = next(change.text for change in judgement.changes if not change.permitted)
            judgement.broken(f"署名のあとに許可されない変更があります。{first}")
        elif unexpected:
            judgement.broken(f"署名のあとに記入された欄があります({_named(unexpected)})。")
        else:
            _remark_on_fillings(judgement, judgements, names)


def _named(fields: Sequence[str]) -> str:
    return "、".join(field_in_words(name) for name in fields)


def _unexpected_fields(judgement: Judgement, permitted: frozenset[str] | set[str] | None) -> list[str]:
    if permitted is None:
        return []
    return [name for name in changed_fields(judgement.result) if name not in permitted]


def _remark_on_fillings(judgement: Judgement, judgements: Sequence[Judgement], names: set[str]) -> None:
    filled = [name for name in changed_fields(judgement.result) if name not in names]
    is_signed = any(
        other.finding.is_trusted and other.signature.end > judgement.signature.end for other in judgements
    )
    if filled and not is_signed:
        text = f"署名のあとに、だれかが入力欄に記入しています({_named(filled)})。"
        judgement.warnings.append(text)
    if any(change.kind == "annotation" for change in judgement.changes):
        judgement.warnings.append("署名のあとに、注釈が加えられています。")
