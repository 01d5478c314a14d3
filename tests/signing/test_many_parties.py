"""One to twenty parties, in order and at once: what each seal adds, and that it touches nothing else."""

import io
from itertools import pairwise

import pikepdf
import pytest
from pyhanko.pdf_utils.reader import PdfFileReader

from tests import judges
from tests.signing.looks import differs_outside, has_ink_in
from tests.signing.sealed_files import NAMES, SealedFile, SealedSet

INVISIBLE, SEEN = 60_000, 130_000
"""The most bytes that one seal may add: certificates, revocation data and a hole; words, font, image besides."""


@pytest.fixture(params=NAMES)
def file(request: pytest.FixtureRequest, sealed_set: SealedSet) -> SealedFile:
    return sealed_set.named(request.param)


def test_each_version_begins_with_the_one_before(file):
    assert len(file.versions) == file.signers + 2  # prepared, a seal for each, the time-stamp
    contents = [version.read_bytes() for version in file.versions]
    for earlier, later in pairwise(contents):
        assert later.startswith(earlier)


def test_each_seal_adds_about_the_same(file):
    sizes = [version.stat().st_size for version in file.versions]
    growth = [later - earlier for earlier, later in pairwise(sizes)]
    most = SEEN if file.boxes else INVISIBLE
    assert max(growth) < most, growth
    if not file.boxes:
        middle = growth[1:-2]  # the first brings what all share, the last the date
        assert not middle or max(middle) - min(middle) < 2_000, growth


def test_each_revision_fills_one_field_and_changes_no_other(file):
    """Of the fields, a seal changes its own, and the last one the date."""
    reader = PdfFileReader(io.BytesIO(file.path.read_bytes()))
    revisions = [
        _fields(reader.get_historical_resolver(number)) for number in range(reader.xrefs.total_revisions)
    ]
    for before, after in pairwise(revisions[:-1]):
        changed = {name for name, value in after.items() if value != before.get(name)}
        changed.discard("contract_date")
        assert len(changed) == 1, changed
    assert revisions[-1].keys() - revisions[-2].keys(), "the time-stamp has a field of its own"
    assert all(revisions[-1][name] == value for name, value in revisions[-2].items())


def test_nothing_is_seen_outside_of_the_boxes(file):
    """Drawn by PDFium, the sealed file equals the unsealed one but for the seals and the date."""
    assert differs_outside(file.versions[0], file.path, file.boxes) == []


def test_every_seal_is_seen_in_its_box(file):
    assert all(has_ink_in(file.path, box) for box in file.boxes)
    assert not any(has_ink_in(file.versions[0], box) for box in file.boxes)


def test_the_seal_shows_the_time_that_its_signature_claims(sealed_set):
    file = sealed_set.named("two_seen")
    with pikepdf.open(file.path) as pdf:
        claimed = [str(f.V.M) for f in pdf.Root.AcroForm.Fields if f.FT == "/Sig" and "/M" in f.V]
    words = judges.words(file.path)
    for moment in claimed:
        hour, minute, second = moment[10:12], moment[12:14], moment[14:16]
        assert f"{hour}:{minute}:{second}JST" in words
        assert moment.endswith("+09'00'")


def _fields(resolver) -> dict[str, str]:
    """Every field by its name, with value and drawing in bytes."""
    fields = {}
    for reference in resolver.root["/AcroForm"]["/Fields"]:
        field = reference.get_object()
        ink = field["/AP"]["/N"].data if "/AP" in field else b""
        value = field.raw_get("/V") if "/V" in field else None
        fields[str(field["/T"])] = repr((str(value), ink))
    return fields
