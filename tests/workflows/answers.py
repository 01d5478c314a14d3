"""A form as a contractor fills it in: what is known, the usual answers, and those that a test wants otherwise."""

from collections.abc import Mapping
from typing import Any

from forms.facts import FormFacts
from forms.meanings import Meaning
from forms.model import FormDefinition
from portal.demo import answers as demo

COMPANY = {
    "mail_address": "taro@yamada.example.jp",
    "representative_name": "山田　太郎",
    "representative_title": "代表取締役",
    "phone": "0942-00-0001",
}
CONTACT = {Meaning.CONTACT_NAME: "山田　花子"}


def filled_in(form: FormDefinition, facts: FormFacts, answers: Mapping[Meaning, str]) -> dict[str, Any]:
    """Values that the form takes, as they are stored."""
    return demo.filled_in(form, facts, COMPANY, CONTACT | answers)
