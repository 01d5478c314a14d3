"""Who calls the API (接続元): a bearer token or a client certificate, and the side that it stands on."""

import functools
from collections.abc import Callable
from hashlib import sha256
from typing import Any, TypeVar

from flask import g, request

from guarantees.registry.clients import by_certificate, by_token
from guarantees.registry.orm import ClientSide, RegistryClient
from portal.permissions import Permission, requires
from portal.registry.answers import Answer, refusal
from portal.scoping import Scope
from portal.unit_of_work import reading

View = TypeVar("View", bound=Callable[..., Any])


def caller() -> RegistryClient:
    """The program of this request, once `for_programs` has let it in."""
    client: RegistryClient = g.registry_client
    return client


def for_programs(*sides: ClientSide) -> Callable[[View], View]:
    """Let registered programs of these sides in; everybody else gets 401 or 403 in JSON."""

    def mark(view: View) -> View:
        @functools.wraps(view)
        def guarded(**values: Any) -> Any:
            client = _recognised()
            if client is None:
                return _unknown()
            if client.side not in sides:
                return refusal(403, "client.side", "この接続では、この操作はできません。")
            g.registry_client = client
            return view(**values)

        return requires(Permission.REGISTRY_CLIENT)(guarded)  # type: ignore[return-value]

    return mark


def _recognised() -> RegistryClient | None:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    with reading(Scope()) as session:
        if scheme.lower() == "bearer" and token.strip():
            return by_token(session, token.strip())
        certificate = _client_certificate()
        return by_certificate(session, sha256(certificate).hexdigest()) if certificate else None


def _client_certificate() -> bytes | None:
    """The certificate of the TLS connection itself; a header could be written by anybody."""
    ask = getattr(request.environ.get("gunicorn.socket"), "getpeercert", None)
    found: bytes | None = ask(binary_form=True) if ask else None
    return found


def _unknown() -> Answer:
    text, code, headers = refusal(401, "client.unknown", "接続の登録がないか、取り消されています。")
    return text, code, {**headers, "WWW-Authenticate": "Bearer"}
