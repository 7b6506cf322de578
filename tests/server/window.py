"""A real browser's window on the service, for tests of its page."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from selenium.webdriver import Chrome, ChromeOptions, Keys
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.ui import WebDriverWait

from tests.server.service import CLIENT, SECRET

CHROMIUM, DRIVER = shutil.which("chromium"), shutil.which("chromedriver")
_SECONDS = 90
_SWITCHES = (
    "--headless=new",
    "--no-sandbox",  # the tests may run as root
    "--disable-dev-shm-usage",
    "--disable-gpu",
    "--window-size=1300,900",
    # There is no other machine: what the page needs from one it would miss.
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
)


class Window:
    """A browser's window on the service."""

    def __init__(self, driver: Chrome, downloads: Path) -> None:
        self.driver, self.downloads = driver, downloads
        self.address = ""

    def open(self, address: str, path: str = "/") -> None:
        """Open a page, as somebody who was never there; what was seen before is forgotten."""
        self.address = address
        self.driver.get(address + path)
        self.driver.execute_script("localStorage.clear()")
        self.driver.get(address + path)
        for kind in ("browser", "performance"):
            self.driver.get_log(kind)

    def all(self, selector: str) -> list[WebElement]:
        return self.driver.find_elements(By.CSS_SELECTOR, selector)

    def one(self, selector: str) -> WebElement:
        return self.driver.find_element(By.CSS_SELECTOR, selector)

    def wait(self, condition: Callable[[], Any]) -> Any:
        return WebDriverWait(self.driver, _SECONDS, 0.05).until(lambda _: condition())

    def seen(self, selector: str) -> WebElement:
        """An element, as soon as it is seen."""
        self.wait(lambda: self.one(selector).is_displayed())
        return self.one(selector)

    def script(self, source: str, *given: Any) -> Any:
        return self.driver.execute_script(source, *given)

    def sign_in(self, secret: str = SECRET) -> None:
        self.wait(lambda: self.script("return document.querySelector('[data-values]') !== null"))
        self.one("#client-id").send_keys(CLIENT)
        self.one("#client-secret").send_keys(secret, Keys.ENTER)

    def send(self, path: Path) -> None:
        self.seen("#drop")
        self.one("#file").send_keys(str(path))
        self.one("#read").click()

    def focused(self) -> str:
        return str(self.driver.switch_to.active_element.get_attribute("id"))

    def requested(self) -> list[str]:
        """Addresses that were asked for since the last look."""
        messages = [json.loads(e["message"])["message"] for e in self.driver.get_log("performance")]
        addresses = (
            message["params"]["request"]["url"]
            for message in messages
            if message["method"] == "Network.requestWillBeSent"
        )
        return [address for address in addresses if not address.startswith(("data:", "blob:"))]

    def check_quiet(self) -> None:
        """Nothing was asked of another server, and the console has no complaint."""
        assert [a for a in self.requested() if not a.startswith(f"{self.address}/")] == []
        assert self.driver.get_log("browser") == []


@contextmanager
def opened(folder: Path) -> Iterator[Window]:
    """A window of the system's Chromium; its profile and what it downloads are in the folder."""
    options = ChromeOptions()
    options.binary_location = CHROMIUM or ""
    for switch in (*_SWITCHES, f"--user-data-dir={folder / 'profile'}"):
        options.add_argument(switch)
    options.add_experimental_option("prefs", {"download.default_directory": str(folder)})
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    driver = Chrome(options, Service(DRIVER))
    try:
        yield Window(driver, folder)
    finally:
        driver.quit()
