"""Visible seals of an envelope (可視署名): checked before it is sent, made when it is sealed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import combinations
from pathlib import Path
from typing import TYPE_CHECKING, Any

from signing.errors import BadDraft
from signing.modes import StepRole
from signing.pades.appearances import Appearance, is_legible, seal_lines
from signing.pades.glyphs import undrawable
from signing.pades.layout import Box, PlannedSignature, SealPlace
from signing.stores import DocumentStore

if TYPE_CHECKING:
    from signing.envelopes import DocumentDraft, PartyDraft

_LONGEST_MOMENT = datetime(2026, 12, 28, 14, 59, 59, tzinfo=UTC)


@dataclass(frozen=True)
class Sealing:
    """Whoever seals, in the words that the seal shows."""

    name: str
    organisation: str = ""
    title: str = ""


def appearance_of(
    place: SealPlace | Mapping[str, Any] | None,
    person: Sealing,
    at: datetime,
    store: DocumentStore,
    fonts: Sequence[Path],
) -> Appearance | None:
    """What a seal will show (`CirculationStep.appearance` → `Appearance`), or None for an invisible one.

    `at` is the claimed signing time, the /M of the signature in the same revision; it is never changed later.
    """
    if place is None:
        return None
    if not isinstance(place, SealPlace):
        place = SealPlace.from_json(place)
    lines = seal_lines(person.name, person.organisation, person.title, at) if place.show_text else ()
    image = store.read(place.image_sha256) if place.image_sha256 else None
    return Appearance(place.box, lines, tuple(fonts), image)


def check_seal(place: SealPlace, person: Sealing, store: DocumentStore, fonts: Sequence[Path]) -> None:
    """Refuses a seal that shows nothing, whose name cannot be drawn, or whose words cannot be read."""
    if not place.show_text and place.image_sha256 is None:
        raise BadDraft(
            f"{person.name} 様の印影に、文字も画像もありません。",
            remedy="文字を入れるか印影の画像を選びます。表示しないときは不可視を選びます。",
        )
    if place.image_sha256 is not None and not store.exists(place.image_sha256):
        raise BadDraft(f"{person.name} 様の印影の画像が見つかりません。", remedy="画像を選び直してください。")
    appearance = appearance_of(place, person, _LONGEST_MOMENT, store, fonts)
    assert appearance is not None
    if missing := undrawable("".join(appearance.lines), fonts):
        characters = "、".join(f"「{c}」(U+{ord(c):04X})" for c in missing)
        raise BadDraft(
            f"{person.name} 様の印影に印字できない文字があります: {characters}",
            remedy="文字のない印影の画像だけにするか、不可視の署名を選びます。署名の記録には正しい文字が残ります。",
            characters=missing,
        )
    if not is_legible(appearance):
        raise BadDraft(
            f"{person.name} 様の印影の枠が小さく、文字を読める大きさで入れられません。",
            remedy="枠を広げるか、文字を入れずに印影の画像だけを表示します。",
        )


def check_places(
    documents: Sequence["DocumentDraft"],
    parties: Sequence["PartyDraft"],
    store: DocumentStore,
    fonts: Sequence[Path],
) -> None:
    """Refuses an envelope whose visible seals cannot be made as they are planned."""
    for party in parties:
        if party.appearance is None:
            continue
        if party.role is not StepRole.SIGNER:
            raise BadDraft(f"{party.name} 様は署名しないため、印影を表示できません。")
        if not 1 <= party.appearance.document <= len(documents):
            raise BadDraft(f"{party.name} 様の印影を表示する書類がありません。")
        check_seal(party.appearance, Sealing(party.name, party.organisation, party.title), store, fonts)
    for position, document in enumerate(documents, start=1):
        places = [p.appearance for p in parties if p.appearance and p.appearance.document == position]
        dates = [document.date_box] if document.date_box else []
        check_overlaps([*dates, *(place.box for place in places)])


def seal_places(parties: Sequence["PartyDraft"], field_names: Sequence[str | None]) -> dict[str, SealPlace]:
    """The place of each visible seal by the name of its signature field."""
    return {
        name: party.appearance
        for name, party in zip(field_names, parties, strict=True)
        if name is not None and party.appearance is not None
    }


def check_overlaps(boxes: Sequence[Box]) -> None:
    """Refuses places that cover one another: a later seal must not hide an earlier one or the date."""
    for one, other in combinations(boxes, 2):
        apart = one.right <= other.left or other.right <= one.left
        above = one.top <= other.bottom or other.top <= one.bottom
        if one.page == other.page and not (apart or above):
            raise BadDraft(
                f"{one.page}ページ目で、印影の枠がほかの印影か契約締結日の欄と重なっています。",
                remedy="重ならない位置を選んでください。",
            )


def with_places(
    signatures: Sequence[PlannedSignature], places: Mapping[str, SealPlace], document: int
) -> list[PlannedSignature]:
    """The planned fields of one document, visible where a seal belongs into it. `places` by field name."""
    return [
        replace(signature, box=place.box)
        if (place := places.get(signature.field_name)) and place.document == document
        else signature
        for signature in signatures
    ]
