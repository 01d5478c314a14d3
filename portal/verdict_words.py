"""Words for a verdict (検証結果の言い方): the same on the public page and on the command line."""

import re
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from portal.clock import TOKYO
from signing import NOT_PERMITTED, UNCHANGED, SignatureVerdict, Verdict, VerdictKind

_CODE = re.compile(r"(?<=。)\([a-z-]+(?:: \w+)?\)")
TITLES = {
    VerdictKind.VALID: "署名は有効です",
    VerdictKind.VALID_WITH_WARNINGS: "署名は有効ですが、確認が必要です",
    VerdictKind.INVALID: "この文書は信頼できません",
    VerdictKind.INDETERMINATE: "有効かどうかを確かめられません",
    VerdictKind.NO_SIGNATURE: "電子署名がありません",
    VerdictKind.NOT_A_PDF: "PDFファイルではありません",
}
LEVELS = {
    "B-B": "署名だけで、時刻の証明はありません",
    "B-T": "署名の時刻がタイムスタンプで証明されています",
    "B-LT": "時刻の証明と、将来の検証に必要な情報を含みます",
    "B-LTA": "将来の検証に必要な情報を含み、文書全体がタイムスタンプで保護されています",
    "PKCS7": "古い形式の署名です",
    "RFC3161": "時刻認証局によるタイムスタンプです",
}
REVOCATIONS = {
    "good": "失効していないことを確かめました",
    "revoked": "証明書は失効しています",
    "unknown": "失効していないかどうかを確かめられませんでした",
    "not_needed": "確かめる必要のない証明書です",
}
TRUST_SOURCES = {
    "configured": "この検証の仕組みに登録された認証局",
    "given": "検証のときに指定された認証局",
    "demo": "デモ用の認証局（実際の契約には使えません）",
    "none": "信頼する認証局につながりませんでした",
}


class Changes(StrEnum):
    """What became of the file after a signature (署名後の変更)."""

    BROKEN = "broken"
    FORBIDDEN = "forbidden"
    PERMITTED = "permitted"
    UNCHANGED = "unchanged"


class Cause(StrEnum):
    """Why the verdict is what it is (判定の理由), as far as a reader must tell the cases apart."""

    VALID = "valid"
    WARNED = "warned"
    CHANGED = "changed"
    DEFECTIVE = "defective"
    REVOKED = "revoked"
    UNKNOWN_ISSUER = "unknown_issuer"
    UNSURE = "unsure"
    ENCRYPTED = "encrypted"
    DAMAGED = "damaged"
    NO_SIGNATURE = "no_signature"
    NOT_A_PDF = "not_a_pdf"


@dataclass(frozen=True)
class Advice:
    """What a verdict means for whoever holds the file, and what to do now."""

    meaning: str
    steps: tuple[str, ...] = ()


ASK = "市の契約担当課に連絡し、締結された原本を受け取り直します。"
DO_NOT_EDIT = (
    "契約書のPDFには、注釈やマーカーを加えたり、編集して保存したり、「PDFとして印刷」で作り直したりしません。"
    "ファイル名を変えるだけなら、かまいません。"
)
ADVICE = {
    Cause.VALID: Advice(
        "だれが署名したかを確かめられ、署名のあとに許されない変更は加えられていません。",
        ("このファイルを、そのまま保管します。", DO_NOT_EDIT),
    ),
    Cause.WARNED: Advice(
        "署名されたときから、許されない変更は加えられていません。ただし、長く保管するうえで足りない点などがあります。",
        ("下の注意を読み、気になる点は市の契約担当課に確かめます。", DO_NOT_EDIT),
    ),
    Cause.CHANGED: Advice(
        "署名されたときの文書と、いまの文書は同じではありません。だれかが変えたか、ソフトウェアが保存するときに変わっています。",
        ("このファイルを契約書として使いません。", ASK, DO_NOT_EDIT),
    ),
    Cause.DEFECTIVE: Advice(
        "署名の付け方に誤りか、見かけをごまかす細工があります。書かれている内容を信じることはできません。",
        ("このファイルを契約書として使いません。", ASK),
    ),
    Cause.REVOKED: Advice(
        "文書は変わっていませんが、署名に使われた証明書は取り消されています。",
        ("署名した相手と市の契約担当課に、証明書が取り消された時期と理由を確かめます。",),
    ),
    Cause.UNKNOWN_ISSUER: Advice(
        "文書が署名のあとに変えられた跡はありません。ただし、署名した人の証明書を発行した認証局がこの画面に登録されていないため、本人の署名かどうかを判断できません。改ざんとは別の問題です。",
        (
            "市との契約書であれば、市の契約担当課に、この画面で検証できるはずの文書かどうかを確かめます。",
            "ほかのサービスで署名された文書は、そのサービスの検証の画面か、Adobe Acrobat Readerで確かめます。",
        ),
    ),
    Cause.UNSURE: Advice(
        "有効とも無効とも判断できませんでした。理由は下の「問題点」にあります。",
        ("もう一度ダウンロードしたファイルで試します。", "変わらないときは、市の契約担当課に確かめます。"),
    ),
    Cause.ENCRYPTED: Advice(
        "パスワードや権限で保護されているため、中を調べられません。締結した契約書に、このような保護は付いていません。",
        ("保護される前のファイル（メールや画面からダウンロードしたもの）で検証します。",),
    ),
    Cause.DAMAGED: Advice(
        "ファイルが壊れているため、署名を調べられませんでした。ダウンロードが途中で終わっていると、こうなります。",
        ("もう一度ダウンロードしたファイルで試します。", "変わらないときは、市の契約担当課に確かめます。"),
    ),
    Cause.NO_SIGNATURE: Advice(
        "署名する前の書類か、印刷・スキャン・「PDFとして印刷」で作り直した写しです。写しに電子署名は残りません。",
        ("締結したときに受け取った元のPDFファイルで検証します。", ASK),
    ),
    Cause.NOT_A_PDF: Advice(
        "PDFではないため、検証できません。",
        ("契約書のPDFファイルを選び直します。",),
    ),
}


