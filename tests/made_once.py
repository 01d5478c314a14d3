"""What every app of a test process would make anew, made once: compiled templates and addresses, city files, keys.

A page's test made an app, and half of its time went into these. Each is kept under everything that it is made
from, so that a test that changes one of the sources still gets its own.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from argon2 import PasswordHasher
from cryptography.hazmat.primitives.serialization import pkcs12
from jinja2.bccache import Bucket, BytecodeCache
from werkzeug.routing import Rule

import procurement.cities.loader
from portal.accounts import passwords
from portal.acting import House


class TemplateCache(BytecodeCache):
    """Templates compiled once in a test process, for all of its apps."""

    def __init__(self) -> None:
        self._kept: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        if bucket.key in self._kept:
            bucket.bytecode_from_string(self._kept[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._kept[bucket.key] = bucket.bytecode_to_string()


@contextmanager
def made_once() -> Iterator[None]:
    """Keeps addresses, city files and opened key files from app to app; passwords are hashed at the least cost."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Rule, "_compile_builder", _compiled_once(Rule._compile_builder))
        patch.setattr(House.__dict__["cities"], "func", _read_once(House.__dict__["cities"].func))
        patch.setattr(pkcs12, "load_key_and_certificates", _opened_once(pkcs12.load_key_and_certificates))
        patch.setattr(passwords, "_hasher", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
        yield


def _compiled_once(compile_builder: Callable[..., Any]) -> Callable[..., Any]:
    """How an address is put together is a function that names no app: the rule is its first argument."""
    kept: dict[object, Any] = {}

    def compiled(self: Rule, append_unknown: bool = True) -> Any:
        name = (self.rule, tuple(self._trace), repr(sorted((self.defaults or {}).items())), append_unknown)
        if name not in kept:
            kept[name] = compile_builder(self, append_unknown)
        return kept[name]

    return compiled


def _read_once(read: Callable[[House], Mapping[str, Any]]) -> Callable[[House], Mapping[str, Any]]:
    """The cities of an instance that has no city or form file of its own: those that come with the portal."""
    kept: dict[Path, Mapping[str, Any]] = {}

    def cities(self: House) -> Mapping[str, Any]:
        instance, bundled = Path(self.config["INSTANCE"]), procurement.cities.loader.BUNDLED
        if any((instance / name).exists() for name in ("cities", "forms")):
            return read(self)
        if bundled not in kept:
            kept[bundled] = read(self)
        return dict(kept[bundled])

    return cities


def _opened_once(load: Callable[..., Any]) -> Callable[..., Any]:
    """An RSA key takes a tenth of a second to open; the same file and password open the same key."""
    kept: dict[tuple[bytes, bytes | None], Any] = {}

    def opened(data: bytes, password: bytes | None, backend: Any = None) -> Any:
        name = (bytes(data), password)
        if name not in kept:
            kept[name] = load(data, password, backend)
        key, certificate, others = kept[name]
        return key, certificate, list(others)

    return opened
