"""The visible history (電子保証の履歴) of a certificate, as its row keeps it. (GUAR-62)"""

from collections.abc import Iterable
from typing import Any

from guarantees.histories import visible
from guarantees.registry.orm import CertificateVersion


def history_json(versions: Iterable[CertificateVersion]) -> list[Any]:
    """What is shown of everything that was published, in the shape of `Certificate.to_json`, numbered from 1."""
    return [
        {
            "number": place,
            "arrived_at": shown.version.arrived_at.isoformat(),
            "target": shown.target.value,
            "contents": shown.version.contents,
        }
        for place, shown in enumerate(visible(versions), start=1)
    ]