def changes_of(found: SignatureVerdict) -> Changes:
    """What became of the file after this signature."""
    if not found.intact:
        return Changes.BROKEN
    if found.modifications == NOT_PERMITTED or any(not change.permitted for change in found.changes):
        return Changes.FORBIDDEN
    return Changes.UNCHANGED if found.modifications == UNCHANGED else Changes.PERMITTED


def cause_of(verdict: Verdict) -> Cause:
    """The one cause that a reader must know first: changed before unknown, as the worse of the two."""
    kinds = {
        VerdictKind.VALID: Cause.VALID,
        VerdictKind.VALID_WITH_WARNINGS: Cause.WARNED,
        VerdictKind.NO_SIGNATURE: Cause.NO_SIGNATURE,
        VerdictKind.NOT_A_PDF: Cause.NOT_A_PDF,
    }
    if verdict.verdict in kinds:
        return kinds[verdict.verdict]
    if not verdict.signatures:
        return _cause_without_signatures(verdict)
    if any(changes_of(s) in (Changes.BROKEN, Changes.FORBIDDEN) for s in verdict.signatures):
        return Cause.CHANGED
    if any(signature.revocation == "revoked" for signature in verdict.signatures):
        return Cause.REVOKED
    if verdict.verdict is VerdictKind.INVALID:
        return Cause.DEFECTIVE
    unknown = any(not s.trusted and s.trust_source == "none" for s in verdict.signatures)
    return Cause.UNKNOWN_ISSUER if unknown else Cause.UNSURE


def _cause_without_signatures(verdict: Verdict) -> Cause:
    if verdict.verdict is VerdictKind.INVALID:
        return Cause.DEFECTIVE
    return Cause.ENCRYPTED if any("暗号化" in text for text in verdict.problems) else Cause.DAMAGED


def instant_words(at: datetime | None) -> str:
    """2026.05.07 12:00:00 +09'00', as the signature panel writes it. (SIGN-61)"""
    return at.astimezone(TOKYO).strftime("%Y.%m.%d %H:%M:%S +09'00'") if at else "記録なし"


def short_name(name: str) -> str:
    """The common name of "Common Name: X, Organization: Y", or the whole."""
    return name.partition("Common Name: ")[2].partition(",")[0] or name


def without_code(text: str) -> str:
    """A finding without the code of its kind at the end, such as (unsigned-update): that is for auditors."""
    return _CODE.sub("", text)


def coverage_words(found: SignatureVerdict) -> str:
    """Which of the versions of the file a signature covers."""
    versions = f"（ファイルの版 {found.revision}／{found.revisions}）"
    whole = {
        "entire_file": "ファイル全体",
        "entire_revision": "署名したときの文書全体",
    }
    return whole.get(found.coverage, "文書の一部だけ。全体は保護されていません") + versions


def crypto_words(found: SignatureVerdict) -> str:
    """Algorithms, key size, and what of them is weak."""
    crypto = found.crypto
    size = f"{crypto.key_bits}ビット" if crypto.key_bits else ""
    parts = " ".join(filter(None, (crypto.signature, size, crypto.digest)))
    weak = f"（弱い方式：{'、'.join(crypto.weak)}）" if crypto.weak else ""
    return (parts or "読み取れませんでした") + weak


def endurance_words(found: SignatureVerdict) -> list[tuple[str, str]]:
    """Whether the signature holds when it was made, now, and in ten years; with the reason."""
    labels = ("署名したとき", "現在", "10年後")
    judged = {True: "有効", False: "無効", None: "分かりません"}
    return [
        (
            f"{label}（{e.at.astimezone(TOKYO):%Y年%-m月%-d日}）",
            f"{judged[e.valid]}。{e.text}".rstrip("。") + "。",
        )
        for label, e in zip(labels, found.endurance, strict=False)
    ]
