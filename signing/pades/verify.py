"""Verification of a file (文書の検証): who signed, when, what changed since; never raises.

Never goes online by itself: only a `fetcher` that the caller hands in asks for revocation data, and only for
chains that already lead to a trusted root (whatever an upload names as an address is not called).
"""

import hashlib
import io
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from signing.pades import assembly, rescue
from signing.pades.reading import Unreadable, open_file
from signing.pades.revocation import RevocationSource
from signing.pades.structure import CHUNK, Flaw, Severity, look_over
from signing.pades.trust import TrustStore
from signing.pades.verdicts import Expectation, SignatureVerdict, Verdict, VerdictKind
from signing.pades.waiting import wait_for
from signing.pades.wording import summary


def verify_pdf(
    file: Path | bytes,
    trust: TrustStore,
    now: datetime,
    expected: Expectation | None = None,
    *,
    fetcher: RevocationSource | None = None,
    look: bool = False,
) -> Verdict:
    """Judges a file as of `now`. With an expectation, as one of ours that must be exactly so.

    `look` also draws and compares the pages of each signed version; in a process of its own (`child`), as
    PDFium serves one thread at a time.
    """
    stream: BinaryIO
    try:
        stream = io.BytesIO(file) if isinstance(file, bytes) else file.open("rb")
    except OSError:
        return _failed(VerdictKind.NOT_A_PDF, "ファイルを読めません。", "", now)
    with stream:
        sha256 = _sha256(stream)
        if b"%PDF-" not in stream.read(1024):
            return _failed(VerdictKind.NOT_A_PDF, "PDFファイルではありません。", sha256, now)
        try:
            verdict = _judge(stream, assembly.Task(trust, now, expected, sha256, fetcher, look))
        except Exception as error:  # files of others break in every way: none of them is "valid"
            problem = f"ファイルの構造が壊れているため、検証できません({type(error).__name__})。"
            return _failed(VerdictKind.INDETERMINATE, problem, sha256, now)
        return replace(verdict, judged_at=now, sha256=sha256)


def _judge(stream: BinaryIO, task: assembly.Task) -> Verdict:
    """Strictly, then with repairs, then by the bytes alone."""
    skeleton = look_over(stream)
    problems: list[Flaw] = []
    for strict in (True, False):
        try:
            opened = open_file(stream, skeleton, strict=strict)
            return _verdict(wait_for(assembly.assemble(opened, task)), task)
        except Unreadable as unreadable:
            return _verdict(assembly.Assembly(flaws=[unreadable.flaw]), task)
        except RecursionError:
            text = "オブジェクトの入れ子が深すぎるため、検証できません。"
            problems.append(Flaw("too-deep", text, Severity.UNCLEAR))
        except Exception as error:  # of pyHanko, of the ASN.1 parser, of Python: every kind occurs
            text = "PDFの構造が壊れているため、読み取れません。"
            problems.append(Flaw(f"unreadable: {type(error).__name__}", text, Severity.UNCLEAR))
    return _verdict(assembly.Assembly(flaws=[problems[-1], *rescue.judge_bytes(stream, skeleton)]), task)


def _verdict(found: assembly.Assembly, task: assembly.Task) -> Verdict:
    verdicts = found.verdicts
    fatal = [str(flaw) for flaw in found.flaws if flaw.severity is Severity.FATAL]
    unclear = [str(flaw) for flaw in found.flaws if flaw.severity is Severity.UNCLEAR]
    minor = [str(flaw) for flaw in found.flaws if flaw.severity is Severity.MINOR]
    unexpected = _unexpected(verdicts, task) if not unclear else []
    is_broken = bool(fatal or unexpected) or any(j.is_broken for j in found.judgements)
    kind = _overall(verdicts, is_broken, bool(unclear), minor)
    problems = [*fatal, *unexpected, *unclear]
    if minor and kind is not VerdictKind.NO_SIGNATURE:
        problems += [text for text in minor if text not in problems]
    return Verdict(kind, summary(kind, verdicts, problems), verdicts, problems, task.sha256, warnings=minor)


def _overall(
    verdicts: Sequence[SignatureVerdict], is_broken: bool, is_unclear: bool, minor: Sequence[str]
) -> VerdictKind:
    if is_broken:
        return VerdictKind.INVALID
    if is_unclear or any(v.problems for v in verdicts):
        return VerdictKind.INDETERMINATE
    if not verdicts:
        return VerdictKind.NO_SIGNATURE
    signatures = [v for v in verdicts if v.kind == "signature"]
    is_archived = all(v.level == "B-LTA" for v in signatures)
    if minor or not is_archived or any(v.warnings for v in verdicts):
        return VerdictKind.VALID_WITH_WARNINGS
    return VerdictKind.VALID


def _unexpected(verdicts: Sequence[SignatureVerdict], task: assembly.Task) -> list[str]:
    """What is not as it must be in a file of ours: a valid file can still be the wrong one."""
    expected = task.expected
    if expected is None:
        return []
    problems = []
    if expected.sha256 is not None and expected.sha256 != task.sha256:
        problems.append("保管している原本と一致しません。")
    fields = tuple(v.field for v in verdicts if v.kind == "signature")
    if expected.signature_fields and fields != expected.signature_fields:
        problems.append("署名の数または順番が、記録と一致しません。")
    if expected.timestamp_required and not (verdicts and verdicts[-1].kind == "document_timestamp"):
        problems.append("文書全体のタイムスタンプがありません。")
    return problems


def _sha256(stream: BinaryIO) -> str:
    digest = hashlib.sha256()
    while chunk := stream.read(CHUNK):
        digest.update(chunk)
    stream.seek(0)
    return digest.hexdigest()


def _failed(kind: VerdictKind, problem: str, sha256: str, now: datetime) -> Verdict:
    return Verdict(kind, summary(kind, [], [problem]), [], [problem], sha256, judged_at=now)
