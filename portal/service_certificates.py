"""Certificates that the service rests on (署名鍵・時刻認証局の証明書): as they are loaded, and as the last stamp had them."""

from collections.abc import Iterator

from asn1crypto import cms, x509
from flask import current_app
from sqlalchemy import select

from portal.acting import house
from portal.unit_of_work import reading
from signing.modes import JobKind
from signing.orm import SealJob
from signing.service_keys import KeyStatus, status_of

SERVICE_KEY = "署名鍵の証明書"
CHAIN = "署名鍵の上位の認証局の証明書"
AUTHORITY = "時刻認証局の証明書"


def service_certificates() -> Iterator[tuple[str, x509.Certificate]]:
    """What part, and its certificate: the sealing key, its chain, the chain of the last document time-stamp."""
    key = house().services.sealer.own_identity
    yield SERVICE_KEY, key.certificate
    for above in key.chain:
        yield CHAIN, above
    for certificate in _last_stamp():
        yield AUTHORITY, certificate


def service_statuses() -> list[KeyStatus]:
    """The same as an administrator wants to see them."""
    config, at = current_app.config, house()
    place = config["WITNESS_P12"] or "デモの鍵（デモとテストのみ）"
    if at.token is not None:
        place = f"トークン「{at.token.token_label}」の「{at.token.key_label}」（{at.token.library}）"
    places = {SERVICE_KEY: place, CHAIN: place, AUTHORITY: "、".join(config["TSA_URLS"]) or "デモ時刻認証局"}
    return [status_of(part, certificate, places[part]) for part, certificate in service_certificates()]


def _last_stamp() -> list[x509.Certificate]:
    query = select(SealJob.cms).where(
        SealJob.kind == JobKind.DOCUMENT_TIMESTAMP, SealJob.cms.is_not(None), SealJob.stamped_at.is_not(None)
    )
    with reading() as session:
        token = session.scalars(query.order_by(SealJob.stamped_at.desc()).limit(1)).first()
    if token is None:
        return []
    held = cms.ContentInfo.load(token)["content"]["certificates"]
    return [each.chosen for each in held if isinstance(each.chosen, x509.Certificate)]
