"""Characters that the paper's font does not have are reported by name."""

import pytest

from forms.glyphs import glyph_sentence, printable, unprintable


@pytest.mark.parametrize("text", ["髙﨑", "①㈱～－", "ガ行", "山田　太郎\n二行目", "\ufa19"])
def test_what_can_be_printed_is_not_reported(text: str) -> None:
    assert unprintable(text) == ()
    assert glyph_sentence(text) is None


@pytest.mark.parametrize(
    ("text", "code", "kind"),
    [
        ("𠮷田", "U+20BB7", "印刷用の書体にない漢字"),
        ("田\ue000", "U+E000", "外字"),
        ("葛\U000e0100", "U+E0100", "異体字の指定"),
        ("か\u0301", "U+0301", "結合文字"),
        ("工事🚧", "U+1F6A7", "絵文字・記号"),
        ("a\u0007", "U+0007", "目に見えない制御文字"),
    ],
)
def test_what_cannot_be_printed_is_named(text: str, code: str, kind: str) -> None:
    found = unprintable(text)
    assert [(character.code, character.kind) for character in found] == [(code, kind)]
    assert code in str(glyph_sentence(text))


def test_unprintable_characters_become_a_geta_where_nobody_could_check_them() -> None:
    assert printable("𠮷田🚧.pdf") == "〓田〓.pdf"
