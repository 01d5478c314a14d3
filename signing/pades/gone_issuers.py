"""Certificates whose issuer is gone (発行した認証局が終了した証明書): past validation must still be tried on them.

After decades the intermediate CA of an old signature or time-stamp has expired together with the certificate
itself. pyHanko then reports a general failure of the chain, because it meets the CA first, and skips the past
validation (ETSI EN 319 102-1 5.6.2), although that is made for this very case. Here the expiry of any
certificate of the path itself is reported as what it is, "out of bounds, no proof of existence". Whether such
a proof exists is then decided by the past validation alone, with all its checks.
"""

import dataclasses
from collections.abc import Awaitable
from typing import Any

from asn1crypto import x509
from pyhanko.sign.ades.report import AdESIndeterminate
from pyhanko.sign.validation import generic_cms
from pyhanko_certvalidator.errors import ExpiredError

_stock = generic_cms.handle_certvalidator_errors


async def _with_expired_issuers(*, cert: x509.Certificate, coro: Awaitable[Any]) -> Any:
    """As pyHanko's own, but an expired issuer counts like an expired certificate."""
    expired: list[ExpiredError] = []

    async def noticed() -> Any:
        try:
            return await coro
        except ExpiredError as error:
            expired.append(error)
            raise

    result = await _stock(cert=cert, coro=noticed())
    if expired and not expired[-1].is_side_validation and not expired[-1].is_ee_cert:
        return dataclasses.replace(result, error_subindic=AdESIndeterminate.OUT_OF_BOUNDS_NO_POE)
    return result


def install() -> None:
    """Puts it in the place of pyHanko's own, which is looked up in its module at each call."""
    generic_cms.handle_certvalidator_errors = _with_expired_issuers  # type: ignore[assignment]
