# SPDX-License-Identifier: BSD-2-Clause
"""A browser that nobody sees, for pages in files: Chromium, spoken to through pipes.

    with browser.Browser() as page:
        page.show(path, width=360, is_dark=True)
        page.evaluate("document.title")

It makes no connection; what a page asks for beyond its own file is in page.asked_for, and what it
complains about in page.complaints.
"""
import base64
import json
import os
import select
import shutil
import subprocess
import tempfile
import time

import tap

NAMES = ["chromium", "chromium-browser", "google-chrome"]
PATIENCE = 60
SWITCHES = ["--headless", "--no-sandbox", "--disable-gpu", "--no-first-run",
            "--disable-background-networking", "--disable-component-update", "--disable-sync",
            "--disable-dev-shm-usage", "--hide-scrollbars", "--remote-debugging-pipe"]


class Browser:
    """One window; skips the case where no browser is installed."""

    def __enter__(self):
        program = next((path for path in map(shutil.which, NAMES) if path), None)
        if not program:
            raise tap.Skip(f"no browser is installed: {', '.join(NAMES)}")
        self.folder = tempfile.mkdtemp(prefix="framewell-browser-")
        self.next_id, self.rest, self.events = 1, b"", []
        self.complaints, self.asked_for = [], []
        self._start(program)
        target = self._call("Target.createTarget", url="about:blank")["targetId"]
        self.session = self._call("Target.attachToTarget", targetId=target,
                                  flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.call(f"{domain}.enable")
        return self

    def _start(self, program):
        """Its descriptor 3 is what we write, 4 what we read."""
        theirs_in, self.writing = os.pipe()
        self.reading, theirs_out = os.pipe()

        def place():
            low, high = os.dup2(theirs_in, 63), os.dup2(theirs_out, 64)
            os.dup2(low, 3)
            os.dup2(high, 4)

        self.process = subprocess.Popen(
            [program, *SWITCHES, f"--user-data-dir={self.folder}"], preexec_fn=place,
            close_fds=False, start_new_session=True, stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        os.close(theirs_in)
        os.close(theirs_out)

    def __exit__(self, *_):
        try:
            self._call("Browser.close")
        except (tap.Failure, OSError):
            self.process.kill()
        self.process.wait()
        os.close(self.writing)
        os.close(self.reading)
        shutil.rmtree(self.folder, True)

    # Messages: JSON with a zero behind it

    def _receive(self, until):
        while b"\0" not in self.rest:
            ready = select.select([self.reading], [], [], max(0, until - time.monotonic()))[0]
            piece = os.read(self.reading, 1 << 20) if ready else b""
            tap.expect(piece, "the browser says nothing any more")
            self.rest += piece
        message, self.rest = self.rest.split(b"\0", 1)
        return json.loads(message)

    def _note(self, message):
        method, told = message.get("method"), message.get("params", {})
        if method == "Runtime.exceptionThrown":
            self.complaints.append(told["exceptionDetails"].get("exception", {})
                                   .get("description") or told["exceptionDetails"]["text"])
        elif method == "Runtime.consoleAPICalled":
            self.complaints.append(f"console: {told['args']}")
        elif method == "Log.entryAdded":
            self.complaints.append(told["entry"]["text"])
        elif method == "Network.requestWillBeSent":
            self.asked_for.append(told["request"]["url"])
        if method:
            self.events.append(method)

    def _call(self, method, session=None, **arguments):
        message = {"id": self.next_id, "method": method, "params": arguments}
        if session:
            message["sessionId"] = session
        self.next_id += 1
        os.write(self.writing, json.dumps(message).encode() + b"\0")
        until = time.monotonic() + PATIENCE
        while True:
            answer = self._receive(until)
            self._note(answer)
            if answer.get("id") == message["id"]:
                tap.expect("error" not in answer, f"{method}: {answer.get('error')}")
                return answer["result"]

    def call(self, method, **arguments):
        return self._call(method, self.session, **arguments)

    # The page

    def show(self, path, width=1000, height=900, is_dark=False):
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=height,
                  deviceScaleFactor=1, mobile=width < 600)
        self.call("Emulation.setEmulatedMedia", features=[
            {"name": "prefers-color-scheme", "value": "dark" if is_dark else "light"}])
        self.events.clear()
        self.call("Page.navigate", url="file://" + path)
        until = time.monotonic() + PATIENCE
        while "Page.loadEventFired" not in self.events:
            self._note(self._receive(until))

    def evaluate(self, expression):
        answer = self.call("Runtime.evaluate", expression=expression, returnByValue=True,
                           awaitPromise=True)
        tap.expect("exceptionDetails" not in answer, f"{expression}: {answer}")
        return answer["result"].get("value")

    def box_of(self, selector):
        """x, y, width, height of an element, once it has been scrolled to."""
        return self.evaluate(
            f"(() => {{ const e = document.querySelector({json.dumps(selector)});"
            "e.scrollIntoView({block: 'center'}); const b = e.getBoundingClientRect();"
            "return [b.x, b.y, b.width, b.height]; })()")

    def hover(self, x, y):
        self.call("Input.dispatchMouseEvent", type="mouseMoved", x=x, y=y)

    def touch(self, x, y):
        self.call("Input.dispatchTouchEvent", type="touchStart", touchPoints=[{"x": x, "y": y}])
        self.call("Input.dispatchTouchEvent", type="touchEnd", touchPoints=[])

    def press(self, key):
        for kind in ("keyDown", "keyUp"):
            self.call("Input.dispatchKeyEvent", type=kind, key=key, code=key)

    def screenshot(self, path):
        data = self.call("Page.captureScreenshot", captureBeyondViewport=True)["data"]
        with open(path, "wb") as file:
            file.write(base64.b64decode(data))
