"""The few SVG elements our pictures are made of. No style attributes: the page's CSS gives the colours."""

from __future__ import annotations

from markupsafe import Markup, escape

Number = int | float


def shown(value: Number) -> str:
    """A coordinate with at most one decimal."""
    return f"{value:.1f}".rstrip("0").rstrip(".")


def element(name: str, css: str, content: str | Markup = "", **attributes: Number | str) -> Markup:
    """One element; `_` in attribute names stands for `-`."""
    parts = [Markup('<{} class="{}"').format(Markup(name), css)]
    for key, value in attributes.items():
        text = value if isinstance(value, str) else shown(value)
        parts.append(Markup(' {}="{}"').format(Markup(key.replace("_", "-")), text))
    return Markup("").join([*parts, Markup(">"), escape(content), Markup(f"</{name}>")])


def picture(width: Number, height: Number, *content: Markup, words: str | None = None) -> Markup:
    """The whole drawing. Without words it is hidden from readers, who get the list or table beside it."""
    naming = Markup('role="img" aria-label="{}"').format(words) if words else Markup('aria-hidden="true"')
    return Markup(
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {} {}" {} focusable="false">{}</svg>'
    ).format(Markup(shown(width)), Markup(shown(height)), naming, Markup("").join(content))
