"""Settings: where they come from, and what is said of a bad one."""

from pathlib import Path

import pytest
from pydantic import Field
from pydantic.fields import FieldInfo

from medicord_ocr.errors import SettingsError
from medicord_ocr.options import Options
from medicord_ocr.server.config import ServiceSettings
from medicord_ocr.settings import Settings, load_settings, shown_value

ROOT = Path(__file__).parents[2]
VARIABLES = [name.upper() for name in Settings.model_fields]


@pytest.fixture(autouse=True)
def bare_machine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """No variable is set, and the working folder has no .env."""
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_without_any_setting_the_options_are_the_defaults() -> None:
    assert load_settings().options() == Options()


def test_each_variable_reaches_its_option(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {
        "TESSERACT_CMD": "/opt/tesseract",
        "TESSDATA_PREFIX": "/opt/tessdata",
        "DEFAULT_LANGUAGES": "eng+fra",
        "OCR_CONFIDENCE_THRESHOLD": "0.6",
        "CLI_MAX_FILE_SIZE_MB": "3",
        "MAX_PAGES": "7",
        "MAX_PIXELS": "1000",
    }.items():
        monkeypatch.setenv(name, value)
    assert load_settings().options() == Options(
        languages=("eng", "fra"),
        max_bytes=3 * 1024 * 1024,
        max_pages=7,
        max_pixels=1000,
        line_threshold=0.6,
        tesseract_cmd="/opt/tesseract",
        tessdata="/opt/tessdata",
    )


def test_what_the_user_asks_for_wins_and_none_asks_for_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("DEFAULT_LANGUAGES", "eng")
    options = load_settings().options(languages=("fra",), pages=None, engine="tesseract")
    assert options == Options(languages=("fra",), engine="tesseract")
    assert load_settings().options(languages=None).languages == ("eng",)


def test_dotenv_is_read_and_the_environment_wins_over_it(
    bare_machine: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = "# the clinic's\nMAX_PAGES=11\nMAX_PIXELS=12\nexport LOG_LEVEL='error'\n"
    (bare_machine / ".env").write_text(text)
    monkeypatch.setenv("MAX_PIXELS", "13")
    settings = load_settings()
    assert (settings.max_pages, settings.max_pixels, settings.log_level) == (11, 13, "ERROR")


def test_settings_of_other_parts_in_dotenv_do_no_harm(bare_machine: Path) -> None:
    (bare_machine / ".env").write_text("SOMETHING_ELSE=1\nMAX_PAGES=5\n")
    assert load_settings().max_pages == 5


def test_an_empty_variable_counts_as_not_set(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in VARIABLES:
        monkeypatch.setenv(name, "")
    assert load_settings() == Settings()
    assert load_settings().tesseract_cmd is None


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("LOG_LEVEL", "LOUD"),
        ("DEFAULT_LANGUAGES", "khm eng"),
        ("OCR_CONFIDENCE_THRESHOLD", "1.5"),
        ("OCR_CONFIDENCE_THRESHOLD", "-0.1"),
        ("OCR_CONFIDENCE_THRESHOLD", "nan"),
        ("OCR_CONFIDENCE_THRESHOLD", "high"),
        ("CLI_MAX_FILE_SIZE_MB", "0"),
        ("MAX_PAGES", "-1"),
        ("MAX_PAGES", "2.5"),
        ("MAX_PIXELS", "many"),
    ],
)
def test_a_bad_value_is_one_sentence_that_names_the_variable(
    name: str, value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError) as caught:
        load_settings()
    sentence = str(caught.value)
    assert sentence.startswith(f"{name} is set to '{value}': ")
    assert sentence.endswith("Correct it in the environment or in .env")
    assert "\n" not in sentence
    assert caught.value.exit_code == 2


def test_a_long_bad_value_is_cut_short(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MAX_PAGES", "x" * 5000)
    with pytest.raises(SettingsError) as caught:
        load_settings()
    assert len(str(caught.value)) < 250


@pytest.mark.parametrize(
    ("field", "shown"),
    [(Field(), "is set to 'hunter2'"), (Field(repr=False), "has a bad value")],
)
def test_a_secret_is_not_repeated(field: FieldInfo, shown: str) -> None:
    assert shown_value(field, "hunter2") == shown


def test_a_dotenv_that_is_not_text_is_said_so(bare_machine: Path) -> None:
    (bare_machine / ".env").write_bytes(b"MAX_PAGES=\xff\xfe\n")
    with pytest.raises(SettingsError, match=r"\.env cannot be read"):
        load_settings()


def test_the_example_file_names_every_variable() -> None:
    example = (ROOT / ".env.example").read_text("utf-8")
    names = [name.upper() for name in ServiceSettings.model_fields]
    assert [name for name in names if f"{name}=" not in example] == []
