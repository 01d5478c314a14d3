"""The visible history (電子保証の履歴) of a certificate, from everything that was published of it. (GUAR-62)"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from guarantees.certificates import CertificateContents, CertificateEntry, Target, VersionKind
from guarantees.registry.orm import CertificateVersion

TARGETS = {
    VersionKind.NEW: Target.NEW,
    VersionKind.CHANGE: Target.CHANGE,
    VersionKind.CANCELLATION: Target.CANCELLATION,
}


@dataclass(frozen=True)
class Shown:
    """A version that orderers and customers see, and as what."""

    version: CertificateVersion
    target: Target


def visible(versions: Iterable[CertificateVersion]) -> list[Shown]:
    """What is shown (訂正、変更取消された履歴は表示されません), oldest first.

    A correction stands where the version stood whose mistake it corrects; a withdrawn change goes away.
    """
    shown: list[Shown] = []
    for version in versions:
        if version.kind in TARGETS:
            shown.append(Shown(version, TARGETS[version.kind]))
        elif version.kind is VersionKind.CORRECTION:
            shown[-1] = Shown(version, shown[-1].target)
        else:
            shown.pop()
    return shown


def entries_of(versions: Iterable[CertificateVersion]) -> tuple[CertificateEntry, ...]:
    """The visible history as entries, numbered from 1."""
    return tuple(
        CertificateEntry(
            number=place,
            arrived_at=shown.version.arrived_at,
            target=shown.target,
            contents=CertificateContents.from_json(shown.version.contents),
        )
        for place, shown in enumerate(visible(versions), start=1)
    )


def history_json(versions: Iterable[CertificateVersion]) -> list[Any]:
    """The visible history as plain values, in the shape of `Certificate.to_json`: kept on the certificate's row."""
    return [
        {
            "number": place,
            "arrived_at": _instant(shown.version.arrived_at),
            "target": shown.target.value,
            "contents": shown.version.contents,
        }
        for place, shown in enumerate(visible(versions), start=1)
    ]


def _instant(at: datetime) -> str:
    return at.isoformat()
