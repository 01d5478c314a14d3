"""Chosen seals (印影の選択): until it is sent an envelope is not kept anywhere, so the choices travel with the page.

`seal-2=1,1,25,30,60,21,1,<sha256>` says of the second person of the circulation: document, page, left, bottom,
width, height in millimetres, with words or not, image; `seal-2=hidden` chooses the invisible signature.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from forms.places import MM
from portal.acting import house
from procurement.errors import RuleViolation
from signing import EnvelopeDraft, PartyDraft, StepRole
from signing.pades.layout import Box, SealPlace

HIDDEN = "hidden"
_CHOICE = re.compile(
    r"(\d{1,2}),(\d{1,4}),([\d.]{1,7}),([\d.]{1,7}),([\d.]{1,7}),([\d.]{1,7}),([01]),([0-9a-f]{64})?"
)
_PNG = b"\x89PNG\r\n\x1a\n"


@dataclass(frozen=True)
class Choice:
    """Where one person's seal is seen: document and page from 1, millimetres from the lower left corner."""

    document: int = 1
    page: int = 1
    left: float = 25.0
    bottom: float = 30.0
    width: float = 60.0
    height: float = 21.0
    show_text: bool = True
    image: str | None = None

    @property
    def place(self) -> SealPlace:
        """The same for the signing service, in points."""
        edges = (self.left, self.bottom, self.left + self.width, self.bottom + self.height)
        box = Box(self.page, *(round(edge * MM, 3) for edge in edges))
        return SealPlace(box, self.document, self.image, self.show_text)

    def written(self) -> str:
        """As it travels in an address or a form."""
        numbers = ",".join(f"{n:g}" for n in (self.left, self.bottom, self.width, self.height))
        return f"{self.document},{self.page},{numbers},{int(self.show_text)},{self.image or ''}"


def read_choice(text: str) -> Choice | None:
    """A choice as it was written; None for an invisible signature and for what nobody wrote."""
    found = _CHOICE.fullmatch(text)
    if found is None:
        return None
    document, page, *lengths, shown, image = found.groups()
    try:
        left, bottom, width, height = (round(float(length), 1) for length in lengths)
    except ValueError:
        return None
    return Choice(int(document), int(page), left, bottom, width, height, shown == "1", _known(image))


def choices(values: Mapping[str, str], draft: EnvelopeDraft) -> dict[int, str]:
    """What was chosen for whom, by position from 1; of whoever signs alone."""
    return {number: values.get(f"seal-{number}", "") for number, _ in signers(draft)}


def as_values(chosen: Mapping[int, str]) -> dict[str, Any]:
    """The same for an address or hidden fields."""
    return {f"seal-{number}": text for number, text in chosen.items() if text}


def signers(draft: EnvelopeDraft) -> Iterator[tuple[int, PartyDraft]]:
    """Who signs, with their positions from 1."""
    people = enumerate(draft.parties, start=1)
    return ((number, party) for number, party in people if party.role is StepRole.SIGNER)


def with_seals(draft: EnvelopeDraft, chosen: Mapping[int, str]) -> EnvelopeDraft:
    """The envelope with its visible seals."""
    found = {number: choice for number, text in chosen.items() if (choice := read_choice(text))}
    parties = [
        replace(party, appearance=found[number].place) if number in found else party
        for number, party in enumerate(draft.parties, start=1)
    ]
    return replace(draft, parties=parties)


def refuse_undecided(draft: EnvelopeDraft, chosen: Mapping[int, str], *, visible: bool) -> None:
    """Where the city shows its seals, each is placed, or chosen to be invisible by name. (SIGN-51)"""
    for number, party in signers(draft):
        if visible and not chosen.get(number):
            raise RuleViolation(
                "seal_place_missing",
                f"{party.name} 様の印影の位置が決まっていません。",
                remedy="印影の位置を決めるか、「不可視にする」を選んでから送信します。",
            )


def _known(image: str | None) -> str | None:
    """The image, if it is one of the store; an address may name anything."""
    store = house().store
    if image is None or not store.exists(image):
        return None
    with store.open(image) as stream:
        return image if stream.read(len(_PNG)) == _PNG else None
