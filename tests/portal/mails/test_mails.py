"""Every mail as it is read (メールの文面): compared with the text that was read and agreed to."""

import pytest

from portal.mail.messages import FOLDER
from tests.portal.mails.samples import GOLDEN, Sample, samples

SAMPLES = list(samples())


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.name)
def test_a_mail_reads_as_agreed(sample: Sample) -> None:
    golden = GOLDEN / f"{sample.name}.txt"
    assert sample.written() == golden.read_text(encoding="utf-8")


def test_every_mail_has_been_read_and_no_golden_file_is_left_over() -> None:
    assert {sample.template for sample in SAMPLES} == {
        path.name for path in FOLDER.iterdir() if path.is_dir()
    }
    assert {sample.name for sample in SAMPLES} == {path.stem for path in GOLDEN.glob("*.txt")}


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.name)
def test_no_mail_has_gaps_or_ragged_lines(sample: Sample) -> None:
    text = sample.written()
    assert "\n\n\n" not in text
    assert all(line == line.rstrip(" \u3000") for line in text.splitlines())


def test_the_request_of_the_consent_style_has_its_eight_items() -> None:  # SIGN-21
    text = _written("signing_request-contractor-ashikaga")
    for item in (
        "確認依頼\n",
        "見本建設株式会社\n代表取締役　見本　太郎 様\n",
        "書類の確認依頼が届きました。",
        "\n市道改良工事\n",
        "From 足利市役所 様 足利市役所",
        "書類を確認する\nhttps://",
        "（URL有効期限 2026/05/17 (日) 14:05）",
        "有効期限を過ぎてしまった場合は送信者に再配信を依頼してください。",
    ):
        assert item in text


@pytest.mark.parametrize("city", ["iwaki", "tosu"])
def test_the_completion_mail_of_the_complete_style_has_its_items(city: str) -> None:  # SIGN-45
    name = next(s.name for s in SAMPLES if s.template == "signing_completed" and s.city == city)
    text = _written(name)
    for item in (
        "件名：電子署名完了のお知らせ\n",
        "見本建設株式会社\n見本　太郎 様\n",
        "すべての手続きが完了しました。署名完了文書ダウンロード画面より、ダウンロードして下さい。",
        "封筒：5050000111 市道改良工事",
        "文書：・建設工事請負契約書",
        "\nダウンロード\n",
        "ダウンロード有効期間：14日間",
    ):
        assert item in text


def _written(name: str) -> str:
    return next(sample for sample in SAMPLES if sample.name == name).written()
