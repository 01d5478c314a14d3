"""What a form file must be beyond its single keys (様式の整合): rules fit their fields, and the paper prints all."""

from collections.abc import Iterator

from forms.meanings import Meaning
from forms.model import Field, FieldType, FormDefinition, SectionPlace
from forms.paper_layouts import PaperBlock
from forms.places_of_fields import placed_fields
from procurement.cities.reader import Mistake

ANSWER_OF_MEANING = {
    FieldType.DATE: (
        Meaning.APPLIED_ON,
        Meaning.CONTRACT_ON,
        Meaning.PERIOD_STARTS_ON,
        Meaning.PERIOD_ENDS_ON,
    ),
    FieldType.YEN: (Meaning.CONTRACT_PRICE, Meaning.CONTRACT_TAX, Meaning.ADVANCE_AMOUNT),
    FieldType.EMAIL: (
        Meaning.SIGNATORY_EMAIL,
        Meaning.CLERK1_EMAIL,
        Meaning.CLERK2_EMAIL,
        Meaning.CLERK3_EMAIL,
        Meaning.CONTACT_EMAIL,
    ),
    FieldType.CHECKBOX: (Meaning.AUTHORITY_DECLARED,),
}
TYPE_OF_CHECK = {"not_in_future": FieldType.DATE, "free_mail_warning": FieldType.EMAIL}
SENT_BY_THE_PAGE = ("action", "csrf_token")
"""Names that a page of questions sends beside the answers."""
APPLICANT_BLOCKS = (PaperBlock.APPLICANT, PaperBlock.ADDRESSEE_AND_APPLICANT)


def soundness_mistakes(definition: FormDefinition, where: str) -> Iterator[Mistake]:
    """Everything that would not work or not be printed, though each key is well written."""
    for path, field in placed_fields(definition, where):
        yield from _field_mistakes(path, field)
    for number, section in enumerate(definition.sections):
        if section.place is SectionPlace.APPLICANT and section.groups:
            text = "繰り返しの行は、申請者欄には印刷できません。place を表か様式の下にします"
            yield Mistake(f"{where}.sections[{number}].place", text)
    for words in _unprinted(definition):
        yield Mistake(f"{where}.layout.blocks", words)


def _field_mistakes(path: str, field: Field) -> Iterator[Mistake]:
    if field.key in SENT_BY_THE_PAGE:
        yield Mistake(f"{path}.key", f"{field.key} は画面が使う名前です。別の符号にします")
    for kind, meanings in ANSWER_OF_MEANING.items():
        if field.means in meanings and field.type is not kind:
            text = f"{field.means}（{field.means.label}）の欄は、type を {kind}（{kind.label}）にします"
            yield Mistake(f"{path}.type", text)
    for name in field.checks:
        kind_wanted = TYPE_OF_CHECK.get(name, field.type)
        if kind_wanted is not field.type:
            text = f"{name} は、type が {kind_wanted}（{kind_wanted.label}）の欄の規則です"
            yield Mistake(f"{path}.checks", text)
    if field.min_value is not None and field.max_value is not None and field.min_value > field.max_value:
        yield Mistake(f"{path}.max_value", f"min_value（{field.min_value}）以上の数が要ります")


def _unprinted(definition: FormDefinition) -> Iterator[str]:
    """Parts that the page shows and the paper would not, and parts that it would print twice."""
    blocks = definition.layout.blocks
    places = {section.place for section in definition.sections}
    parts = (
        (bool(definition.number), (PaperBlock.NUMBER,), "様式番号（number）"),
        (bool(definition.body), (PaperBlock.BODY,), "本文（body）"),
        (bool(definition.notes), (PaperBlock.NOTES,), "注（notes）"),
        (SectionPlace.APPLICANT in places, APPLICANT_BLOCKS, "申請者欄のまとまり"),
        (SectionPlace.SUPPLEMENT in places, (PaperBlock.SUPPLEMENT,), "様式の下のまとまり"),
    )
    for is_there, wanted, name in parts:
        if is_there and not set(wanted) & set(blocks):
            words = " か ".join(f'"{block}"' for block in wanted)
            yield f"{words} がないので、{name}が紙に印刷されません"
    for block in (PaperBlock.ADDRESSEE, PaperBlock.APPLICANT):
        if block in blocks and PaperBlock.ADDRESSEE_AND_APPLICANT in blocks:
            yield f'"{block}" と "addressee_and_applicant" を両方書くと、二度印刷されます。どちらかにします'
