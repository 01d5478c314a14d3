"""The signature panel (署名パネル) of a verdict: each line is there only when its check was really passed. (SIGN-60)"""

from collections.abc import Iterator
from dataclasses import dataclass

from portal.verdict_words import (
    ADVICE,
    LEVELS,
    REVOCATIONS,
    TITLES,
    TRUST_SOURCES,
    Advice,
    Cause,
    Changes,
    cause_of,
    changes_of,
    coverage_words,
    crypto_words,
    endurance_words,
    instant_words,
    short_name,
    without_code,
)
from signing import Change, SignatureVerdict, Verdict, VerdictKind

Facts = list[tuple[str, str]]
TONES = {
    VerdictKind.VALID: "valid",
    VerdictKind.VALID_WITH_WARNINGS: "warning",
    VerdictKind.INDETERMINATE: "warning",
    VerdictKind.NO_SIGNATURE: "warning",
    VerdictKind.NOT_A_PDF: "warning",
    VerdictKind.INVALID: "invalid",
}


@dataclass(frozen=True)
class Check:
    """One line of the panel: passed, failed, or (None) not known."""

    passed: bool | None
    text: str


@dataclass(frozen=True)
class PanelSignature:
    """One signature or document time-stamp as the panel shows it; `version` counts from 1."""

    version: int
    found: SignatureVerdict

    @property
    def is_timestamp(self) -> bool:
        return self.found.kind == "document_timestamp"

    @property
    def is_valid(self) -> bool:
        """Unbroken, unchanged but for what it permits, by a trusted certificate, without any complaint."""
        is_whole = self.changes in (Changes.UNCHANGED, Changes.PERMITTED)
        return is_whole and self.found.trusted and not self.found.problems

    @property
    def changes(self) -> Changes:
        """What became of the file after this signature. (AMB-14)"""
        return changes_of(self.found)

    @property
    def heading(self) -> str:
        done = "タイムスタンプ付与済み" if self.is_timestamp else "署名済み"
        return f"バージョン {self.version}: {self.found.signer} により{done}"

    @property
    def checks(self) -> list[Check]:
        """The lines of the panel as Adobe Reader words them, each from its own check. (SIGN-60)"""
        return [check for check in self._checks() if check.text]

    @property
    def facts(self) -> Facts:
        """Who, why and when."""
        found = self.found
        proven = ("タイムスタンプの日時", instant_words(found.stamped_at)) if found.stamped_at else None
        claimed = ("署名した日時（申告）", instant_words(found.signed_at))
        rows = [
            ("時刻認証局" if self.is_timestamp else "署名者", found.signer),
            ("組織", found.organisation),
            ("部署", found.unit),
            ("役職", found.title),
            ("理由", found.reason or ""),
            proven or claimed,
            ("信頼ソース取得元", self.trust_words),
        ]
        return _filled(rows)

    @property
    def details(self) -> Facts:
        """What stands behind the lines: certificate path, revocation, algorithms, coverage."""
        found = self.found
        claimed = "" if self.is_timestamp else instant_words(found.signed_at)
        rows = [
            ("証明書の経路", " → ".join(map(short_name, reversed(found.trust_path)))),
            ("失効確認", REVOCATIONS.get(found.revocation, found.revocation)),
            ("暗号方式", crypto_words(found)),
            ("水準", f"{found.level}：{LEVELS.get(found.level, '知られていない形式です')}"),
            ("署名の対象", coverage_words(found)),
            ("署名した日時（申告）", claimed),
            ("署名の場所", found.location or ""),
            ("フィールド", found.field),
            *((f"有効性：{label}", text) for label, text in endurance_words(found)),
        ]
        return _filled(rows)

    @property
    def trust_words(self) -> str:
        """Where the trust comes from; no list is named that the root does not stand in. (AMB-15)"""
        source = TRUST_SOURCES.get(self.found.trust_source, self.found.trust_source)
        anchor = short_name(self.found.trust_anchor or "")
        return f"{anchor}：{source}" if anchor else source

    @property
    def problems(self) -> list[str]:
        """What is wrong with it, in words."""
        return [without_code(text) for text in self.found.problems]

    @property
    def warnings(self) -> list[str]:
        """What to look at, in words."""
        return [without_code(text) for text in self.found.warnings]

    @property
    def forbidden(self) -> list[Change]:
        """What came after this signature and is not permitted."""
        return [change for change in self.found.changes if not change.permitted]

    @property
    def permitted(self) -> list[Change]:
        """What came after this signature and is permitted."""
        return [change for change in self.found.changes if change.permitted]

    def _checks(self) -> Iterator[Check]:
        kind = "文書タイムスタンプ" if self.is_timestamp else "署名"
        valid = f"{kind}は有効です" if self.is_valid else f"{kind}が有効であることを確かめられません"
        yield Check(self.is_valid, valid)
        yield self._unchanged("タイムスタンプ" if self.is_timestamp else "署名")
        yield self._identity()
        if not self.is_timestamp and self.found.stamped_at is not None:
            yield Check(True, "埋め込みタイムスタンプが署名に含まれています。")
        if self.is_valid and self.found.is_long_term:
            yield Check(True, f"{'タイムスタンプ' if self.is_timestamp else '署名'}は LTV 対応です.")

    def _unchanged(self, kind: str) -> Check:
        words = {
            Changes.UNCHANGED: Check(True, f"文書は、この{kind}が適用されてから変更されていません"),
            Changes.PERMITTED: Check(
                True,
                f"この{kind}のあとに加わったのは、{kind}が許している変更だけです（{self.found.modifications}）",
            ),
            Changes.FORBIDDEN: Check(False, f"この{kind}のあとに、{kind}が許していない変更があります"),
            Changes.BROKEN: Check(False, "署名された内容そのものが変わっているか、署名が壊れています"),
        }
        return words[self.changes]

    def _identity(self) -> Check:
        who = "時刻認証局" if self.is_timestamp else "署名者"
        if self.found.revocation == "revoked":
            return Check(False, f"{who}の証明書は失効しています")
        if not self.found.trusted:
            return Check(None, f"{who}の ID を確かめられません")
        if self.found.is_demo_trust:
            return Check(True, f"{who}の ID は、デモ用の認証局に照らして有効です")
        return Check(True, f"{who}の ID は有効です")


@dataclass(frozen=True)
class Panel:
    """The whole panel. `tone` is valid, warning or invalid, for colour and icon."""

    tone: str
    title: str
    cause: Cause
    advice: Advice
    is_all_valid: bool
    signatures: tuple[PanelSignature, ...]
    summary: str
    problems: list[str]
    warnings: list[str]


def panel_of(verdict: Verdict) -> Panel:
    """The panel of a verdict."""
    signatures = tuple(PanelSignature(n, found) for n, found in enumerate(verdict.signatures, start=1))
    cause = cause_of(verdict)
    return Panel(
        tone=TONES[verdict.verdict],
        title=TITLES[verdict.verdict],
        cause=cause,
        advice=ADVICE[cause],
        is_all_valid=verdict.is_valid and all(signature.is_valid for signature in signatures),
        signatures=signatures,
        summary=without_code(verdict.summary),
        problems=[without_code(text) for text in verdict.problems],
        warnings=[without_code(text) for text in verdict.warnings if text not in verdict.problems],
    )


def _filled(rows: list[tuple[str, str]]) -> Facts:
    return [(label, text) for label, text in rows if text]
