"""The page in a real browser: what a person sees, and that nothing leaves this server."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from selenium.webdriver import Keys
from selenium.webdriver.common.by import By

from medicord_ocr.options import Options
from medicord_ocr.server.steps import Begun
from tests.pdfs import Page, pdf, text
from tests.server.service import PNG, SAMPLES, Served, StandIn, document, listening, served
from tests.server.window import CHROMIUM, DRIVER, Window, opened

pytestmark = [
    pytest.mark.integration,
    pytest.mark.slow,
    pytest.mark.skipif(
        not (CHROMIUM and DRIVER),
        reason="Chromium or its driver is missing: apt-get install chromium chromium-driver",
    ),
]


@pytest.fixture(scope="module")
def window(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Window]:
    with opened(tmp_path_factory.mktemp("browser")) as window:
        yield window


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with served(tmp_path_factory.mktemp("service"), "--workers", "1") as service:
        yield service


# ---------------------------------------------------------------- with real documents


def test_a_report_is_read_shown_checked_and_taken_along(window: Window, service: Served) -> None:
    window.open(str(service.client.base_url).rstrip("/"))
    window.sign_in()
    window.send(SAMPLES / "lab_khmer_english.png")
    window.seen("#result")
    assert len(window.all(".lab_results tbody")) == 11
    assert window.one("#field-lab_results-9-test_name .value").text == "HbA1c"
    check_boxes(window)
    check_doubts(window)
    check_crop(window)
    check_khmer(window)
    check_copy(window)
    check_downloads(window, service)
    check_nothing_is_kept(window)
    window.check_quiet()


def check_boxes(window: Window) -> None:
    """The value has a box on the picture where it stands on the page."""
    (picture,) = window.all("#pages image")
    box = window.one('#pages [data-id="lab_results-0-value"]')
    place, sheet = box.rect, picture.rect
    assert sheet["width"] > 300
    across = (place["x"] + place["width"] / 2 - sheet["x"]) / sheet["width"]
    down = (place["y"] + place["height"] / 2 - sheet["y"]) / sheet["height"]
    # 10.8 is in the second column, in the first row below the head, of the sample.
    assert (across, down) == pytest.approx((0.46, 0.317), abs=0.01)
    field = window.one("#field-lab_results-0-value")
    assert field.text == "10.8"
    window.script("arguments[0].focus()", field)
    window.wait(lambda: "on" in box.get_dom_attribute("class").split())


def check_doubts(window: Window) -> None:
    """What is for review is said in words, by a sign and by colour."""
    doubtful = window.all(".field.doubt")
    assert doubtful
    for field in doubtful:
        assert field.find_element(By.CSS_SELECTOR, ".mark").text == "Check"
        reasons = window.one(f"#{field.get_attribute('aria-describedby')}")
        assert reasons.text.endswith(".")
    fine = window.one("#field-lab_results-4-value")
    assert fine.value_of_css_property("background-color") != doubtful[0].value_of_css_property(
        "background-color"
    )
    assert window.one("#verdict-text").text.startswith(f"{len(doubtful)} of ")
    window.one("#check-next").click()
    assert window.focused() == doubtful[0].get_attribute("id")


def check_crop(window: Window) -> None:
    """A field opens enlarged by the keyboard, and gives the focus back."""
    field = window.one("#field-lab_results-4-value")
    field.send_keys(Keys.ENTER)
    crop = window.seen("#crop")
    view = window.one("#crop svg").get_dom_attribute("viewBox").split()
    x, y, width, height = map(float, view)
    box = window.one("#crop rect")
    assert x < float(box.get_dom_attribute("x")) < x + width < 1790
    assert y < float(box.get_dom_attribute("y")) < y + height < 2435
    assert "115.1" in crop.text
    assert window.script("return document.activeElement.closest('dialog') !== null")
    window.driver.switch_to.active_element.send_keys(Keys.ESCAPE)
    window.wait(lambda: not crop.is_displayed())
    assert window.focused() == "field-lab_results-4-value"


def check_khmer(window: Window) -> None:
    """The whole page speaks Khmer at once, and what was read stays what it is."""
    assert window.script("return document.documentElement.lang") == "en"
    values = [value.text for value in window.all(".lab_results td:nth-child(2) .value")]
    window.one('[data-language="km"]').click()
    assert window.script("return document.documentElement.lang") == "km"
    assert window.one("#category-lab_results").text == "លទ្ធផលមន្ទីរពិសោធន៍"
    assert window.one(".field.doubt .mark").text == "ត្រូវពិនិត្យ"
    assert [v.text for v in window.all(".lab_results td:nth-child(2) .value")] == values
    window.driver.find_element(By.CSS_SELECTOR, '[data-language="en"]').click()
    assert window.one("#category-lab_results").text == "Laboratory results"


def check_copy(window: Window) -> None:
    """The clipboard has the document without its pictures; where there is none, that is said."""
    permissions = ["clipboardReadWrite", "clipboardSanitizedWrite"]
    allowed = {"origin": window.address, "permissions": permissions}
    window.driver.execute_cdp_cmd("Browser.grantPermissions", allowed)
    window.one("#copy-json").click()
    window.wait(lambda: window.one("#said").text == "Copied.")
    copied = json.loads(window.script("return navigator.clipboard.readText()"))
    assert len(copied["categories"]["lab_results"]) == 11
    assert "page_pictures" not in copied
    window.script("Object.defineProperty(navigator, 'clipboard', {value: undefined})")
    window.one("#copy-json").click()
    window.wait(lambda: "not" in window.one("#said").text)


def check_downloads(window: Window, service: Served) -> None:
    for name in ("json", "csv", "fhir"):
        window.one(f"#download-{name}").click()
        ending = "fhir.json" if name == "fhir" else name
        file = window.downloads / f"lab_khmer_english.{ending}"
        window.wait(file.exists)
    assert not window.one("#problem").is_displayed()
    found = json.loads((window.downloads / "lab_khmer_english.json").read_text("utf-8"))
    assert len(found["categories"]["lab_results"]) == 11
    assert "page_pictures" not in found
    table = (window.downloads / "lab_khmer_english.csv").read_text("utf-8").splitlines()
    assert table[1].startswith("lab_khmer_english.png,document,")
    bundle = json.loads((window.downloads / "lab_khmer_english.fhir.json").read_text("utf-8"))
    assert bundle["resourceType"] == "Bundle"


def check_nothing_is_kept(window: Window) -> None:
    assert window.script("return Object.keys(localStorage)") == ["medicord-ocr.language"]
    assert window.script("return sessionStorage.length") == 0
    assert window.driver.get_cookies() == []
    window.one("#sign-out").click()
    window.seen("#sign-in")
    words = window.script("return document.documentElement.textContent")
    assert "115.1" not in words
    assert window.all("#pages image") == []


def test_a_long_pdf_is_queued_and_shows_how_far_it_is(
    window: Window, service: Served, tmp_path: Path
) -> None:
    path = tmp_path / "eight.pdf"
    path.write_bytes(
        pdf(*(Page(text(72, 700, f"Glucose 5.{n} mmol/L 3.9 - 5.6")) for n in range(8)))
    )
    window.open(str(service.client.base_url).rstrip("/"))
    window.sign_in()
    window.send(path)
    told = []
    while not window.one("#result").is_displayed():
        assert not window.one("#problem").is_displayed(), window.one("#problem").text
        told.append(window.script("return document.querySelector('#work-text').textContent"))
    assert any("queue" in line for line in told)
    assert len(window.all("#pages svg")) == 8
    assert len(window.all(".lab_results tbody")) == 8
    window.one("#field-lab_results-7-value").click()
    window.seen("#crop")
    window.one("#crop-close").click()
    window.check_quiet()


def test_the_api_is_shown_and_tried_without_internet(window: Window, service: Served) -> None:
    window.open(str(service.client.base_url).rstrip("/"), "/docs")
    window.seen(".btn.authorize").click()
    token = service.client.headers["Authorization"].removeprefix("Bearer ")
    window.seen(".auth-container input").send_keys(token)
    window.one(".auth-btn-wrapper .authorize").click()
    window.seen(".btn-done").click()
    # A task that there is not, asked after with the token: 404, not 401.
    operation = "[id^='operations-documents'][id*='status']"
    window.seen(f"{operation} .opblock-summary-control").click()
    window.seen(f"{operation} .try-out__btn").click()
    window.seen(f"{operation} .parameters input").send_keys("none")
    window.one(f"{operation} .execute").click()
    status = window.seen(f"{operation} .live-responses-table tbody .response-col_status")
    assert status.text.startswith("404")
    assert [a for a in window.requested() if not a.startswith(f"{window.address}/")] == []
    complaints = [entry["message"] for entry in window.driver.get_log("browser")]
    assert [line for line in complaints if "404" not in line] == []


# ---------------------------------------------------------------- with a stand-in


class Slow(StandIn):
    """Counts at once, and takes long to read."""

    async def begin(self, path: Path, options: Options, *, whole: bool, pictures: bool) -> Begun:
        if whole:
            await self._work()
        return Begun("png", 1)


class Says(StandIn):
    """Reads one text, whatever it is shown."""

    words = ""

    async def begin(self, path: Path, options: Options, *, whole: bool, pictures: bool) -> Begun:
        found = json.loads(document(1))
        found["categories"]["lab_results"][0] |= {"test_name": self.words, "unit": self.words}
        found |= {"raw_text": self.words, "possible_facility": self.words}
        return Begun("png", 1, json.dumps(found).encode())


@contextmanager
def shown(window: Window, folder: Path, reading: StandIn, **given: Any) -> Iterator[Path]:
    """The page of a service in this process, signed in; the path of a file to send."""
    path = folder / "scan.png"
    path.write_bytes(PNG)
    with listening(folder, reading, **given) as address:
        window.open(address)
        window.sign_in()
        yield path


def test_what_took_too_long_is_sent_again_to_the_queue(window: Window, tmp_path: Path) -> None:
    reading = Slow(seconds=1.0)
    with shown(window, tmp_path, reading, request_timeout_seconds=0.3) as path:
        window.send(path)
        problem = window.seen("#problem")
        assert "not read in time" in problem.text
        assert not window.one("#try-again").is_displayed()
        window.one("#send-later").click()
        window.seen("#result")
        assert not problem.is_displayed()


def test_text_of_a_document_is_never_markup(window: Window, tmp_path: Path) -> None:
    words = '<img src="http://192.0.2.7/x.png" onerror="alert(1)"><b id="planted">bold</b>'
    reading = Says(words=words)
    with shown(window, tmp_path, reading) as path:
        window.send(path)
        window.seen("#result")
        assert window.one("#field-lab_results-0-test_name .value").text == words
        assert window.one("#field-header-0-facility .value").text == words
        assert window.all("#planted") == []
        assert window.all("main img") == []
        window.check_quiet()


def test_a_wrong_secret_is_said_and_the_field_is_empty_again(
    window: Window, tmp_path: Path
) -> None:
    with listening(tmp_path) as address:
        window.open(address)
        window.sign_in("wrong")
        problem = window.seen("#problem")
        assert "client id or the secret is wrong" in problem.text
        assert problem.get_attribute("role") == "alert"
        assert window.one("#client-secret").get_attribute("value") == ""
        window.one('[data-language="km"]').click()
        assert "លេខសម្ងាត់មិនត្រឹមត្រូវ" in problem.text


def test_a_session_that_ended_is_renewed_without_losing_the_result(
    window: Window, tmp_path: Path
) -> None:
    with shown(window, tmp_path, StandIn()) as path:
        window.send(path)
        window.seen("#result")
        # The token is where no script of ours reaches: only what is sent can be forged here.
        window.script(
            "window.real = fetch; window.fetch = (path, options) => real(path, {...options, "
            "headers: {...options.headers, Authorization: 'Bearer old'}})"
        )
        window.one("#download-csv").click()
        assert "session has ended" in window.seen("#problem").text
        window.script("window.fetch = real")
        window.seen("#client-id").clear()
        window.sign_in()
        window.seen("#result")
        assert not window.one("#problem").is_displayed()
        window.one("#sign-out").click()
        window.seen("#sign-in")
        assert window.all("#content .field") == []


def test_the_languages_chosen_are_those_read(window: Window, tmp_path: Path) -> None:
    reading = StandIn()
    with shown(window, tmp_path, reading) as path:
        window.seen("#hint").find_element(By.CSS_SELECTOR, '[value="khm+fra"]').click()
        window.send(path)
        window.seen("#result")
    assert [options.languages for _, options in reading.seen] == [("khm", "fra")]


def test_a_document_that_is_dropped_is_taken(window: Window, tmp_path: Path) -> None:
    drop = """
        const files = new DataTransfer();
        for (const name of arguments[0]) files.items.add(new File(['x'], name));
        const given = {dataTransfer: files, bubbles: true, cancelable: true};
        return document.body.dispatchEvent(new DragEvent('drop', given));
    """
    with shown(window, tmp_path, StandIn()):
        window.seen("#drop")
        assert window.script(drop, ["scan.pdf"]) is False, "the browser does not open it"
        assert window.one("#chosen").text == "Chosen: scan.pdf"
        window.script(drop, ["one.png", "two.png"])
        assert "one document at a time" in window.seen("#problem").text


def test_work_that_is_cancelled_stops(window: Window, tmp_path: Path) -> None:
    reading = Slow(seconds=30.0)
    with shown(window, tmp_path, reading) as path:
        window.send(path)
        window.seen("#cancel").click()
        window.seen("#send")
        assert window.one("#said").text == "Cancelled."
        window.wait(lambda: reading.stopped == 1)
