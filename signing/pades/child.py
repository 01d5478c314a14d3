"""Verification in a child process (別プロセスでの検証): a hostile file can use up a child, not the server.

The child reads one request from standard input and prints its answer. It loads what verifies and nothing of the
rest of the service: that halves the time of a verification.
"""

import base64
import json
import logging
import resource
import subprocess
import sys
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from asn1crypto import x509

from signing.pades.trust import TrustStore
from signing.pades.verdicts import Expectation, PagePair, Verdict, VerdictKind
from signing.pades.wording import summary

_NESTING = 12_000
_ROOT = Path(__file__).resolve().parents[2]
_START = """\
import sys, types
package = types.ModuleType("signing")  # in place of signing/__init__.py, which loads the database and all of sealing
package.__path__ = [sys.argv[1]]
sys.modules["signing"] = package
from signing.pades.child import main
main()
"""


@dataclass(frozen=True)
class Limits:
    """What one verification may use: seconds of CPU time, bytes of address space (not of memory)."""

    seconds: int = 60
    memory: int = 2 << 30


class ChildFailed(Exception):
    """The child gave no answer; the text says why."""


def verify_in_child(
    path: Path,
    trust: TrustStore,
    now: datetime,
    expected: Expectation | None = None,
    limits: Limits = Limits(),
    *,
    online: bool = False,
) -> Verdict:
    """As `verify_pdf` with pictures, in a process of its own with limits on time and memory; never raises.

    `online` lets it ask the authorities whether certificates were revoked, where the file does not say.
    """
    request = _request(path, trust, now, expected, online)
    try:
        return Verdict.from_json(_ask(request, limits))
    except ChildFailed as failed:
        return _gave_up(str(failed), now)
    except (ValueError, KeyError, TypeError):
        return _gave_up("検証の結果を読み取れませんでした。", now)


def compare_in_child(path: Path, field: str, limits: Limits = Limits()) -> list[PagePair] | None:
    """As `visual.compare_revisions`, in a process of its own; None when that fails."""
    try:
        answer = _ask({"do": "compare", "path": str(path.absolute()), "field": field}, limits)
        return [_pair(item) for item in answer["pairs"]]
    except (ChildFailed, ValueError, KeyError, TypeError):
        return None


def _ask(request: dict[str, Any], limits: Limits) -> Any:
    command = [sys.executable, "-c", _START, str(_ROOT / "signing")]
    content = json.dumps({**request, "limits": [limits.seconds, limits.memory]})
    try:
        child = subprocess.run(  # noqa: S603 - our own module
            command, input=content, capture_output=True, text=True, timeout=limits.seconds * 2, cwd=_ROOT
        )
    except subprocess.TimeoutExpired:
        raise ChildFailed(f"{limits.seconds * 2}秒以内に検証が終わりませんでした。") from None
    except (OSError, ValueError):
        raise ChildFailed("検証を始められませんでした。時間をおいて、もう一度お試しください。") from None
    if child.returncode != 0:
        raise ChildFailed("検証に使える時間またはメモリーの上限に達したため、検証を打ち切りました。")
    return json.loads(child.stdout)


def main() -> None:
    """The child's side."""
    request = json.load(sys.stdin)
    seconds, memory = request["limits"]
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    sys.setrecursionlimit(_NESTING)
    logging.disable(logging.CRITICAL)
    json.dump(_compare(request) if request["do"] == "compare" else _verify(request), sys.stdout)


def _verify(request: dict[str, Any]) -> dict[str, Any]:
    from signing.pades.revocation import HttpRevocation  # loaded under the limits
    from signing.pades.verify import verify_pdf

    expected = request["expected"]
    roots, demo, intermediates = (_certificates(group) for group in request["trust"])
    trust = TrustStore(roots, demo, intermediates, is_given=request["is_given"])
    verdict = verify_pdf(
        Path(request["path"]),
        trust,
        datetime.fromisoformat(request["now"]),
        _expectation(expected) if expected else None,
        fetcher=HttpRevocation(issuers=trust.anchors) if request["online"] else None,
        look=True,
    )
    return verdict.to_json()


def _compare(request: dict[str, Any]) -> dict[str, Any]:
    from signing.pades.visual import compare_revisions

    pairs = compare_revisions(Path(request["path"]), request["field"])
    return {"pairs": [[p.page, _text(p.before), _text(p.after), p.changed] for p in pairs]}


def _request(
    path: Path, trust: TrustStore, now: datetime, expected: Expectation | None, online: bool
) -> dict[str, Any]:
    groups = (trust.roots, trust.demo, trust.intermediates)
    return {
        "do": "verify",
        "path": str(path.absolute()),
        "now": now.isoformat(),
        "trust": [[certificate.dump().hex() for certificate in group] for group in groups],
        "is_given": trust.is_given,
        "online": online,
        "expected": expected
        and {
            "signature_fields": expected.signature_fields,
            "sha256": expected.sha256,
            "permitted_fields": sorted(expected.permitted_fields),
            "timestamp_required": expected.timestamp_required,
        },
    }


def _certificates(group: list[str]) -> tuple[x509.Certificate, ...]:
    return tuple(x509.Certificate.load(bytes.fromhex(item)) for item in group)


def _expectation(data: dict[str, Any]) -> Expectation:
    return Expectation(
        signature_fields=tuple(data["signature_fields"]),
        sha256=data["sha256"],
        permitted_fields=frozenset(data["permitted_fields"]),
        timestamp_required=data["timestamp_required"],
    )


def _text(png: bytes | None) -> str | None:
    return base64.b64encode(png).decode("ascii") if png is not None else None


def _pair(item: list[Any]) -> PagePair:
    page, before, after, changed = item
    old, new = (base64.b64decode(png) if png is not None else None for png in (before, after))
    return PagePair(page, old, new, [(left, top, right, bottom) for left, top, right, bottom in changed])


def _gave_up(problem: str, now: datetime) -> Verdict:
    kind = VerdictKind.INDETERMINATE
    return Verdict(kind, summary(kind, [], [problem]), [], [problem], "", judged_at=now)
