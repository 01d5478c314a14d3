"""The registry that this portal asks (保証確認サービス): its own, one over HTTP, or none, by the settings."""

import logging
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from functools import partial
from typing import Any

import psycopg
from flask import current_app
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from guarantees.certificates import CertificateContents, VersionKind
from guarantees.errors import GuaranteeRefused
from guarantees.keys import AuthenticationKey
from guarantees.lookup import (
    Answer,
    Arrived,
    Publication,
    PublishRefused,
    RegistryPort,
    SuretyPort,
    Unavailable,
)
from guarantees.registry import looking_postgresql, looking_sqlite
from guarantees.registry.key_hashing import KeyHasher
from guarantees.registry.publishing import (
    cancel,
    publish_change,
    publish_correction,
    publish_new,
    withdraw_change,
)
from guarantees.registry.views import Looking, look_up
from portal.scoping import Scope
from portal.unit_of_work import current_database, writing

NAME = "保証確認サービス"
BY_HAND = "none"
OUT_OF_ORDER = "保証確認サービスのデータベースが応答しません。"


class OwnRegistry:
    """The registry inside this portal, asked in the same process; both sides of it."""

    name = NAME

    def __init__(self, key_hasher: KeyHasher) -> None:
        self.key_hasher = key_hasher

    def look_up(
        self,
        orderer: str,
        number: str,
        key: AuthenticationKey,
        *,
        asked_by: str,
        now: datetime,
        address: str = "",
    ) -> Answer:
        """See `RegistryPort`; `address` where the registry's own door or API asks for somebody."""

        def ask() -> Answer:
            with own_looking() as looking:
                return look_up(
                    looking,
                    orderer=orderer,
                    number=number,
                    key=key,
                    asked_by=asked_by,
                    address=address,
                    now=now,
                    key_hasher=self.key_hasher,
                )

        try:
            return _at_most_twice(ask)
        except (SQLAlchemyError, psycopg.Error) as error:
            return Unavailable(_noted(error))

    def publish(
        self,
        kind: VersionKind,
        issuer: str,
        number: str,
        key: AuthenticationKey | None,
        orderer: str,
        contents: CertificateContents | None,
        *,
        reason: str = "",
        published_by: str,
        now: datetime,
        reference: str | None = None,
    ) -> Publication:
        """See `SuretyPort`."""
        said = {"issuer": issuer, "number": number, "published_by": published_by, "now": now}
        said["reference"] = reference
        try:
            with writing(Scope()) as session:
                return Arrived(self._publish(session, kind, key, orderer, contents, reason, said))
        except GuaranteeRefused as refused:
            return PublishRefused(refused.sentence())
        except SQLAlchemyError as error:
            return Unavailable(_noted(error))

    def _publish(
        self,
        session: Session,
        kind: VersionKind,
        key: AuthenticationKey | None,
        orderer: str,
        contents: CertificateContents | None,
        reason: str,
        said: dict[str, Any],
    ) -> datetime:
        if kind is VersionKind.NEW:
            hasher = self.key_hasher
            made = publish_new(
                session,
                key=key or AuthenticationKey(""),
                orderer=orderer,
                contents=_needed(contents),
                key_hasher=hasher,
                **said,
            )
        elif kind in _WITH_CONTENTS:
            made = _WITH_CONTENTS[kind](session, contents=_needed(contents), reason=reason, **said)
        else:
            made = _WITHOUT_CONTENTS[kind](session, reason=reason, **said)
        return made.versions[-1].arrived_at


_WITH_CONTENTS: Mapping[VersionKind, Callable[..., Any]] = {
    VersionKind.CHANGE: publish_change,
    VersionKind.CORRECTION: publish_correction,
}
_WITHOUT_CONTENTS: Mapping[VersionKind, Callable[..., Any]] = {
    VersionKind.CHANGE_WITHDRAWN: withdraw_change,
    VersionKind.CANCELLATION: cancel,
}


@contextmanager
def own_looking() -> Iterator[Looking]:
    """How this portal's database carries a look out: on SQLite in a unit of work, on PostgreSQL by itself."""
    database = current_database()
    if database.is_sqlite:
        with writing(Scope()) as session:
            yield partial(looking_sqlite.look, session.connection())
        return
    with database.statements() as connection:
        yield partial(looking_postgresql.look, connection)


def _at_most_twice(ask: Callable[[], Answer]) -> Answer:
    """Again where the server had closed the connection: a failure counted twice does no harm."""
    try:
        return ask()
    except psycopg.OperationalError:
        return ask()


def registry_port() -> RegistryPort | None:
    """The registry that the app at work asks; None where officers look by hand."""
    port: RegistryPort | None = current_app.extensions["house"].registry
    return port


def registry_publisher() -> SuretyPort:
    """Where the surety desks of the app at work publish."""
    port: SuretyPort = current_app.extensions["house"].publisher
    return port


def open_registry(config: Mapping[str, Any]) -> RegistryPort | None:
    """The registry that the portal asks, by the settings; None where officers look by hand."""
    if config["REGISTRY_URL"] == BY_HAND:
        return None
    return own_registry(config)


def open_publisher(config: Mapping[str, Any]) -> SuretyPort:
    """The registry that this portal's surety desks publish to."""
    return own_registry(config)


def own_registry(config: Mapping[str, Any]) -> OwnRegistry:
    """The registry inside this portal."""
    return OwnRegistry(KeyHasher(config["KEY_SECRET"]))


def _needed(contents: CertificateContents | None) -> CertificateContents:
    if contents is None:
        raise GuaranteeRefused("registry.contents_missing", "証書の記載事項がありません。")
    return contents


def _noted(error: Exception) -> str:
    """Write into the log what kind of error it was: its text holds parameters of the statement."""
    logging.getLogger("portal").error("registry: database error %s", type(error).__name__)
    return OUT_OF_ORDER
