"""Words of the signing pages (画面の文言), by the city's way of signing and the person's part.

They stand in a template; the evidence of an act keeps the very words of the button that was pressed.
"""

from flask import get_template_attribute

from portal.signer.visits import Visit

Words = dict[str, str]


def words_of(visit: Visit) -> Words:
    """The words for this person: the style of the city (同意 or 完了), of a reviewer (確認), of a visible seal (可視)."""
    words: dict[str, Words] = get_template_attribute("signer/words.html", "words")
    style = visit.rules.signing.style
    part = "reviewer" if visit.is_reviewer else "visible" if visit.step.appearance else "signer"
    return words[style] | words.get(f"{style}_{part}", {})


def zoom_words() -> Words:
    """The words for the sizes of the viewer."""
    found: Words = get_template_attribute("signer/words.html", "zooms")
    return found
