"""From a form definition to a web form (入力フォーム), and from the filled web form to what is kept."""

from collections.abc import Mapping
from typing import Any

from wtforms import Form
from wtforms.fields import Field as WebField

from forms.facts import FormFacts
from forms.fields import WEB_FIELDS
from forms.findings import Finding
from forms.meanings import Meaning
from forms.model import Field, FieldType, FormDefinition, Section
from forms.validators import findings_for
from forms.values import Value, Values, read_value, restored, stored
from procurement.errors import RuleViolation

# What a browser may fill in by itself, and which keyboard a phone shows.
AUTOCOMPLETE = {
    Meaning.COMPANY_NAME: "organization",
    Meaning.COMPANY_ADDRESS: "street-address",
    Meaning.SIGNATORY_EMAIL: "email",
    Meaning.CONTACT_NAME: "name",
    Meaning.CONTACT_PHONE: "tel",
}
INPUT_MODES = {
    FieldType.EMAIL: "email",
    FieldType.PHONE: "tel",
    FieldType.YEN: "numeric",
    FieldType.INTEGER: "numeric",
}


class TypedAnswers:
    """Typed texts by key in the shape that WTForms reads (like the form data of a request)."""

    def __init__(self, typed: Mapping[str, str]) -> None:
        self._typed = typed

    def __contains__(self, key: object) -> bool:
        return key in self._typed

    def __iter__(self) -> Any:
        return iter(self._typed)

    def __len__(self) -> int:
        return len(self._typed)

    def getlist(self, key: str) -> list[str]:
        """Every text of a key: one, or none."""
        return [self._typed[key]] if key in self._typed else []


class ApplicationForm(Form):  # type: ignore[misc]
    """A web form made of a definition (様式の入力フォーム): `definition`, `facts`, `warnings`.

    Mix it with another WTForms base (for example one that checks a CSRF token) through `build_form`.
    """

    definition: FormDefinition
    facts: FormFacts
    warnings: tuple[Finding, ...] = ()

    def __setattr__(self, name: str, value: object) -> None:
        """Fields are found by key alone: one called `process` or `data` must not hide a method of the form."""
        if not isinstance(value, WebField):
            super().__setattr__(name, value)

    def process(self, *args: Any, **kwargs: Any) -> None:
        """Read the answers; a fixed field is what the case says, whatever was sent."""
        super().process(*args, **kwargs)
        for field in self.definition.fields():
            known = known_value(field, self.facts)
            if field.fixed and known is not None:
                self[field.key].data = known
                self[field.key].raw_data = None
                self[field.key].process_errors = []

    def validate(self, extra_validators: Any = None) -> bool:
        """Every rule of the form; errors go to their fields, the rest to `warnings`."""
        valid: bool = super().validate(extra_validators)
        unreadable = {field.key for field in self.definition.fields() if self[field.key].errors}
        findings = findings_for(self.definition, values_of(self), self.facts)
        for finding in findings:
            if finding.blocks and finding.key not in unreadable:
                field = self[finding.key]
                field.errors = [*field.errors, finding.text]
                valid = False
        self.warnings = tuple(finding for finding in findings if not finding.blocks)
        return valid


def known_value(field: Field, facts: FormFacts) -> Value:
    """What the portal already knows for a field (あらかじめ入る値)."""
    if field.means is Meaning.APPLIED_ON:
        return facts.today
    text = facts.known.get(field.means) if field.means else None
    try:
        return read_value(field, text) if text else None
    except RuleViolation:
        return None  # what a register holds need not be readable; the person then writes it


def prefilled_values(definition: FormDefinition, facts: FormFacts) -> dict[str, Value]:
    """All that is known before anything is typed; for `build_form(...)(data=...)`."""
    values = {field.key: known_value(field, facts) for field in definition.fields()}
    return {key: value for key, value in values.items() if value is not None}


def build_form(
    definition: FormDefinition,
    facts: FormFacts,
    base: type[Form] = Form,
) -> type[Any]:
    """The WTForms class of a definition for one case; it is an ApplicationForm and a `base`.

    Use: `build_form(definition, facts, FlaskForm)(formdata, data=prefilled_values(definition, facts))`.
    """
    bases = (ApplicationForm,) if base is Form else (ApplicationForm, base)
    made: Any = type("UsageForm", bases, {"definition": definition, "facts": facts})
    made._unbound_fields = [(field.key, _web_field(field, facts)) for field in definition.fields()]
    return made  # type: ignore[no-any-return]


def _web_field(field: Field, facts: FormFacts) -> Any:
    attributes: dict[str, Any] = {}
    if field.type not in (FieldType.CHOICE, FieldType.CHECKBOX):
        if field.means in AUTOCOMPLETE:
            attributes["autocomplete"] = AUTOCOMPLETE[field.means]
        if field.type in INPUT_MODES:
            attributes["inputmode"] = INPUT_MODES[field.type]
        if field.fixed and known_value(field, facts) is not None:
            attributes["readonly"] = True
    return WEB_FIELDS[field.type](field.label, field, description=field.note, render_kw=attributes)


def values_of(form: Any) -> dict[str, Value]:
    """What was read from the form, by key; None where nothing was written."""
    return {field.key: form[field.key].data for field in form.definition.fields()}


def values_for_storage(form: Any) -> dict[str, str | int | bool]:
    """What was read from a valid form as JSON can keep it; `restored` gives it back."""
    return stored(values_of(form))


def merged_answers(draft: Mapping[str, str], section: Section, posted: Mapping[str, str]) -> dict[str, str]:
    """A draft after one section of it was sent (一問ずつの入力): the other sections stay as they were."""
    keys = {field.key for field in section.fields}
    kept = {key: text for key, text in draft.items() if key not in keys}
    return kept | {key: text for key, text in posted.items() if key in keys}


def data_for_form(definition: FormDefinition, kept: Values) -> dict[str, Value]:
    """Kept values for a form that is opened again: `form_class(data=data_for_form(...))`."""
    return restored(definition, kept)
