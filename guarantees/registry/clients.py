"""Programs that call the registry's API (接続するシステム): by token or by client certificate."""

import hashlib
import secrets
from collections.abc import Sequence
from datetime import datetime

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from guarantees.errors import GuaranteeRefused
from guarantees.issuers import issuers, known_issuer
from guarantees.registry.orderers import orderer_of
from guarantees.registry.orm import ClientSide, RegistryClient

NAME_LENGTH = 100


def add_client(
    session: Session, *, side: ClientSide, organisation: str, name: str, now: datetime, pem: bytes | None
) -> tuple[RegistryClient, str]:
    """Register a program: by its client certificate (`pem`), or by a new token, which is returned this once."""
    _refuse_unknown(session, side, organisation)
    if not 0 < len(name.strip()) <= NAME_LENGTH:
        raise GuaranteeRefused(
            "registry.client_name",
            f"システムの名前は{NAME_LENGTH}文字以内で入力してください。",
        )
    token = "" if pem else secrets.token_urlsafe(32)
    client = RegistryClient(
        side=side,
        organisation=organisation,
        name=name,
        token_hash=_hash(token) if token else None,
        certificate_sha256=fingerprint(pem) if pem else None,
        registered_at=now,
    )
    if client.certificate_sha256 and _was_registered(session, client.certificate_sha256):
        raise GuaranteeRefused(
            "registry.client_exists",
            "この証明書は、すでに登録されているか、取り消されています。",
            remedy="取り消した証明書は使えません。新しい証明書で登録します。",
        )
    session.add(client)
    session.flush()
    return client, token


def revoke_client(session: Session, client_id: str, now: datetime) -> RegistryClient:
    """Close a program's access at once; it stays in the list."""
    client = session.get(RegistryClient, client_id)
    if client is None:
        raise GuaranteeRefused("registry.client_unknown", "このIDの接続は登録されていません。")
    client.revoked_at = client.revoked_at or now
    return client


def clients(session: Session) -> Sequence[RegistryClient]:
    """Every program that was ever registered, oldest first."""
    return session.scalars(select(RegistryClient).order_by(RegistryClient.registered_at)).all()


def by_token(session: Session, token: str) -> RegistryClient | None:
    """The program of a token that still counts."""
    return _live(session, RegistryClient.token_hash == _hash(token))


def by_certificate(session: Session, sha256: str) -> RegistryClient | None:
    """The program of a client certificate (SHA-256 of its DER form) that still counts."""
    return _live(session, RegistryClient.certificate_sha256 == sha256)


def _live(session: Session, is_meant: ColumnElement[bool]) -> RegistryClient | None:
    return session.scalar(select(RegistryClient).where(is_meant, RegistryClient.revoked_at.is_(None)))


def _was_registered(session: Session, sha256: str) -> bool:
    known = select(RegistryClient.id).where(RegistryClient.certificate_sha256 == sha256)
    return session.scalar(known) is not None


def fingerprint(pem: bytes) -> str:
    """SHA-256 of a certificate; refused in words when the file holds none."""
    try:
        return x509.load_pem_x509_certificate(pem).fingerprint(hashes.SHA256()).hex()
    except ValueError as error:
        raise GuaranteeRefused(
            "registry.client_certificate", "証明書のファイル（PEM）を読めません。"
        ) from error


def _refuse_unknown(session: Session, side: ClientSide, organisation: str) -> None:
    if side is ClientSide.SURETY and known_issuer(organisation) is None:
        known = "、".join(issuer.code for issuer in issuers())
        raise GuaranteeRefused(
            "registry.issuer_unknown",
            f"「{organisation}」という保証会社はありません。登録されている会社: {known}",
        )
    if side is ClientSide.ORDERER and orderer_of(session, organisation) is None:
        raise GuaranteeRefused(
            "registry.orderer_unsupported",
            f"「{organisation}」という発注者は登録されていません。",
            remedy="先に registry load-orderers で発注者を登録します。",
        )


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()
