"""The overall verdict in one Japanese sentence (総合判定の文)."""

from collections.abc import Sequence

from signing.pades.diffs import UNCHANGED
from signing.pades.verdicts import SignatureVerdict, VerdictKind

_SENTENCES = {
    VerdictKind.VALID_WITH_WARNINGS: "署名は有効ですが、確認が必要な点があります。",
    VerdictKind.INVALID: "この文書は信頼できません。署名のあとに変更されたか、署名が正しくありません。",
    VerdictKind.INDETERMINATE: "署名が有効かどうかを確かめられません。",
    VerdictKind.NO_SIGNATURE: "この文書には電子署名がありません。",
    VerdictKind.NOT_A_PDF: "PDFファイルではないため、検証できません。",
}


def summary(kind: VerdictKind, verdicts: Sequence[SignatureVerdict], problems: Sequence[str]) -> str:
    """One sentence; true for this very file, and plain about a demo."""
    if kind is not VerdictKind.VALID:
        reasons = [*problems, *(text for v in verdicts for text in v.problems)]
        if kind is VerdictKind.VALID_WITH_WARNINGS:
            reasons += [text for v in verdicts for text in v.warnings]
        return _SENTENCES[kind] + (reasons[0] if reasons else "")
    sentence = "署名済みであり、すべての署名が有効です。"
    if all(v.modifications == UNCHANGED for v in verdicts[-1:]) and not _date_filled(verdicts):
        sentence += "文書は、署名が適用されてから変更されていません。"
    else:
        sentence += "許可された変更（契約締結日の記入など）のほかに、署名後の変更はありません。"
    if any(v.is_demo_trust for v in verdicts):
        sentence += "ただし、デモ用の認証局によるもので、法的な効力はありません。"
    return sentence


def _date_filled(verdicts: Sequence[SignatureVerdict]) -> bool:
    return any("契約締結日" in v.modifications for v in verdicts)
