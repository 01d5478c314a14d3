"""PDF objects, read with care: entries may be missing, indirect, null, encrypted or of the wrong kind."""

from typing import Any

from pyhanko.pdf_utils import generic


def entry(holder: Any, key: str, default: Any = None) -> Any:
    """The value of a dictionary's entry, with references followed; `default` for a missing or null one."""
    try:
        value = holder[key]
    except (KeyError, TypeError):
        return default
    return default if isinstance(value, generic.NullObject) else value


def name(holder: Any, key: str, default: str = "") -> str:
    """The value of an entry as text, names with their slash."""
    value = entry(holder, key)
    return "".join(iter(value)) if isinstance(value, str) else default


def follow(value: Any) -> Any:
    """What a reference points to; anything else as it is."""
    for _ in range(8):
        if not isinstance(value, generic.IndirectObject):
            return value
        value = value.get_object()  # type: ignore[no-untyped-call]
    return None


def usages(resolver: Any) -> dict[Any, Any]:
    """Every reference that can be reached in a revision, with the paths to it."""
    resolver._load_reverse_xref_cache()
    return resolver._indirect_object_access_cache or {}
