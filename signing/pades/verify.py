"""Verification of a file (文書の検証): who signed, when, what changed since; never raises, never goes online."""

import hashlib
import io
from collections.abc import Collection, Sequence
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from asn1crypto import x509
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import EmbeddedPdfSignature
from pyhanko.sign.validation.status import SignatureCoverageLevel

from signing.pades import diffs
from signing.pades.trust import TrustStore
from signing.pades.validation import (
    SignatureFinding,
    SignedFile,
    signature_token,
    validate_archived,
    validate_current,
    validate_timestamp,
    validating_at,
)
from signing.pades.verdicts import Expectation, SignatureVerdict, Verdict, VerdictKind
from signing.pades.waiting import wait_for
from signing.pades.wording import summary

_CHUNK = 1 << 20


def verify_pdf(
    file: Path | bytes, trust: TrustStore, now: datetime, expected: Expectation | None = None
) -> Verdict:
    """Judges a file as of `now`. With an expectation, as one of ours that must be exactly so."""
    stream: BinaryIO
    try:
        stream = io.BytesIO(file) if isinstance(file, bytes) else file.open("rb")
    except OSError as error:
        return _failed(VerdictKind.NOT_A_PDF, f"ファイルを読めません({error})。", "")
    with stream:
        sha256 = _sha256(stream)
        if b"%PDF-" not in stream.read(1024):
            return _failed(VerdictKind.NOT_A_PDF, "PDFファイルではありません。", sha256)
        try:
            stream.seek(0)
            with validating_at(now):
                return wait_for(_judge(stream, trust, now, expected, sha256))
        except Exception as error:  # files of others break in every way: none of them is "valid"
            problem = f"検証できません({type(error).__name__}: {error})。"
            return _failed(VerdictKind.INDETERMINATE, problem, sha256)


async def _judge(
    stream: BinaryIO, trust: TrustStore, now: datetime, expected: Expectation | None, sha256: str
) -> Verdict:
    reader = PdfFileReader(stream)
    if reader.encrypted:
        return _failed(VerdictKind.INDETERMINATE, "暗号化されているため、検証できません。", sha256)
    signatures = _distinct(reader.embedded_signatures)
    problems = _unexpected(signatures, expected, sha256)
    if not signatures:
        kind = VerdictKind.INVALID if problems else VerdictKind.NO_SIGNATURE
        return Verdict(kind, summary(kind, [], problems), [], problems, sha256)
    file = SignedFile(reader, trust, now, diffs.MemoDiffPolicy())
    verdicts = await _judge_all(file, signatures, expected)
    warnings = _appended(reader, signatures[-1])
    kind = _overall(verdicts, problems, warnings)
    problems += warnings
    return Verdict(kind, summary(kind, verdicts, problems), verdicts, problems, sha256)


async def _judge_all(
    file: SignedFile, signatures: Sequence[EmbeddedPdfSignature], expected: Expectation | None
) -> list[SignatureVerdict]:
    stamps = [signature for signature in signatures if _is_timestamp(signature)]
    found = {s.field_name: await validate_timestamp(file, s) for s in stamps}
    last = stamps[-1] if stamps and found[stamps[-1].field_name].passed else None
    verdicts = []
    for signature in signatures:
        finding = found.get(signature.field_name)
        has_stamp_after = any(stamp.signed_revision > signature.signed_revision for stamp in stamps)
        if finding is None and last is not None and has_stamp_after:
            finding = await validate_archived(file, signature, last.signer_cert)
        elif finding is None:
            finding = await validate_current(file, signature)
        names = {s.field_name for s in signatures}
        verdicts.append(_verdict(file, signature, finding, names, has_stamp_after, expected))
    return verdicts


def _verdict(
    file: SignedFile,
    signature: EmbeddedPdfSignature,
    finding: SignatureFinding,
    names: set[str],
    has_stamp_after: bool,
    expected: Expectation | None,
) -> SignatureVerdict:
    status, certificate = finding.status, signature.signer_cert
    subject = certificate.subject.native
    anchor = _anchor(finding)
    is_stamp = _is_timestamp(signature)
    permitted = names | expected.permitted_fields if expected else None
    modifications = diffs.in_words(status, names, has_stamp_after, permitted)
    intact = status.intact and status.valid
    return SignatureVerdict(
        field=diffs.plain(signature.field_name),
        kind="document_timestamp" if is_stamp else "signature",
        signer=str(subject.get("common_name", certificate.subject.human_friendly)),
        organisation=str(subject.get("organization_name", "")),
        signed_at=finding.proven_at if is_stamp else signature.self_reported_timestamp,
        level=_level(file, signature, has_stamp_after),
        intact=intact,
        trusted=finding.passed or bool(intact and status.trusted),
        coverage=_coverage(status.coverage),
        modifications=modifications,
        problems=_problems(finding, permitted),
        reason=_text(signature, "/Reason"),
        location=_text(signature, "/Location"),
        trust_anchor=anchor.subject.human_friendly if anchor is not None else None,
        is_demo_trust=anchor is not None and file.trust.is_demo(anchor),
        stamped_at=finding.proven_at,
        changed_fields=diffs.changed_fields(status),
    )


