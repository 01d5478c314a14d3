"""What commands print: readable words, or JSON with `--json`."""

import json
from collections.abc import Callable
from typing import Any

import click

as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


def show(value: Any, wants_json: bool, words: Callable[[Any], str]) -> None:
    """Print `value`: as JSON, or item by item in words."""
    if wants_json:
        click.echo(json.dumps(value, ensure_ascii=False, indent=2))
        return
    for item in value if isinstance(value, list) else [value]:
        click.echo(words(item))
