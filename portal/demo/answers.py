"""Answers of the demo (デモの記入内容): a city's form as the demo's contractor fills it in."""

from collections.abc import Mapping
from typing import Any

from forms.build import prefilled_values, values_for_storage
from forms.facts import FormFacts
from forms.meanings import Meaning
from forms.model import FieldType, FormDefinition
from portal.workflows.usage_forms import prefilled_form

BANK = {
    Meaning.BANK_NAME: "みほん銀行",
    Meaning.BANK_BRANCH: "本店",
    Meaning.BANK_ACCOUNT_KIND: "前払金専用口座（別口普通）",
    Meaning.BANK_ACCOUNT_NUMBER: "0001234",
    Meaning.BANK_ACCOUNT_HOLDER: "ミホン",
}


def filled_in(
    form: FormDefinition, facts: FormFacts, company: Mapping[str, Any], more: Mapping[Meaning, Any]
) -> dict[str, Any]:
    """Values that the form takes, as they are stored: what is known, the company's people, `more`."""
    known: dict[Meaning, Any] = {
        Meaning.SIGNATORY_EMAIL: company["mail_address"],
        Meaning.SIGNATORY_NAME: company["representative_name"],
        Meaning.SIGNATORY_TITLE: company["representative_title"],
        Meaning.CONTACT_NAME: company["representative_name"],
        Meaning.CONTACT_PHONE: company["phone"],
        **more,
    }
    values: dict[str, Any] = dict(prefilled_values(form, facts))
    for field in form.fields():
        if field.means in known:
            values[field.key] = known[field.means]
        elif field.required and field.type is FieldType.CHECKBOX:
            values[field.key] = True
        elif field.required and field.type is FieldType.CHOICE:
            values[field.key] = field.choices[0].value
    filled = prefilled_form(form, facts, values)
    if not filled.validate():
        raise ValueError(f"the demo cannot fill in {form.title}: {filled.errors}")
    return values_for_storage(filled)
