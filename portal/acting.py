"""Acting (行為の場): how a page, a command or a job gets an `Act`, and the services of this instance."""

import logging
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import Any

from flask import Flask, current_app, has_request_context
from sqlalchemy.orm import Session

from forms.definitions import FormFileErrors, parse_forms
from forms.files import with_form_files
from forms.fonts import MINCHO, FontMissing, choose_fonts, font_path
from guarantees.lookup import RegistryPort, SuretyPort
from guarantees.sealed_words import SealedWords
from portal import clock
from portal.accounts.identity import client_address, current_principal
from portal.authority_settings import credentials_of, patience_of, rules_of
from portal.custody import open_own_ca
from portal.profile_settings import profile_of
from portal.registries import open_publisher, open_registry
from portal.scoping import Scope
from portal.unit_of_work import reading, writing
from portal.workflows.act import Act, Actor
from procurement.cities.loader import load_sound_cities
from procurement.rules import CityRules
from signing import DocumentStore, Pkcs11Settings, SealingServices, TrustStore, open_services
from signing.authorities import DatabaseAnswerBook, DatabaseHealthBook, Shared
from signing.services import AuthoritySettings


class House:
    """What one process of the portal opens once: the cities' rules and the signing service with its store.

    Each part is opened when it is first asked for, so that a command that only reads rules needs no keys.
    """

    def __init__(self, config: Mapping[str, Any], store: DocumentStore) -> None:
        self.config = config
        self.store = store
        self._opening = threading.RLock()

    @cached_property
    def cities(self) -> Mapping[str, CityRules]:
        """The rules of every city: the files that come with the portal, then those of the instance."""
        cities, problems = load_sound_cities(Path(self.config["INSTANCE"]) / "cities")
        for problem in problems:
            logging.getLogger("portal").error("city file left out: %s", problem)
        cities, problems = with_form_files(cities, Path(self.config["INSTANCE"]) / "forms")
        for problem in problems:
            logging.getLogger("portal").error("form file left out: %s", problem)
        return {slug: rules for slug, rules in cities.items() if _has_sound_forms(rules)}

    @cached_property
    def services(self) -> SealingServices:
        """Key, time-stamping authorities and font of the seals; a demo makes its own PKI."""
        with self._opening:
            return open_services(
                self._keys,
                store=self.store,
                font=font_path(MINCHO),
                clock=clock.now,
                allow_demo=self._is_demo,
                tsa_urls=self.config["TSA_URLS"],
                trust_roots=self._roots,
                witness_p12=Path(self.config["WITNESS_P12"]) if self.config["WITNESS_P12"] else None,
                witness_p12_password=self.config["WITNESS_P12_PASSWORD"] or None,
                witness_pkcs11=self.token,
                own_ca=open_own_ca(self.config),
                asking=self._asking,
                profile=profile_of(self.config),
            )

    @cached_property
    def lodged_secrets(self) -> SealedWords:
        """Seals the keys and viewing passwords that the city was told."""
        return SealedWords(self.config["KEY_SECRET"], "lodged guarantees")

    @cached_property
    def desk_secrets(self) -> SealedWords:
        """Seals the keys that the surety desks issued."""
        return SealedWords(self.config["KEY_SECRET"], "surety desks")

    @cached_property
    def registry(self) -> RegistryPort | None:
        """The registry of guarantees that is asked (保証確認サービス); None: officers look by hand."""
        return open_registry(self.config)

    @cached_property
    def publisher(self) -> SuretyPort:
        """Where this portal's surety desks publish their certificates."""
        return open_publisher(self.config)

    @property
    def shared(self) -> Shared:
        """The database, as the authorities' books of all processes use it."""
        return Shared(reads=lambda: reading(Scope()), writes=lambda: writing(Scope()))

    @property
    def _asking(self) -> AuthoritySettings:
        return AuthoritySettings(
            rules=rules_of(self.config),
            patience=patience_of(self.config),
            credentials=credentials_of(self.config),
            health=DatabaseHealthBook(self.shared),
            answers=DatabaseAnswerBook(self.shared),
        )

    @cached_property
    def trust(self) -> TrustStore:
        """The roots by which signatures are judged; the demo's own root is named as what it is."""
        return self.services.trust

    @property
    def _keys(self) -> Path:
        return Path(self.config["INSTANCE"]) / "keys"

    @property
    def _is_demo(self) -> bool:
        return bool(self.config["MODE"] != "production")

    @property
    def _roots(self) -> list[Path]:
        own = self._keys / "ca" / "root.cert.pem"  # whoever runs a CA of its own believes it
        return [Path(path) for path in self.config["TRUST_ROOTS"]] + ([own] if own.is_file() else [])

    @property
    def token(self) -> Pkcs11Settings | None:
        if not self.config["WITNESS_PKCS11_MODULE"]:
            return None
        return Pkcs11Settings(
            library=Path(self.config["WITNESS_PKCS11_MODULE"]),
            token_label=self.config["WITNESS_PKCS11_TOKEN"],
            pin=self.config["WITNESS_PKCS11_PIN"],
            certificate_label=self.config["WITNESS_PKCS11_LABEL"],
            key_label=self.config["WITNESS_PKCS11_LABEL"],
        )


def _has_sound_forms(rules: CityRules) -> bool:
    """Whether every form of a city can be read; one city's broken form must not close a page of another."""
    try:
        parse_forms(rules.forms)
    except FormFileErrors as errors:
        logging.getLogger("portal").error("city %s left out: %s", rules.slug, errors)
        return False
    return True


def init_app(app: Flask) -> None:
    """Give the app its house; nothing is opened yet."""
    try:
        choose_fonts(
            {name: app.config[name] or None for name in ("FONT_MINCHO", "FONT_GOTHIC", "FONT_NAMES")}
        )
    except FontMissing as missing:
        app.logger.warning("papers cannot be printed: %s", missing)
    app.extensions["house"] = House(app.config, app.extensions["store"])


def house(app: Flask | None = None) -> House:
    """The house of the app at work."""
    found: House = (app or current_app).extensions["house"]
    return found


@contextmanager
def acting(actor: Actor | None = None, scope: Scope | None = None) -> Iterator[Act]:
    """An act in one writing transaction, by the person of the request unless another actor is given."""
    with writing(scope) as session:
        yield act_in(session, actor)


@contextmanager
def looking(actor: Actor | None = None, scope: Scope | None = None) -> Iterator[Act]:
    """The same for looking only: a reading session, so workflows that write would fail."""
    with reading(scope) as session:
        yield act_in(session, actor)


def current_actor() -> Actor:
    """Who acts in this request, as the audit log names it."""
    if not has_request_context():
        return Actor(side="operator", id="cli", name="コマンド")
    principal = current_principal()
    return Actor(principal.side, principal.id, principal.name or "リンクの利用者", client_address())


def act_in(session: Session, actor: Actor | None = None) -> Act:
    """An act in a transaction that somebody else has opened and will commit."""
    at = house()
    return Act(
        session=session,
        actor=actor or current_actor(),
        now=clock.now(),
        cities=at.cities,
        store=at.store,
        base_url=current_app.config["BASE_URL"],
    )
