"""The report in a real browser: wide, narrow, and in both languages."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

import storekin
from storekin.workflows.scan import ScanResult

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
MEASURE = """<script>
addEventListener('load', function () {
  var shown = [...document.querySelectorAll('h1 > span')].filter(
    function (e) { return e.offsetParent !== null });
  parent.postMessage([document.documentElement.scrollWidth, innerWidth,
    document.querySelectorAll('article.card').length,
    [...document.images].filter(function (i) { return i.naturalWidth > 0 }).length,
    shown.length, shown[0].textContent].join('|'), '*');
});
</script></body>"""
# a frame can be narrower than the narrowest window that a browser opens
FRAME = """<!DOCTYPE html><title>none</title><script>
addEventListener('message', function (e) { document.title = e.data });
</script><iframe src="PAGE" style="border: 0" width="WIDTH" height="900">
</iframe>"""


def measure(page: Path, width: int, tmp_path: Path) -> list[str]:
    """Open the page at a width, and give what its own script measured."""
    assert CHROMIUM is not None
    frame = tmp_path / f"frame-{width}.html"
    frame.write_text(FRAME.replace("PAGE", page.name).replace("WIDTH", str(width)))
    dumped = subprocess.run(
        [
            CHROMIUM,
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            f"--user-data-dir={tmp_path / f'profile-{width}'}",
            "--window-size=1300,900",
            "--dump-dom",
            "--virtual-time-budget=5000",
            frame.as_uri(),
        ],
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    ).stdout
    found = re.search("<title>(.*?)</title>", dumped)
    assert found is not None
    return found[1].split("|")


@pytest.mark.parametrize("width", [1180, 360])
@pytest.mark.parametrize(
    ("language", "title"), [("en", "Associations"), ("zh", "店铺")]
)
def test_the_report_fits_its_window(
    demo_result: ScanResult, tmp_path: Path, width: int, language: str, title: str
) -> None:
    """No sideways scrolling, all cards and pictures there, one language shown."""
    if CHROMIUM is None:
        if os.environ.get("CI"):
            pytest.fail("chromium is missing: apt-get install chromium")
        pytest.skip("chromium is missing: apt-get install chromium")
    storekin.write_report(demo_result, tmp_path / "out")
    text = (tmp_path / "out" / "report.html").read_text("utf-8")
    text = text.replace("</body>", MEASURE)
    text = text.replace('<html lang="en">', f'<html lang="{language}">')
    page = tmp_path / "page.html"
    page.write_text(text, "utf-8")
    scroll, inner, cards, pictures, shown, heading = measure(page, width, tmp_path)

    assert int(scroll) <= int(inner)
    assert int(cards) == 5
    assert int(pictures) >= 8
    assert shown == "1"
    assert heading.startswith(title)
    assert "http://" not in text.replace("http://www.w3.org", "")
