"""What the service refuses to start with."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from medicord_ocr.errors import SettingsError
from medicord_ocr.server.config import Bind, ServiceSettings, checked, load_service_settings

STRONG: dict[str, Any] = {
    "app_env": "production",
    "debug": False,
    "client_secret": "Xq7w-9rTz_41bnPQ",
    "jwt_secret_key": "c0ffee5eed1234567890abcdef987654",
    "cors_origins": "https://app.example.org",
}
PUBLIC = Bind("0.0.0.0", 8000, behind_proxy=True)


def made(**given: Any) -> ServiceSettings:
    return ServiceSettings(_env_file=None, **given)  # type: ignore[call-arg]


def test_strong_settings_start_in_production() -> None:
    settings = made(**STRONG)
    assert checked(settings, PUBLIC) == settings
    assert checked(settings, Bind("0.0.0.0", 8000, Path("cert.pem"))) == settings


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"debug": True}, "DEBUG"),
        ({"cors_origins": "*"}, "CORS_ORIGINS"),
        ({"cors_origins": "https://a.example,*"}, "CORS_ORIGINS"),
        ({"client_secret": ""}, "CLIENT_SECRET is missing"),
        ({"client_secret": "short"}, "CLIENT_SECRET is weak"),
        ({"client_secret": "a" * 40}, "CLIENT_SECRET is weak"),
        ({"client_secret": "change-me-client-secret"}, "CLIENT_SECRET is weak"),
        ({"jwt_secret_key": ""}, "JWT_SECRET_KEY is missing"),
        ({"jwt_secret_key": "ab" * 20}, "JWT_SECRET_KEY is weak"),
        ({"jwt_secret_key": "please-change-this-jwt-secret-key"}, "JWT_SECRET_KEY is weak"),
        ({"jwt_algorithm": "HS512"}, "JWT_SECRET_KEY has less than the 64 bytes"),
        ({"client_secret": STRONG["jwt_secret_key"]}, "the same"),
        ({"delete_after_processing": False}, "DELETE_AFTER_PROCESSING"),
        ({"redis_url": "redis://cache:6379/0"}, "REDIS_URL has no password"),
        ({"redis_url": "redis://127.0.0.2@cache:6379/0"}, "REDIS_URL has no password"),
    ],
)
def test_production_refuses_a_weak_setting(change: dict[str, Any], word: str) -> None:
    with pytest.raises(SettingsError, match=word) as caught:
        checked(made(**(STRONG | change)), PUBLIC)
    assert caught.value.exit_code == 2
    given = change.get("client_secret") or change.get("jwt_secret_key") or "no secret"
    assert given not in str(caught.value)


@pytest.mark.parametrize("host", ["127.0.0.1", "0.0.0.0"])
def test_production_refuses_to_start_without_tls_or_a_proxy(host: str) -> None:
    with pytest.raises(SettingsError, match="--behind-proxy"):
        checked(made(**STRONG), Bind(host))


def test_all_that_is_weak_is_said_at_once() -> None:
    with pytest.raises(SettingsError) as caught:
        checked(made(app_env="production"), Bind("0.0.0.0"))
    for word in ("DEBUG", "CORS_ORIGINS", "CLIENT_SECRET", "JWT_SECRET_KEY", "--behind-proxy"):
        assert word in str(caught.value)


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.5", "clinic.local", ""])
def test_development_serves_this_machine_only(host: str) -> None:
    with pytest.raises(SettingsError, match="APP_ENV"):
        checked(made(), Bind(host, behind_proxy=True))


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.8.8", "::1", "[::1]", "localhost"])
def test_development_draws_the_secrets_that_are_missing(host: str) -> None:
    first, second = checked(made(), Bind(host)), checked(made(), Bind(host))
    for name in ("client_secret", "jwt_secret_key"):
        assert len(getattr(first, name)) >= 32
        assert getattr(first, name) != getattr(second, name)


def test_development_keeps_the_secrets_that_are_given() -> None:
    settings = checked(made(client_secret="a"), Bind())
    assert settings.client_secret == "a"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("JWT_ALGORITHM", "none"),
        ("JWT_ALGORITHM", "RS256"),
        ("JWT_SECRET_KEY", "thirty-one characters, one less"),
        ("APP_ENV", "staging"),
        ("TRUSTED_PROXIES", "10.0.0.0/8,proxy"),
        ("ALLOWED_EXTENSIONS", "pdf,exe"),
        ("ALLOWED_EXTENSIONS", ","),
        ("CORS_ORIGINS", "app.example.org"),
        ("RATE_LIMIT_PER_MINUTE", "0"),
        ("MAX_FILE_SIZE_MB", "-1"),
        ("CELERY_BROKER_URL", "amqp://guest@localhost//"),
        ("REDIS_URL", "redis:///0"),
    ],
)
def test_a_bad_value_is_a_sentence_that_names_the_variable(
    name: str, value: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError) as caught:
        load_service_settings()
    assert str(caught.value).startswith(name)
    assert "secret" not in name.lower() or value not in str(caught.value)


def test_lists_are_joined_by_commas(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    for name, value in {
        "TRUSTED_PROXIES": "10.0.0.0/8, 127.0.0.1",
        "ALLOWED_EXTENSIONS": "PDF,.jpg",
        "CORS_ORIGINS": "none",
    }.items():
        monkeypatch.setenv(name, value)
    settings = load_service_settings()
    assert settings.trusted_proxies == ("10.0.0.0/8", "127.0.0.1")
    assert settings.file_types == {"pdf", "jpeg"}
    assert settings.cors_origins == ()


def test_limits_over_http_are_the_contracts() -> None:
    options = made().options()
    assert options.max_bytes == 10 * 1024 * 1024
    assert options.max_pages == 200
    assert options.max_pixels == 100_000_000


def test_a_redis_with_a_password_or_on_this_machine_starts_in_production() -> None:
    for url in ("redis://:a-password@cache:6379/0", "redis://localhost:6379/0"):
        checked(made(**STRONG, redis_url=url), PUBLIC)


def test_a_broker_needs_a_folder_that_is_shared(tmp_path: Path) -> None:
    url = "redis://127.0.0.1:6379/0"
    with pytest.raises(SettingsError, match="UPLOAD_DIR is not"):
        checked(made(celery_broker_url=url), Bind())
    checked(made(celery_broker_url=url, upload_dir=tmp_path), Bind())
