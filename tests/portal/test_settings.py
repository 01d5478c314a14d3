"""Settings: where they come from, and how mistakes in them are named."""

from pathlib import Path

import pytest

from portal.config import SETTINGS, ConfigError, load_config

PRODUCTION = {
    "MODE": "production",
    "SECRET_KEY": "0123456789abcdef0123456789abcdef",
    "KEY_SECRET": "fedcba9876543210fedcba9876543210",
    "BASE_URL": "https://keiyaku.example.jp",
    "SMTP_HOST": "mail.example.jp",
    "MAIL_FROM": "keiyaku@example.jp",
    "TSA_URLS": ["https://tsa.example.jp"],
    "WITNESS_P12": "keys/witness.p12",
}


def test_environment_wins_over_file_and_caller_over_both(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "config.toml").write_text('SMTP_PORT = 2525\nSMTP_HOST = "file"\nSMTP_USER = "file"\n')
    monkeypatch.setenv("WARIFU_SMTP_HOST", "environment")
    monkeypatch.setenv("WARIFU_SMTP_USER", "environment")

    config = load_config({"MODE": "test", "INSTANCE": tmp_path, "SMTP_USER": "caller"})

    assert (config["SMTP_PORT"], config["SMTP_HOST"], config["SMTP_USER"]) == (2525, "environment", "caller")


def test_every_mistake_is_named_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "config.toml").write_text('SMTP_PORT = "many"\nSMTP_PROT = 25\n')
    monkeypatch.setenv("WARIFU_TSA_URL", "http://tsa")

    with pytest.raises(ConfigError) as caught:
        load_config({"INSTANCE": tmp_path, "MODE": "live"})

    told = str(caught.value)
    assert all(name in told for name in ("SMTP_PORT", "SMTP_PROT", "TSA_URL", "MODE"))
    assert "MAIL_FROM_NAME" in told, "the settings that exist are listed"


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("SMTP_PORT", "587", 587),
        ("CSRF", "false", False),
        ("SMTP_PASSWORD", "12345", "12345"),
        ("TSA_URLS", "http://a, http://b", ["http://a", "http://b"]),
        ("TSA_URLS", '["http://a"]', ["http://a"]),
    ],
)
def test_environment_is_read_by_the_type_of_the_setting(
    name: str, text: str, value: object, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(f"WARIFU_{name}", text)
    assert load_config({"MODE": "test", "INSTANCE": tmp_path})[name] == value


def test_production_names_everything_that_is_missing(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        load_config({"MODE": "production", "INSTANCE": tmp_path})

    missing = ("SECRET_KEY", "KEY_SECRET", "BASE_URL", "SMTP_HOST", "MAIL_FROM", "TSA_URLS", "WITNESS_P12")
    assert len(caught.value.problems) == len(missing)
    assert all(name in str(caught.value) for name in missing)


def test_production_starts_when_everything_is_given(tmp_path: Path) -> None:
    config = load_config(PRODUCTION | {"INSTANCE": tmp_path})
    assert config["WITNESS_P12"] == str(tmp_path / "keys" / "witness.p12")
    assert (config["SESSION_IDLE_MINUTES"], config["SESSION_HOURS"]) == (30, 8)


def test_production_refuses_plain_http_and_missing_csrf(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        load_config(
            PRODUCTION | {"INSTANCE": tmp_path, "BASE_URL": "http://keiyaku.example.jp", "CSRF": False}
        )
    assert len(caught.value.problems) == 2


def test_demo_makes_its_secret_once_for_its_owner_only(tmp_path: Path) -> None:
    first = load_config({"INSTANCE": tmp_path})["SECRET_KEY"]
    second = load_config({"INSTANCE": tmp_path})["SECRET_KEY"]

    assert first == second
    assert len(first) == 64
    for name in ("secret_key", "secret"):
        assert (tmp_path / "keys" / name).stat().st_mode & 0o777 == 0o600


def test_every_setting_says_what_it_is_for() -> None:
    assert all(setting.text for setting in SETTINGS.values())
