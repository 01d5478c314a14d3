"""A verdict on the command line (検証結果の表示): one sentence first, then a block for each signature."""

from collections.abc import Iterator

from portal.verdict_words import (
    ADVICE,
    LEVELS,
    REVOCATIONS,
    TRUST_SOURCES,
    cause_of,
    coverage_words,
    crypto_words,
    endurance_words,
    instant_words,
    short_name,
)
from signing import SignatureVerdict, Verdict

Line = tuple[str, str]


def in_words(verdict: Verdict, file: str) -> str:
    """Everything about a file, readable for an auditor."""
    lines = [verdict.summary, "", f"ファイル: {file}", f"SHA-256: {verdict.sha256 or '-'}"]
    lines += [f"検証した時点: {instant_words(verdict.judged_at)}"] if verdict.judged_at else []
    advice = ADVICE[cause_of(verdict)]
    lines += ["", advice.meaning, *(f"- {step}" for step in advice.steps)]
    warnings = [text for text in verdict.warnings if text not in verdict.problems]
    lines += _listed("文書全体の問題点", verdict.problems) + _listed("文書全体の注意", warnings)
    for number, signature in enumerate(verdict.signatures, start=1):
        lines += ["", *_block(number, signature)]
    return "\n".join(lines)


def _block(number: int, found: SignatureVerdict) -> Iterator[str]:
    kind = "文書タイムスタンプ" if found.kind == "document_timestamp" else "電子署名"
    is_good = found.intact and found.trusted and not found.problems
    yield f"[{number}] {kind}（{found.field}）: {'有効' if is_good else '有効であることを確かめられません'}"
    for label, text in (*_who_and_when(found), *_checks(found)):
        if text:
            yield f"    {label}: {text}"
    yield from (f"    問題点: {problem}" for problem in found.problems)
    yield from (f"    注意: {warning}" for warning in found.warnings)


def _who_and_when(found: SignatureVerdict) -> Iterator[Line]:
    is_stamp = found.kind == "document_timestamp"
    yield "時刻認証局" if is_stamp else "署名者", found.signer
    yield "組織", found.organisation
    yield "部署", found.unit
    yield "役職", found.title
    yield "理由", found.reason or ""
    yield "署名の場所", found.location or ""
    if not is_stamp:
        yield "署名した日時（申告）", instant_words(found.signed_at)
    proven = instant_words(found.stamped_at) if found.stamped_at else "証明されていません"
    yield "証明された日時（タイムスタンプ）", proven


def _checks(found: SignatureVerdict) -> Iterator[Line]:
    yield "水準", f"{found.level}（{LEVELS.get(found.level, '知られていない形式です')}）"
    yield "署名の対象", coverage_words(found)
    yield "その後の変更", found.modifications
    for change in found.changes:
        pages = f"（{'、'.join(map(str, change.pages))}ページ）" if change.pages else ""
        objects = f" [オブジェクト {', '.join(map(str, change.objects))}]" if change.objects else ""
        yield (
            "  許可された変更" if change.permitted else "  許可されない変更",
            f"{change.text}{pages}{objects}",
        )
    yield "信頼ソース", TRUST_SOURCES.get(found.trust_source, found.trust_source)
    yield "信頼の起点", found.trust_anchor or ""
    yield "証明書の経路", " < ".join(map(short_name, found.trust_path))
    yield "失効確認", REVOCATIONS.get(found.revocation, found.revocation)
    yield "暗号方式", crypto_words(found)
    yield "LTV（長期検証）", "対応しています" if found.is_long_term else "対応していません"
    for label, text in endurance_words(found):
        yield f"有効性・{label}", text


def _listed(heading: str, texts: list[str]) -> list[str]:
    return ["", f"{heading}:", *(f"- {text}" for text in texts)] if texts else []
