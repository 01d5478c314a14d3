"""The verdict on one signature (一つの署名の判定): every finding put together, in words."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from asn1crypto import x509
from pyhanko.sign.validation.status import SignatureCoverageLevel

from signing.pades import diffs, weaknesses
from signing.pades.changes import Later, list_changes
from signing.pades.endurance import JST, claimed_time, fault_text
from signing.pades.extent import extent_of
from signing.pades.fields import OLD_KINDS, FoundSignature
from signing.pades.legacy import OldSignature
from signing.pades.levels import Level
from signing.pades.looks import new_visible_fields
from signing.pades.objects import name
from signing.pades.reading import OpenedFile
from signing.pades.shadows import later_tricks
from signing.pades.structure import Severity
from signing.pades.trust import TrustStore
from signing.pades.validation import Finding
from signing.pades.verdicts import Change, Crypto, Endurance, SignatureVerdict
from signing.pades.visual import Looks

_WHOLE = ("entire_file", "entire_revision")
_TOLERANCE = timedelta(minutes=5)
_A_DAY = timedelta(days=1)


@dataclass
class Judgement:
    """All that is known of one signature. `is_broken`: tampered or no signature; else not known to be good."""

    signature: FoundSignature
    finding: Finding
    level: Level = field(default_factory=lambda: Level("B-B"))
    coverage: str = "unclear"
    result: diffs.Result | None = None
    changes: list[Change] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    endurance: list[Endurance] = field(default_factory=list)
    old: OldSignature | None = None
    is_broken: bool = False
    known: Sequence[x509.Certificate] = ()

    @property
    def is_unpermitted(self) -> bool:
        return any(not change.permitted for change in self.changes)

    def broken(self, text: str) -> None:
        """A problem that makes the file invalid."""
        self.is_broken = True
        self.problems.append(text)


def judge_structure(judgement: Judgement) -> None:
    """Flaws of the bytes; for one that cannot be read they are all there is to say."""
    signature = judgement.signature
    for flaw in signature.flaws:
        if flaw.severity is Severity.FATAL:
            judgement.broken(str(flaw))
        elif flaw.severity is Severity.UNCLEAR:
            judgement.problems.append(str(flaw))
        else:
            judgement.warnings.append(str(flaw))
    if signature.subfilter in OLD_KINDS and judgement.old is not None:
        _judge_old(judgement, judgement.old)
    elif signature.embedded is None and not judgement.problems:
        judgement.problems.append("署名の形式を確かめられません。")


def _judge_old(judgement: Judgement, old: OldSignature) -> None:
    if old.is_intact is False and not judgement.is_broken:
        judgement.broken("署名された内容が変わっているか、署名が壊れています。")
    kind = judgement.signature.subfilter.lstrip("/")
    judgement.problems.append(
        f"古い形式の署名({kind})で、弱い方式(SHA-1)だけによるため、有効と確かめられません。"
    )


def judge_changes(
    judgement: Judgement, opened: OpenedFile, everyone: list[FoundSignature], policy: diffs.MemoDiffPolicy
) -> None:
    """What came after the signature, judged by pyHanko's rules and by our own."""
    signature = judgement.signature
    embedded = signature.embedded
    if embedded is None or signature.is_broken:
        return
    coverage = extent_of(signature, opened.skeleton.size)
    embedded.coverage = coverage  # type: ignore[assignment]
    judgement.coverage = coverage.name.lower()
    if judgement.coverage not in _WHOLE:
        judgement.broken("署名の範囲が、その版の全体ではありません。")
        return
    if coverage is SignatureCoverageLevel.ENTIRE_FILE:
        return
    doc_mdp = embedded.docmdp_level
    judgement.result = embedded.evaluate_modifications(policy)
    permitted = diffs.is_permitted(judgement.result, doc_mdp)
    later = Later(opened.reader, signature, everyone, judgement.result, permitted)
    if not permitted:
        later.suspects = policy.suspects(opened.reader, signature.revision, doc_mdp)
        later.lock = embedded.fieldmdp
    if not later.revisions:
        return
    judgement.changes = list_changes(later)
    if isinstance(judgement.result, diffs.Incomparable):
        _judge_incomparable(judgement)
    judgement.changes += later_tricks(opened.reader, signature)
    for full in new_visible_fields(opened.reader, signature):
        text = f"署名のあとに、何かを表示する空の署名欄「{full}」が加えられています。"
        judgement.changes.append(Change("annotation", False, text))