def _problems(finding: SignatureFinding, permitted: Collection[str] | None) -> list[str]:
    status = finding.status
    problems = []
    if not (status.intact and status.valid):
        problems.append("署名された内容が変わっているか、署名が壊れています。")
    if status.coverage is None or status.coverage < SignatureCoverageLevel.ENTIRE_REVISION:
        problems.append("署名の範囲が、その版の全体ではありません。")
    if reason := diffs.suspicion(status):
        problems.append(f"署名のあとに許可されない変更があります({reason})。")
    elif getattr(status, "docmdp_ok", None) is False:
        problems.append("署名のあとに許可されない変更があります。")
    if unexpected := diffs.unexpected_fields(status, permitted):
        problems.append(f"署名のあとに記入された欄があります({'、'.join(unexpected)})。")
    if not status.trusted and not finding.passed:
        problems.append("証明書を信頼できることを確かめられません。")
    if not problems and not finding.passed:
        problems.append(f"長期検証の条件を満たしません({finding.indication})。")
    return problems


def _overall(
    verdicts: Sequence[SignatureVerdict], problems: Sequence[str], warnings: Sequence[str]
) -> VerdictKind:
    broken = any(not v.intact or v.modifications == diffs.NOT_PERMITTED for v in verdicts)
    partial = any(v.coverage not in ("entire_file", "entire_revision") for v in verdicts)
    if problems or broken or partial:
        return VerdictKind.INVALID
    if any(v.problems for v in verdicts):
        return VerdictKind.INDETERMINATE
    signatures = [v for v in verdicts if v.kind == "signature"]
    if warnings or any(v.level != "B-LTA" for v in signatures):
        return VerdictKind.VALID_WITH_WARNINGS
    return VerdictKind.VALID


def _unexpected(
    signatures: Sequence[EmbeddedPdfSignature], expected: Expectation | None, sha256: str
) -> list[str]:
    """What is not as it must be in a file of ours: a valid file can still be the wrong one."""
    if expected is None:
        return []
    problems = []
    if expected.sha256 is not None and expected.sha256 != sha256:
        problems.append("保管している原本と一致しません。")
    fields = tuple(s.field_name for s in signatures if not _is_timestamp(s))
    if expected.signature_fields and fields != expected.signature_fields:
        problems.append("署名の数または順番が、記録と一致しません。")
    if expected.timestamp_required and not (signatures and _is_timestamp(signatures[-1])):
        problems.append("文書全体のタイムスタンプがありません。")
    return problems


def _appended(reader: PdfFileReader, last: EmbeddedPdfSignature) -> list[str]:
    """Whether anything but revocation data follows the last signature."""
    if last.evaluate_signature_coverage() is SignatureCoverageLevel.ENTIRE_FILE:
        return []
    if diffs.only_revocation_data_after(reader, last.signed_revision):
        return []
    return ["最後の署名のあとに、署名の対象でないデータが追加されています。"]


def _distinct(signatures: Sequence[EmbeddedPdfSignature]) -> list[EmbeddedPdfSignature]:
    """One entry per signature object, in the order of revisions."""
    unique = {id(signature.sig_object): signature for signature in signatures}
    return sorted(unique.values(), key=lambda signature: signature.signed_revision)


def _is_timestamp(signature: EmbeddedPdfSignature) -> bool:
    return bool(signature.sig_object_type == "/DocTimeStamp")


def _level(file: SignedFile, signature: EmbeddedPdfSignature, has_stamp_after: bool) -> str:
    if _is_timestamp(signature):
        return "RFC3161"
    if signature.sig_object.get("/SubFilter") != "/ETSI.CAdES.detached":
        return "PKCS7"
    if signature_token(signature) is None:
        return "B-B"
    if file.dss is None:
        return "B-T"
    return "B-LTA" if has_stamp_after else "B-LT"


def _coverage(coverage: SignatureCoverageLevel | None) -> str:
    return coverage.name.lower() if coverage is not None else "unclear"


def _anchor(finding: SignatureFinding) -> x509.Certificate | None:
    path = finding.status.validation_path
    certificate: x509.Certificate | None = path.first if path is not None else None
    return certificate


def _text(signature: EmbeddedPdfSignature, key: str) -> str | None:
    value = signature.sig_object.get(key)
    return diffs.plain(value) if isinstance(value, str) else None


def _sha256(stream: BinaryIO) -> str:
    digest = hashlib.sha256()
    while chunk := stream.read(_CHUNK):
        digest.update(chunk)
    stream.seek(0)
    return digest.hexdigest()


def _failed(kind: VerdictKind, problem: str, sha256: str) -> Verdict:
    return Verdict(kind, summary(kind, [], [problem]), [], [problem], sha256)
