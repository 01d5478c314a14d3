"""Every judge at hand about every sealed file of the set: they agree, whatever the parties and the pages."""

from datetime import timedelta

import pytest

import signing
from tests import judges
from tests.pades_baseline import violations
from tests.signing.sealed_files import NAMES, SealedFile, SealedSet


@pytest.fixture(params=NAMES)
def file(request: pytest.FixtureRequest, sealed_set: SealedSet) -> SealedFile:
    return sealed_set.named(request.param)


def test_our_verification_finds_it_valid_now_and_in_ten_years(sealed_set, file):
    for later in (timedelta(), timedelta(days=3653)):
        verdict = signing.verify_pdf(file.path, sealed_set.services.trust, sealed_set.clock() + later)
        assert verdict.verdict == "valid", verdict
        kinds = [signature.kind for signature in verdict.signatures]
        assert kinds == ["signature"] * file.signers + ["document_timestamp"]
        if file.signers > 3:
            break  # the way to the verdict is the same; twenty signatures take their time


def test_pdfsig_finds_every_signature_valid(nss, file):
    found = judges.pdfsig(file.path, nss)
    signatures = [finding for finding in found if not finding.is_timestamp]
    assert len(signatures) == file.signers
    assert all(finding.is_valid for finding in signatures), found
    assert found[-1].is_timestamp
    assert found[-1].covers_whole_file


def test_pyhanko_finds_nothing_but_permitted_changes(sealed_set, file):
    found = judges.pyhanko(file.path, sealed_set.root)
    assert len(found) == file.signers + 1
    assert all(finding.is_good for finding in found), found


def test_openssl_finds_signatures_and_timestamps_good(sealed_set, file):
    found = judges.openssl(file.path, sealed_set.root, sealed_set.clock())
    assert [finding.is_timestamp for finding in found] == [False] * file.signers + [True]
    assert all(finding.is_good and finding.stamp_is_good for finding in found), found


def test_openssl_sees_a_changed_byte_and_a_strange_root(sealed_set, tmp_path):
    """A judge that always agrees would be none."""
    content = bytearray(sealed_set.named("two").path.read_bytes())
    content[12] ^= 1  # in the comment after the header: every reader still opens the file
    (tmp_path / "changed.pdf").write_bytes(content)
    changed = judges.openssl(tmp_path / "changed.pdf", sealed_set.root, sealed_set.clock())
    assert not any(finding.is_good for finding in changed)
    stranger = sealed_set.root.parent / "tsa.cert.pem"
    distrusted = judges.openssl(sealed_set.named("two").path, stranger, sealed_set.clock())
    assert not any(finding.is_good or finding.stamp_is_good for finding in distrusted[:2])
    assert not distrusted[-1].is_good


def test_it_follows_the_pades_baseline(file):
    assert violations(file.path, "B-LTA") == []


def test_it_is_pdf_a_with_every_font_in_it(file):
    assert judges.pdf_a(file.path) == []
    assert all(judges.fonts(file.path).values())
