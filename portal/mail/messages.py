"""Mail texts (メール文面): `templates/mail/<name>/{subject,body}.txt`, rendered without a request."""

from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from portal.filters import FILTERS

FOLDER = Path(__file__).resolve().parent.parent / "templates" / "mail"


def render(name: str, /, **values: Any) -> tuple[str, str]:
    """Subject and body of the mail `name`; a value that a template needs and does not get is an error."""
    environment = _environment()
    subject = environment.get_template(f"{name}/subject.txt").render(values).strip()
    body = environment.get_template(f"{name}/body.txt").render(values).strip() + "\n"
    return subject, body


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(FOLDER),
        undefined=StrictUndefined,
        autoescape=False,  # plain text mails, no HTML anywhere
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(FILTERS)
    return environment
