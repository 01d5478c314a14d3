"""One door for every kind of publication (登録), as the port and the API hand them in."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from guarantees.certificates import CertificateContents, VersionKind
from guarantees.errors import GuaranteeRefused
from guarantees.keys import AuthenticationKey
from guarantees.registry.key_hashing import KeyHasher
from guarantees.registry.orm import RegistryCertificate
from guarantees.registry.publishing import (
    cancel,
    publish_change,
    publish_correction,
    publish_new,
    withdraw_change,
)

WITH_CONTENTS: Mapping[VersionKind, Callable[..., RegistryCertificate]] = {
    VersionKind.CHANGE: publish_change,
    VersionKind.CORRECTION: publish_correction,
}
WITHOUT_CONTENTS: Mapping[VersionKind, Callable[..., RegistryCertificate]] = {
    VersionKind.CHANGE_WITHDRAWN: withdraw_change,
    VersionKind.CANCELLATION: cancel,
}


def publish(
    session: Session,
    kind: VersionKind,
    issuer: str,
    number: str,
    key: AuthenticationKey | None,
    orderer: str,
    contents: CertificateContents | None,
    *,
    key_hasher: KeyHasher,
    reason: str = "",
    published_by: str,
    now: datetime,
    reference: str | None = None,
) -> datetime:
    """Publish a version; when it arrived (電子保証発行日時), for a repetition when it first did. (GUAR-63)"""
    said: dict[str, Any] = {"issuer": issuer, "number": number, "published_by": published_by, "now": now}
    said["reference"] = reference
    if kind is VersionKind.NEW:
        made = publish_new(
            session,
            key=key or AuthenticationKey(""),
            orderer=orderer,
            contents=_needed(contents),
            key_hasher=key_hasher,
            **said,
        )
    elif kind in WITH_CONTENTS:
        made = WITH_CONTENTS[kind](session, contents=_needed(contents), reason=reason, **said)
    else:
        made = WITHOUT_CONTENTS[kind](session, reason=reason, **said)
    return _arrived_at(made, kind, reference)


def _arrived_at(certificate: RegistryCertificate, kind: VersionKind, reference: str | None) -> datetime:
    if kind is VersionKind.NEW:
        return certificate.versions[0].arrived_at
    named = [
        version
        for version in certificate.versions
        if reference is not None and version.reference == reference
    ]
    return (named or certificate.versions)[-1].arrived_at


def _needed(contents: CertificateContents | None) -> CertificateContents:
    if contents is None:
        raise GuaranteeRefused("registry.contents_missing", "証書の記載事項がありません。")
    return contents