def _judge_incomparable(judgement: Judgement) -> None:
    """A change that shows itself counts; where none does, nobody can know."""
    if all(change.permitted or change.kind == "unknown" for change in judgement.changes):
        judgement.changes = [change for change in judgement.changes if change.permitted]
        judgement.problems.append("署名のあとの変更を、構造の誤りのため比較できません。")


def judge_looks(judgement: Judgement, looks: Looks | None) -> None:
    """The pictures have a say of their own."""
    if looks is None:
        return
    if looks.pages and not judgement.is_unpermitted:
        pages = list(looks.pages)
        words = "・".join(str(page) for page in pages[:5])
        text = f"署名のあとに、{words}ページ目の見た目が、許可された入力欄の外で変わっています。"
        judgement.changes.append(Change("page", False, text, pages=pages))
    if looks.is_partial:
        judgement.warnings.append("ページが多いため、見た目の比較は最初の50ページだけで行いました。")
    if looks.is_blind:
        judgement.warnings.append("署名時のページを描画できないため、見た目を比較できません。")


def judge_trust(judgement: Judgement, now: datetime) -> None:
    """Mathematics, chain, time and algorithms."""
    signature, finding = judgement.signature, judgement.finding
    embedded = signature.embedded
    if embedded is None or signature.is_broken:
        return
    if finding.is_unknown:
        judgement.problems.append("知らない暗号方式が使われているため、署名された内容を確かめられません。")
    elif not finding.is_intact:
        judgement.broken("署名された内容が変わっているか、署名が壊れています。")
    elif weaknesses.is_broken(embedded):
        judgement.problems.append("解読されている暗号方式が使われているため、有効と確かめられません。")
    elif not finding.chain.is_trusted:
        judgement.problems.append(_distrust(judgement))
    _judge_stamps(judgement, now)
    _judge_strength(judgement)
    if finding.is_trusted and finding.chain.revocation == "unknown":
        judgement.warnings.append("証明書が失効していないことを、ファイルの中の情報では確かめられません。")
    if judgement.level.missing and not signature.is_timestamp:
        judgement.warnings.append(
            f"長期署名の規格(PAdESベースライン)の形ではありません。{judgement.level.missing}。"
        )
    elif finding.proven_at is None:
        judgement.warnings.append("タイムスタンプがないため、署名の日時は証明されていません。")
    elif judgement.level.name != "B-LTA" and not signature.is_timestamp:
        judgement.warnings.append("長期に検証できる形(B-LTA)ではありません。")


def _distrust(judgement: Judgement) -> str:
    finding = judgement.finding
    text = fault_text(finding)
    if finding.chain.revoked_at is not None:
        text = f"証明書が{finding.chain.revoked_at.astimezone(JST):%Y年%-m月%-d日}に失効しています。"
    if finding.proven_at is None and finding.chain.fault.value in ("expired", "revoked"):
        text += "その前に署名されたことを証明するタイムスタンプがありません。"
    return f"証明書を信頼できることを確かめられません。{text}"


