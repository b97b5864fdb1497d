"""Debian's Firefox, with as much of Playwright's interface as the scenarios use: Playwright itself drives only a build of its own."""

import contextlib
import json
import pathlib
import tempfile

from bidi import Remote
from demo_hub import Process
from firefox_page import Page

# What keeps it from asking, showing and fetching things of its own accord.
QUIET = {
    "app.normandy.enabled": False,
    "app.update.disabledForTesting": True,
    "browser.aboutwelcome.enabled": False,
    "browser.safebrowsing.downloads.enabled": False,
    "browser.safebrowsing.malware.enabled": False,
    "browser.safebrowsing.phishing.enabled": False,
    "browser.shell.checkDefaultBrowser": False,
    "browser.startup.homepage": "about:blank",
    "browser.startup.page": 0,
    "datareporting.policy.dataSubmissionEnabled": False,
    "extensions.update.enabled": False,
    "network.captive-portal-service.enabled": False,
    "network.connectivity-service.enabled": False,
    "toolkit.telemetry.enabled": False,
}

SCHEMES = {"dark": 0, "light": 1}


class Firefox:
    """The browser. What the settings of a page's surroundings can't change has a process of its own."""

    name = "firefox"

    def __init__(self):
        self.running = {}

    def new_page(self):
        return self.new_context(owns=True).new_page()

    def new_context(self, ignore_https_errors=False, viewport=None, color_scheme="light", forced_colors="none", owns=False):
        key = (color_scheme, forced_colors)
        if key not in self.running:
            self.running[key] = Instance(_preferences(*key))
        remote = self.running[key].remote
        return Context(remote, ignore_https_errors, viewport or {"width": 1280, "height": 720}, owns)

    def close(self):
        for instance in self.running.values():
            instance.stop()
        self.running.clear()


def _preferences(color_scheme, forced_colors):
    return QUIET | {
        "layout.css.prefers-color-scheme.content-override": SCHEMES[color_scheme],
        "browser.display.document_color_use": 2 if forced_colors == "active" else 0,
    }


class Instance(Process):
    """A process, its profile, and the session with it."""

    def __init__(self, preferences):
        self.folder = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
        lines = [f"user_pref({json.dumps(name)}, {json.dumps(value)});\n" for name, value in preferences.items()]
        pathlib.Path(self.folder.name, "user.js").write_text("".join(lines))
        command = ["firefox-esr", "--headless", "--no-remote", "--profile", self.folder.name, "--remote-debugging-port", "0"]
        super().__init__(["env", f"HOME={self.folder.name}", *command], r"BiDi listening on (ws://\S+)", seconds=60)
        self.remote = Remote(self.found[1])
        self.remote.ask("session.new", capabilities={})
        self.remote.ask("session.subscribe", events=["log.entryAdded"])

    def stop(self):
        with contextlib.suppress(Exception):
            self.remote.ask("browser.close")
        self.remote.close()
        self.process.wait(20)
        self.folder.cleanup()


class Context:
    """Pages that share storage, cache and connections, and nothing with others."""

    def __init__(self, remote, is_trusting, viewport, owns_its_page):
        self.remote, self.viewport, self.owns_its_page = remote, viewport, owns_its_page
        self.id = remote.ask("browser.createUserContext", acceptInsecureCerts=is_trusting)["userContext"]

    def new_page(self):
        # A window, since of a window's tabs all but one are hidden.
        context = self.remote.ask("browsingContext.create", type="window", userContext=self.id)["context"]
        self.remote.ask("browsingContext.setViewport", context=context, viewport=self.viewport)
        return Page(self, context)

    def close(self):
        self.remote.ask("browser.removeUserContext", userContext=self.id)
