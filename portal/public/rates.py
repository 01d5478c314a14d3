"""Rate limit (回数の制限): how often one address may have a file verified, so that nobody takes all places.

Counted in the memory of one web process and forgotten after minutes: nothing of it is written down.
"""

import ipaddress
import threading
from collections import OrderedDict, deque
from datetime import datetime, timedelta

MOST = 100
WITHIN = timedelta(minutes=10)
_REMEMBERED = 10_000
_IPV6_NETWORK = 64


class Rate:
    """At most `most` acts of one address within `within`."""

    def __init__(self, most: int = MOST, within: timedelta = WITHIN) -> None:
        self.most, self.within = most, within
        self._acts: OrderedDict[str, deque[datetime]] = OrderedDict()
        self._counting = threading.Lock()

    def seconds_to_wait(self, address: str, now: datetime) -> int:
        """Counts an act; how long to wait instead when there were too many (0: go on, and it was counted)."""
        key = _network(address)
        with self._counting:
            acts = self._acts.setdefault(key, deque())
            self._acts.move_to_end(key)
            while acts and now - acts[0] >= self.within:
                acts.popleft()
            if len(acts) >= self.most:
                return int((acts[0] + self.within - now).total_seconds()) + 1
            acts.append(now)
            while len(self._acts) > _REMEMBERED:
                self._acts.popitem(last=False)
            return 0

    def forget(self) -> None:
        """Begins anew."""
        with self._counting:
            self._acts.clear()


def _network(address: str) -> str:
    """One IPv6 customer has a whole network of addresses: they count as one."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    if parsed.version == 4:
        return address
    return str(ipaddress.ip_network((parsed, _IPV6_NETWORK), strict=False))
