"""Forms of lodging: what each means asks for, and secrets that never come back."""

from datetime import date

import pytest
from werkzeug.datastructures import MultiDict

from forms.guarantees import ASKED, KeyForm, ManualLookForm, OtherMeansForm
from guarantees.lodged import Means


def test_every_means_but_the_electronic_one_has_its_questions() -> None:
    assert set(ASKED) == set(Means) - {Means.ELECTRONIC_SURETY}


@pytest.mark.parametrize("means", ASKED)
def test_only_the_fields_of_a_means_are_there_and_what_it_needs_is_needed(means: Means) -> None:
    form = OtherMeansForm(MultiDict(), means=means)
    assert {field.name for field in form} == set(ASKED[means].fields)
    assert not form.validate()
    assert set(form.errors) == set(ASKED[means].required)


def test_what_was_said_is_typed_and_the_number_of_a_surety_is_normal() -> None:
    typed = MultiDict(
        {
            "issuer_name": "東日本",
            "amount": "１，１００，０００円",
            "number": "３１０７２－0001m",
            "ends_on": "R8.10.4",
        }
    )
    form = OtherMeansForm(typed, means=Means.PAPER_SURETY)
    assert form.validate(), form.errors
    said = form.said()
    assert (said["amount"], said["ends_on"], said["number"]) == (1_100_000, date(2026, 10, 4), "31072-0001M")


def test_an_end_before_the_beginning_and_an_address_that_is_none_are_mistakes() -> None:
    typed = MultiDict(
        {
            "issuer_name": "見本損害保険",
            "viewing_url": "file:///etc/passwd",
            "viewing_password": "x",
            "starts_on": "2026-10-04",
            "ends_on": "2026-05-20",
        }
    )
    form = OtherMeansForm(typed, means=Means.VIEWING_URL)
    assert not form.validate()
    assert set(form.errors) == {"viewing_url", "ends_on"}


def test_secrets_are_read_half_width_and_never_written_back() -> None:
    form = KeyForm(MultiDict({"number": "31072-0001M", "key": " Ａｂ３ d "}))
    assert form.validate()
    assert form.key.secret is not None
    assert form.key.secret.reveal() == "Ab3d"
    assert "Ab3d" not in str(form.key()) + repr(form.key.secret)
    assert KeyForm(MultiDict({"number": "1", "key": "  "})).key.secret is None


def test_a_certificate_that_was_shown_says_what_all_of_them_say() -> None:
    form = ManualLookForm(MultiDict({"was_found": "found"}))
    assert not form.validate()
    assert set(form.errors) == set(ManualLookForm.NEEDED)
    assert ManualLookForm(MultiDict({"was_found": "not_found"})).validate()
