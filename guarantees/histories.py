"""What is shown of a certificate's versions (電子保証の履歴): the registry and the desks show the same. (GUAR-62, GUAR-64)"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from guarantees.certificates import Target, VersionKind

Version = TypeVar("Version", bound=Any)
"""A row with a `kind`, the registry's or a desk's."""
TARGETS = {
    VersionKind.NEW: Target.NEW,
    VersionKind.CHANGE: Target.CHANGE,
    VersionKind.CANCELLATION: Target.CANCELLATION,
}


@dataclass(frozen=True)
class Shown(Generic[Version]):
    """A version that orderers and customers see, and as what."""

    version: Version
    target: Target


def visible(versions: Iterable[Version]) -> list[Shown[Version]]:
    """What is shown (訂正、変更取消された履歴は表示されません), oldest first.

    A correction stands where the version stood whose mistake it corrects; a withdrawn change goes away.
    """
    shown: list[Shown[Version]] = []
    for version in versions:
        if version.kind in TARGETS:
            shown.append(Shown(version, TARGETS[version.kind]))
        elif version.kind is VersionKind.CORRECTION:
            shown[-1] = Shown(version, shown[-1].target)
        else:
            shown.pop()
    return shown
