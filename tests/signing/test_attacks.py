"""The tamper matrix (改ざんの一覧): every attack on every level is found, and no honest file is flagged."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, Phase, assume, given, settings
from hypothesis import strategies as st
from pyhanko.sign.fields import MDPPerm

from signing.pades.demo_pki import open_demo_pki
from signing.pades.trust import TrustStore
from signing.pades.verdicts import Verdict
from signing.pades.verify import verify_pdf
from signing.pades.visual import compare_revisions
from signing.testing import NOON
from tests.signing.attacks import updates
from tests.signing.attacks.bytewise import BYTEWISE
from tests.signing.attacks.shadows import PREPARED, SHADOWS
from tests.signing.attacks.stock import KINDS, LEVELS, Workshop, base_pdf, certified, fill, locked
from tests.signing.attacks.updates import UPDATES, free_text, look_of_field, updated

A_MONTH = timedelta(days=30)
BASES = (*LEVELS, "certified-1", "certified-2", "streams", "linearised")
DAMAGE = {"loop_of_tables", "wrong_startxref", "truncated", "cut_after_the_hole", "page_byte", "prefixed"}
"""These destroy so much that some files cannot be judged any more; none may pass."""


@pytest.fixture(scope="module")
def shop(keys) -> Workshop:
    return Workshop(open_demo_pki(keys), NOON)


@pytest.fixture(scope="module")
def signed(shop: Workshop) -> dict[str, bytes]:
    """Honest files to attack, made once."""
    plain = base_pdf()
    files = {level: shop.sign(plain, level) for level in LEVELS}
    files["certified-1"] = certified(shop, plain, MDPPerm.NO_CHANGES)
    files["certified-2"] = certified(shop, plain, MDPPerm.FILL_FORMS, "B-LT")
    files["streams"] = shop.sign(base_pdf("stream"))
    files["linearised"] = shop.sign(base_pdf("linearised"))
    return files


def judge(shop: Workshop, content: bytes, trust: TrustStore | None = None) -> Verdict:
    return verify_pdf(content, trust or shop.trust, shop.now + A_MONTH, look=True)


@pytest.mark.parametrize("base", BASES)
@pytest.mark.parametrize("change", UPDATES, ids=lambda change: change.__name__)
def test_update_that_changes_what_is_seen_is_invalid(shop, signed, base, change):
    verdict = judge(shop, updated(signed[base], change))
    assert verdict.verdict == "invalid", verdict
    assert any(not c.permitted for s in verdict.signatures for c in s.changes) or verdict.problems


@pytest.mark.parametrize("base", ["B-B", "B-LTA", "certified-2"])
@pytest.mark.parametrize("attack", BYTEWISE, ids=lambda attack: attack.__name__)
def test_attack_on_the_bytes_is_found(shop, signed, base, attack: Callable[[bytes], bytes]):
    verdict = judge(shop, attack(signed[base])).verdict
    permitted = {"invalid", "indeterminate"} if attack.__name__ in DAMAGE else {"invalid"}
    assert verdict in permitted


@pytest.mark.parametrize("level", ["B-B", "B-LTA"])
@pytest.mark.parametrize(("prepare", "spring"), SHADOWS, ids=lambda part: part.__name__)
def test_shadow_attack_is_invalid_and_some_show_before(shop, level, prepare, spring):
    prepared = shop.sign(base_pdf(change=prepare), level)
    before, after = judge(shop, prepared), judge(shop, spring(prepared))
    assert after.verdict == "invalid", after
    assert before.verdict in ("valid", "valid_with_warnings")
    if prepare in PREPARED:
        assert before.verdict == "valid_with_warnings"
        assert before.warnings


@pytest.mark.parametrize("change", UPDATES, ids=lambda change: change.__name__)
def test_attack_between_two_signatures_is_invalid(shop, signed, change):
    """Whoever signs second seals the attack in; the first signature still tells."""
    try:
        content = shop.sign(updated(signed["B-T"], change), "B-T", "Second", "二人目")
    except Exception:  # stock pyHanko refuses to sign some of them: then nothing was sealed in
        content = updated(signed["B-T"], change)
    assert judge(shop, content).verdict == "invalid"


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("level", LEVELS)
def test_honest_file_is_not_flagged(shop, kind, level):
    verdict = judge(shop, shop.sign(base_pdf(kind), level))
    assert verdict.verdict == ("valid" if level == "B-LTA" else "valid_with_warnings"), verdict
    assert next(s.level for s in verdict.signatures) == level
    assert all(change.permitted for s in verdict.signatures for change in s.changes)
    assert verdict.problems == []


@pytest.mark.parametrize("permission", list(MDPPerm))
def test_honest_file_after_a_certification_is_not_flagged(shop, permission):
    content = certified(shop, base_pdf(), permission)
    assert judge(shop, content).verdict == "valid"
    assert judge(shop, shop.stamp(content)).verdict == "valid"
    if permission is not MDPPerm.NO_CHANGES:
        assert judge(shop, shop.sign(content, field_name="Sig2", name="二人目")).verdict == "valid"
        filled = judge(shop, fill(content))
        assert filled.verdict == "valid_with_warnings"
        assert filled.signatures[0].changed_fields == ["remarks"]


def test_filling_that_a_later_signer_signed_is_valid(shop, signed):
    content = shop.sign(fill(signed["B-LTA"]), field_name="Sig2", name="二人目")
    verdict = judge(shop, content)
    assert verdict.verdict == "valid", verdict
    assert "フォームの記入" in verdict.signatures[0].modifications


def test_locked_field_stays_as_it_is(shop):
    content = locked(shop, base_pdf())
    assert judge(shop, content).verdict == "valid"
    verdict = judge(shop, fill(content))
    assert verdict.verdict == "invalid"
    assert "署名で固定された入力欄「remarks」" in verdict.signatures[0].changes[0].text


@pytest.mark.parametrize("name", ["one", "two", "two_seen", "three_at_once", "twenty"])
def test_our_own_files_are_valid(sealed_set, name):
    content = sealed_set.named(name).path.read_bytes()
    verdict = verify_pdf(content, sealed_set.services.trust, sealed_set.clock() + A_MONTH, look=True)
    assert verdict.verdict == "valid", verdict
    assert all(s.is_long_term for s in verdict.signatures)


ON_ONE_PAGE = [change for change in UPDATES if change.__name__ not in ("removed_page", "swapped_pages")]


@pytest.mark.parametrize("change", ON_ONE_PAGE[:14], ids=lambda change: change.__name__)
def test_attack_on_our_own_file_is_invalid(sealed_set, change):
    content = sealed_set.named("two").path.read_bytes()
    verdict = verify_pdf(
        updated(content, change), sealed_set.services.trust, sealed_set.clock() + A_MONTH, look=True
    )
    assert verdict.verdict == "invalid"


def test_comment_where_comments_are_permitted_is_told_and_one_that_hides_is_invalid(shop):
    content = certified(shop, base_pdf(), MDPPerm.ANNOTATE, "B-LT")

    def note(writer):
        updates._annotate(writer, updates._box_annotation(writer, "/Text", (500, 800, 520, 820), "質問"))

    verdict = judge(shop, updated(content, note))
    assert verdict.verdict == "valid_with_warnings", verdict
    assert any(change.kind == "annotation" for change in verdict.signatures[0].changes)
    assert judge(shop, updated(content, free_text)).verdict == "invalid"


def test_changed_pages_are_named_and_shown_side_by_side(shop, signed, tmp_path):
    path = tmp_path / "a.pdf"
    path.write_bytes(updated(signed["B-T"], look_of_field))
    verdict = judge(shop, path.read_bytes())
    assert [c.pages for s in verdict.signatures for c in s.changes if not c.permitted] == [[1]]
    [pair] = compare_revisions(path, "Sig1")
    assert pair.page == 1
    assert pair.before.startswith(b"\x89PNG")
    assert pair.after.startswith(b"\x89PNG")
    [(left, top, right, bottom)] = pair.changed
    assert 0.2 < left < right < 0.7
    assert 0.1 < top < bottom < 0.3


def test_bytes_after_the_end_are_remarked_on(shop, signed):
    verdict = judge(shop, signed["B-LTA"] + b"\n% only a remark\n")
    assert verdict.verdict == "valid_with_warnings"
    verdict = judge(shop, signed["B-LTA"] + b"x" * 3000)
    assert verdict.verdict == "valid_with_warnings"


FLIPS = settings(
    max_examples=25,
    deadline=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


@FLIPS
@given(place=st.floats(0, 1, exclude_max=True), mask=st.sampled_from([1, 2, 4, 8, 16, 32, 64, 128, 255]))
def test_no_flipped_byte_leaves_a_file_valid(sealed_set, place, mask):
    content = bytearray(sealed_set.named("one").path.read_bytes())
    position = int(place * len(content))
    content[position] ^= mask
    at = sealed_set.clock() + A_MONTH
    assert not verify_pdf(bytes(content), sealed_set.services.trust, at).is_valid, position


@FLIPS
@given(place=st.floats(0, 1, exclude_max=True), digit=st.sampled_from(b"0123456789abcdef"))
def test_no_other_digit_in_the_last_stamp_leaves_a_file_valid(sealed_set, place, digit):
    """The CMS of the last time-stamp and its padding: nothing signs them from outside."""
    content = bytearray(sealed_set.named("one").path.read_bytes())
    start = bytes(content).rfind(b"/Contents <") + len(b"/Contents <")
    end = bytes(content).find(b">", start)
    position = start + int(place * (end - start))
    assume(content[position] != digit)
    content[position] = digit
    at = sealed_set.clock() + A_MONTH
    assert not verify_pdf(bytes(content), sealed_set.services.trust, at).is_valid, position


def test_verifier_never_raises_on_rubbish(shop):
    for content in (b"%PDF-1.7", b"%PDF-1.7\n" + b"(" * 100_000, b"%PDF-" + bytes(range(256)) * 40):
        assert judge(shop, content).verdict in ("indeterminate", "invalid")
