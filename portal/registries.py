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

from guarantees.errors import GuaranteeRefused
from guarantees.http_registry import HttpRegistry
from guarantees.keys import AuthenticationKey
from guarantees.lookup import (
    Answer,
    Arrived,
    Publication,
    PublishAnswer,
    PublishRefused,
    RegistryPort,
    SuretyPort,
    Unavailable,
)
from guarantees.registry import looking_postgresql, looking_sqlite
from guarantees.registry.key_hashing import KeyHasher
from guarantees.registry.publishing import publish
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

    def publish(self, publication: Publication, *, now: datetime) -> PublishAnswer:
        """See `SuretyPort`."""
        try:
            return Arrived(self.take(publication, now))
        except GuaranteeRefused as refused:
            return PublishRefused(refused.sentence())
        except SQLAlchemyError as error:
            return Unavailable(_noted(error))

    def take(self, publication: Publication, now: datetime) -> datetime:
        """The same for the registry's own API: when it arrived; refused with GuaranteeRefused."""
        with writing(Scope()) as session:
            return publish(session, publication, now, self.key_hasher).arrived_at


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


def registry_here() -> OwnRegistry:
    """The registry that this app keeps itself, whichever one its portal asks: behind the API and the own door."""
    return own_registry(current_app.config)


def open_registry(config: Mapping[str, Any]) -> RegistryPort | None:
    """The registry that the portal asks, by the settings; None where officers look by hand."""
    if config["REGISTRY_URL"] == BY_HAND:
        return None
    return HttpRegistry(**_over_http(config)) if config["REGISTRY_URL"] else own_registry(config)


def open_publisher(config: Mapping[str, Any]) -> SuretyPort:
    """The registry that this portal's surety desks publish to."""
    is_elsewhere = config["REGISTRY_URL"] not in ("", BY_HAND)
    return HttpRegistry(**_over_http(config)) if is_elsewhere else own_registry(config)


def _over_http(config: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "url": config["REGISTRY_URL"],
        "tokens": tokens_of(config),
        "seconds": config["REGISTRY_SECONDS"],
        "ca": config["REGISTRY_CA"],
        "client_certificate": config["REGISTRY_CLIENT_CERT"],
        "client_key": config["REGISTRY_CLIENT_KEY"],
    }


def tokens_of(config: Mapping[str, Any]) -> dict[str, str]:
    """The tokens for a registry over HTTP, by city or surety company."""
    pairs = (entry.partition("/") for entry in config["REGISTRY_TOKENS"])
    return {organisation: token for organisation, _, token in pairs}


def own_registry(config: Mapping[str, Any]) -> OwnRegistry:
    """The registry inside this portal."""
    return OwnRegistry(KeyHasher(config["KEY_SECRET"]))


def _noted(error: Exception) -> str:
    """Write into the log what kind of error it was: its text holds parameters of the statement."""
    logging.getLogger("portal").error("registry: database error %s", type(error).__name__)
    return OUT_OF_ORDER
