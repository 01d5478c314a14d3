"""A form as a contractor fills it in: what is known, the usual answers, and those that a test wants otherwise."""

from collections.abc import Mapping
from typing import Any

from forms.build import prefilled_values, values_for_storage
from forms.facts import FormFacts
from forms.meanings import Meaning
from forms.model import FieldType, FormDefinition
from portal.workflows.usage_forms import prefilled_form


def filled_in(form: FormDefinition, facts: FormFacts, answers: Mapping[Meaning, str]) -> dict[str, Any]:
    """Values that the form takes, as they are stored."""
    known = {
        Meaning.SIGNATORY_EMAIL: "taro@yamada.example.jp",
        Meaning.SIGNATORY_NAME: "山田　太郎",
        Meaning.SIGNATORY_TITLE: "代表取締役",
        Meaning.CONTACT_NAME: "山田　花子",
        Meaning.CONTACT_PHONE: "0942-00-0001",
    } | answers
    values: dict[str, Any] = dict(prefilled_values(form, facts))
    for form_field in form.fields():
        if form_field.means in known:
            values[form_field.key] = known[form_field.means]
        elif form_field.required and form_field.type is FieldType.CHECKBOX:
            values[form_field.key] = True
        elif form_field.required and form_field.type is FieldType.CHOICE:
            values[form_field.key] = form_field.choices[0].value
    filled = prefilled_form(form, facts, values)
    assert filled.validate(), filled.errors
    return values_for_storage(filled)
