"""Verification in a child process (別プロセスでの検証): a hostile file can use up a child, not the server.

Run as `python -m signing.pades.child` it reads one request from standard input and prints the verdict.
"""

import json
import resource
import subprocess
import sys
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from asn1crypto import x509

from signing.pades.trust import TrustStore
from signing.pades.verdicts import Expectation, Verdict, VerdictKind
from signing.pades.verify import verify_pdf
from signing.pades.wording import summary


@dataclass(frozen=True)
class Limits:
    """What one verification may use."""

    seconds: int = 30
    memory: int = 1 << 30


def verify_in_child(
    path: Path,
    trust: TrustStore,
    now: datetime,
    expected: Expectation | None = None,
    limits: Limits = Limits(),
) -> Verdict:
    """As `verify_pdf`, in a process of its own with limits on time and memory; never raises."""
    request = json.dumps(_request(path, trust, now, expected, limits))
    command = [sys.executable, "-m", "signing.pades.child"]
    root = Path(__file__).resolve().parents[2]
    try:
        child = subprocess.run(  # noqa: S603 - our own module
            command, input=request, capture_output=True, text=True, timeout=limits.seconds + 5, cwd=root
        )
        return Verdict.from_json(json.loads(child.stdout))
    except subprocess.TimeoutExpired:
        return _gave_up(f"{limits.seconds}秒以内に検証が終わりませんでした。")
    except (OSError, ValueError, KeyError, TypeError):
        return _gave_up("検証に使える時間またはメモリーの上限に達しました。")


def main() -> None:
    """The child's side."""
    request = json.load(sys.stdin)
    seconds, memory = request["limits"]
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    expected = request["expected"]
    verdict = verify_pdf(
        Path(request["path"]),
        TrustStore(*(_certificates(group) for group in request["trust"])),
        datetime.fromisoformat(request["now"]),
        _expectation(expected) if expected else None,
    )
    json.dump(verdict.to_json(), sys.stdout)


def _request(
    path: Path, trust: TrustStore, now: datetime, expected: Expectation | None, limits: Limits
) -> dict[str, Any]:
    groups = (trust.roots, trust.demo, trust.intermediates)
    return {
        "path": str(path.absolute()),
        "now": now.isoformat(),
        "trust": [[certificate.dump().hex() for certificate in group] for group in groups],
        "limits": [limits.seconds, limits.memory],
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


def _gave_up(problem: str) -> Verdict:
    kind = VerdictKind.INDETERMINATE
    return Verdict(kind, summary(kind, [], [problem]), [], [problem], "")


if __name__ == "__main__":
    main()
