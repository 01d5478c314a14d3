"""Answers of the API (応答): JSON in UTF-8, errors with a code and a sentence."""

import json
from typing import Any

Answer = tuple[str, int, dict[str, str]]


def answer(values: Any, code: int = 200) -> Answer:
    """An answer of JSON."""
    return json.dumps(values, ensure_ascii=False), code, {"Content-Type": "application/json"}


def refusal(code: int, error: str, text: str, **more: str) -> Answer:
    """An error: `error` is its code for programs, `text` its sentence; `more` is said where it is not empty."""
    return answer({"error": error, "text": text, **{name: word for name, word in more.items() if word}}, code)