def _judge_stamps(judgement: Judgement, now: datetime) -> None:
    signature, finding = judgement.signature, judgement.finding
    if finding.unread_stamps:
        judgement.warnings.append("署名に付いたタイムスタンプを読み取れません。")
    if not signature.is_timestamp:
        for stamp in finding.stamps:
            if not stamp.is_intact:
                judgement.broken("署名に付いたタイムスタンプが、この署名のものではないか、壊れています。")
            elif not stamp.chain.is_trusted:
                judgement.warnings.append(
                    "署名に付いたタイムスタンプの認証局を信頼できることを確かめられません。"
                )
    if finding.proven_at is not None and finding.proven_at > now + _TOLERANCE:
        judgement.warnings.append("タイムスタンプの時刻が、検証の時点より後です。")
    claimed = claimed_time(signature)
    if claimed and finding.proven_at and claimed > finding.proven_at + _A_DAY:
        judgement.warnings.append("署名者が申告した日時が、証明された日時より後です。")


def _judge_strength(judgement: Judgement) -> None:
    embedded, finding = judgement.signature.embedded, judgement.finding
    assert embedded is not None
    weak = [*weaknesses.describe(embedded).weak, *weaknesses.weak_certificates(finding.chain.certificates)]
    if weak:
        judgement.warnings.append(
            f"十分に強くない暗号方式が使われています: {'、'.join(dict.fromkeys(weak))}。"
        )
    if weaknesses.loose_parts(embedded.signed_data, judgement.known):
        judgement.warnings.append("署名に同封された情報(証明書など)の一部を確かめられません。")


def to_verdict(judgement: Judgement, trust: TrustStore, revisions: int, names: set[str]) -> SignatureVerdict:
    """The plain data that pages, JSON and log share."""
    signature, finding = judgement.signature, judgement.finding
    certificate = finding.certificate or (judgement.old.certificate if judgement.old else None)
    anchor = finding.chain.anchor if finding.chain.is_trusted else None
    fields = diffs.changed_fields(judgement.result)
    embedded = signature.embedded
    subject = _subject(certificate)
    return SignatureVerdict(
        field=signature.name,
        kind="document_timestamp" if signature.is_timestamp else "signature",
        signer=subject["common_name"],
        organisation=subject["organization_name"],
        signed_at=finding.proven_at if signature.is_timestamp else claimed_time(signature),
        level=judgement.level.name,
        intact=_is_intact(judgement),
        trusted=finding.is_trusted,
        coverage=judgement.coverage,
        modifications=diffs.in_words(judgement.changes, fields, names),
        problems=judgement.problems,
        reason=name(signature.value, "/Reason") or None,
        location=name(signature.value, "/Location") or None,
        trust_anchor=anchor.subject.human_friendly if anchor is not None else None,
        is_demo_trust=anchor is not None and trust.is_demo(anchor),
        stamped_at=finding.proven_at,
        changed_fields=fields,
        unit=subject["organizational_unit_name"],
        title=subject["title"],
        revision=max(1, signature.revision + 1),
        revisions=revisions,
        changes=judgement.changes,
        trust_path=[c.subject.human_friendly for c in reversed(finding.chain.certificates)],
        trust_source=trust.source_of(anchor),
        revocation=finding.chain.revocation,
        is_long_term=judgement.level.is_long_term and not judgement.problems,
        crypto=weaknesses.describe(embedded) if embedded is not None else Crypto(),
        endurance=judgement.endurance,
        warnings=judgement.warnings,
    )


def _is_intact(judgement: Judgement) -> bool:
    if judgement.old is not None:
        return judgement.old.is_intact is True and not judgement.is_broken
    return judgement.finding.is_intact and not judgement.signature.is_broken


def _subject(certificate: x509.Certificate | None) -> dict[str, str]:
    keys = ("common_name", "organization_name", "organizational_unit_name", "title")
    if certificate is None:
        return dict.fromkeys(keys, "")
    subject = certificate.subject.native
    found = {key: _flat(subject.get(key, "")) for key in keys}
    found["common_name"] = found["common_name"] or certificate.subject.human_friendly
    return found


def _flat(value: Any) -> str:
    return "、".join(str(item) for item in value) if isinstance(value, list) else str(value)
