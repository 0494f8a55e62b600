#!/usr/bin/env python3
"""The page of -f html in a real browser: page.py CTXCAP [AXE.js [POSITIONS]]. Exit code 77 where no browser is installed.

Nothing is asked for over a network, the console stays silent, keys move the sliders, and what they show is what ctxcap
prints when it is run with those settings. With axe-core's script at hand (npm install axe-core), its rules are tried.
What stands where at 1280 pixels, and what stands elsewhere on a phone and on paper, is kept in shape/, without a pixel;
CTXCAP_UPDATE=1 writes it anew."""

import concurrent.futures
import difflib
import json
import os
import pathlib
import random
import re
import subprocess
import sys
import tempfile

import chromium

ROOT = pathlib.Path(__file__).resolve().parents[2]
TENANTS = ("whisperx=7.7GB", "tts=1.2GB")
MAIL = ["--traces", str(ROOT / "examples/email-triage/traces.jsonl"), "--show", str(ROOT / "examples/email-triage/show.json")]
NAMES = ("window", "kv", "slots", "tenants")


def check(holds, what):
    if not holds:
        sys.exit(f"page: {what}")


def run(binary, *words):
    # Variables of the tests are no settings of the program.
    own = {name: value for name, value in os.environ.items() if not name.startswith("CTXCAP_")}
    done = subprocess.run([binary, *words], capture_output=True, text=True, env=own)
    check(done.returncode in (0, 3, 5), done.stderr)  # also too small a window, or card
    return done.stdout


def analyze(binary, *words):
    return run(binary, "analyze", *MAIL, "--card", "24GiB", *words)


def position(browser, at, number=0):
    """What the page shows with the sliders of that form there."""
    return browser.run("""((at, number) => {
      const form = document.querySelectorAll('form.what-if')[number], shown = {};
      for (const [name, place] of Object.entries(at)) form.elements[name].value = place;
      form.dispatchEvent(new Event('input'));
      for (const node of form.querySelectorAll('[data-what]'))
        shown[node.dataset.what] = [node.textContent, node.dataset.bytes, node.dataset.fit];
      for (const name of Object.keys(at)) shown[name] = form.querySelector(`[data-of="${name}"]`).textContent;
      const seen = form.querySelector('[data-seen]');
      shown.over = seen.dataset.over;
      shown.seen = seen.textContent;
      shown.month = form.querySelector('[data-month]').textContent;
      return shown;
    })(%s, %d)""" % (json.dumps(at), number))


def told(binary, shown):
    """What the program prints with those settings."""
    count = 0 if shown["tenants"] == "nobody" else shown["tenants"].count(" + ") + 1
    words = ["--num-ctx", shown["window"].replace(",", ""), "--kv-type", shown["kv"], "--parallel", shown["slots"]]
    for tenant in TENANTS[:count]:
        words += ["--tenant", tenant]
    return json.loads(analyze(binary, *words, "-f", "json"))


def differences(analysis, shown, model=None):
    [job] = [one for one in analysis["jobs"] if model in (None, one["model"])]
    budget = analysis["budget"]
    [taken] = [one for one in job["candidates"] if one["taken"]]
    fit = 3 if not budget["fits"] else 2 if budget["tight"] else 1
    month = f"{job['outlook']['cut_30d_upper']:.1f}"
    pairs = {"caches": (shown["caches"][1], str(taken["kv_bytes"])),
             "total": (shown["total"][1], str(taken["total_bytes"])),
             "needed": (shown["needed"][1], str(budget["needed_bytes"])), "fit": (shown["fit"][2], str(fit)),
             "over": (shown["over"], str(taken["requests_over"])),
             "month": (re.findall(r"[\d.]+", shown["month"])[0], month)}
    return [f"{shown}: {name} {a}, the program says {b}" for name, (a, b) in pairs.items() if a != b]


# Two models on one card: what one of them is turned to, while the other stays at its window.
def two_models(binary, browser, folder, positions, pool):
    rows = [{"time": f"2026-09-{1 + i // 20:02d}T{8 + i % 12:02d}:{7 * i % 60:02d}:00Z", "model": model, "job": job,
             "prompt_tokens": prompt + 13 * i, "completion_tokens": 40, "id": f"{job}{i}"}
            for i in range(60) for model, job, prompt in (("devstral-small-2", "sort", 5000), ("llama3.2:1b", "read", 60000))]
    traces = folder / "two.jsonl"
    traces.write_text("".join(json.dumps(row) + "\n" for row in rows))
    shows = {"devstral-small-2": "devstral-small-2", "llama3.2:1b": "llama3.2_1b"}
    words = ["analyze", "--traces", str(traces), "--card", "24GiB"]
    for model, name in shows.items():
        words += ["--show", f"{model}={ROOT}/fixtures/show/{name}.json"]
    page = folder / "two.html"
    caps = {one["model"].removesuffix(":latest"): one["num_ctx"] for one in json.loads(run(binary, *words, "-o", str(page), "-f", "json"))["models"]}
    browser.open(page)
    asked = []
    for number, model in enumerate(shows):
        most = browser.run("Object.fromEntries([...document.querySelectorAll('form.what-if')[%d].querySelectorAll('input')].map(i => [i.name, +i.max]))" % number)
        for at in range(0, most["window"] + 1, max(1, 60 // positions)):
            asked.append((model, position(browser, {"window": at, "kv": at % (most["kv"] + 1), "slots": at % 2, "tenants": 0}, number)))

    def wrong(number, model, shown):
        windows = caps | {model: int(shown["window"].replace(",", ""))}
        config = folder / f"two-{number}.toml"
        config.write_text("".join(f'[[variant]]\nname = "{one.replace(":", "-")}:cap"\nbase = "{one}"\nnum_ctx = {num_ctx}\n' for one, num_ctx in windows.items()))
        analysis = json.loads(run(binary, *words, "--config", str(config), "--kv-type", shown["kv"], "--parallel", shown["slots"], "-f", "json"))
        return differences(analysis, shown, model)

    return [pool.submit(wrong, number, *one) for number, one in enumerate(asked)]


# The other pages: they are whole, silent, narrow enough, and of the shape that is kept.
def others(browser, folder, script):
    for name in ("card", "backtest", "history", "night"):
        look(browser, folder / f"{name}.html", script)
        check(browser.run("document.querySelectorAll('svg').length") > 0, f"no figure on the page of {name}")
    check(browser.run("document.querySelectorAll('form.what-if').length") == 1, "a night's page has no what-if")


def write_others(binary, folder):
    gpu = [f"{ROOT}/fixtures/card/{name}" for name in ("gpu.csv", "apps.csv", "whisperx.log")]
    run(binary, "card", "--smi-log", gpu[0], "--smi-log", gpu[1], "--logs", gpu[2], "-o", str(folder / "card.html"))
    run(binary, "backtest", *MAIL, "-o", str(folder / "backtest.html"))
    a_night(binary, folder)


# One night, and what is known after it.
def a_night(binary, folder):
    config = folder / "night.toml"
    config.write_text(f'[[source]]\nfiles = "{MAIL[1]}"\n[card]\nsize = "24GiB"\ntenants = {{ whisperx = "7.7GB" }}\n'
                      '[[variant]]\nname = "devstral-small-2:triage"\nbase = "devstral-small-2"\njobs = ["email-triage"]\n'
                      f'[state]\ndir = "{folder}/state"\n[report]\nfiles = "{folder}/night.html"\n')
    served = pathlib.Path(binary).resolve().parents[1] / "tests/fake_ollama"
    run(served, "--no-cli", "--show", f"devstral-small-2={MAIL[3]}", "--", binary, "nightly", "--config", str(config),
        "--now", "2026-11-17T02:30:00Z")
    run(binary, "history", "--config", str(config), "-o", str(folder / "history.html"))


def look(browser, page, script):
    browser.open(page)
    for width in (400, 1280):
        shape(browser, width)
    same_shape(browser, page.stem)
    broken = browser.run("[...document.querySelectorAll('a')].filter(a => !document.getElementById(a.hash.slice(1))).length")
    check(broken == 0, f"{page.stem}: {broken} links lead nowhere")
    if script:
        for scheme in ("light", "dark"):
            browser.call("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])
            axe(browser, pathlib.Path(script))
    check(not browser.complaints(), f"{page.stem}: " + "; ".join(browser.complaints()))


def outline(browser, width, media=""):
    """What stands where, as a person would tell it: not in pixels."""
    browser.call("Emulation.setEmulatedMedia", media=media, features=[])
    browser.call("Emulation.setDeviceMetricsOverride", width=width, height=900, deviceScaleFactor=1, mobile=False)
    return browser.run("""[...document.querySelectorAll('h1,h2,h3,h4,nav,figure,form,details')].map(node => {
      const box = node.getBoundingClientRect(), wide = document.documentElement.clientWidth;
      const words = /^H/.test(node.tagName) ? ' ' + node.textContent.trim() : '';
      const place = box.height === 0 ? 'hidden' : box.left > wide * 0.4 ? 'right' : box.width > wide * 0.6 ? 'wide' : 'left';
      return node.tagName.toLowerCase() + words + (words && place !== 'hidden' ? '' : ', ' + place);
    })""")


def same_shape(browser, name):
    desk = outline(browser, 1280)
    text = "".join(line + "\n" for line in desk)
    for title, width, media in (("a phone", 400, ""), ("paper", 794, "print")):
        there = outline(browser, width, media)
        text += f"--- on {title}\n" + "".join(f"{i + 1:3} {line}\n" for i, line in enumerate(there) if line != desk[i])
    browser.call("Emulation.setEmulatedMedia", media="", features=[])
    path = ROOT / "tests/browser/shape" / f"{name}.txt"
    if os.environ.get("CTXCAP_UPDATE"):
        path.write_text(text)
    kept = path.read_text()
    change = "\n".join(difflib.unified_diff(kept.splitlines(), text.splitlines(), "kept", "seen", lineterm="", n=1))
    check(kept == text, f"{path} is another shape:\n{change}")


def axe(browser, script):
    browser.run(script.read_text() + "; 0")
    found = browser.run("axe.run(document).then(all => all.violations.map(one => one.id + ': ' + one.nodes[0].html))")
    check(not found, "axe-core: " + "; ".join(found))


def shape(browser, width):
    browser.call("Emulation.setDeviceMetricsOverride", width=width, height=800, deviceScaleFactor=1, mobile=False)
    check(browser.run("document.documentElement.scrollWidth <= innerWidth"), f"wider than {width} px")


def keys(browser):
    """An arrow key on a slider moves it, and the figures with it."""
    before = browser.run("""(() => {
      const slider = document.querySelector('form.what-if [name=window]');
      slider.focus();
      return [slider.value, document.querySelector('[data-what=total]').textContent];
    })()""")
    for kind in ("rawKeyDown", "keyUp"):
        browser.call("Input.dispatchKeyEvent", type=kind, key="ArrowRight", code="ArrowRight", windowsVirtualKeyCode=39)
    after = browser.run("[document.activeElement.value, document.querySelector('[data-what=total]').textContent, "
                        "document.activeElement.getAttribute('aria-valuetext')]")
    check(int(after[0]) == int(before[0]) + 1 and after[1] != before[1] and after[2], f"a key did not move it: {before} {after}")


def main(binary, script=None, positions="200"):
    if chromium.program() is None:
        print("skipped: no Chromium is installed")
        sys.exit(77)
    positions = int(positions)
    with tempfile.TemporaryDirectory() as name, concurrent.futures.ThreadPoolExecutor(2) as pool:
        folder = pathlib.Path(name)
        page = folder / "report.html"
        written = pool.submit(write_others, binary, folder)
        analyze(binary, *[word for tenant in TENANTS for word in ("--tenant", tenant)], "-o", str(page))
        browser = chromium.Browser()
        look(browser, page, script)
        sizes = browser.run("Object.fromEntries([...document.querySelectorAll('form.what-if input')].map(i => [i.name, +i.max]))")
        check(sorted(sizes) == sorted(NAMES), f"the sliders are {sizes}")
        keys(browser)
        chance = random.Random(7)
        shown = [position(browser, {name: chance.randint(0, most) for name, most in sizes.items()}) for _ in range(positions)]
        check(not browser.complaints(), "; ".join(browser.complaints()))
        settings = {json.dumps([one[name] for name in NAMES]): one for one in shown}
        # The program is run while the browser looks at the other pages.
        tried = [pool.submit(lambda one=one: differences(told(binary, one), one)) for one in settings.values()]
        tried += two_models(binary, browser, folder, positions, pool)
        written.result()
        others(browser, folder, script)
        browser.close()
        wrong = [line for one in tried for line in one.result()]
    check(not wrong, "\n".join(wrong[:10]))
    print(f"{len(shown)} positions of the sliders, {len(settings)} of them different, show what ctxcap prints")


if __name__ == "__main__":
    main(*sys.argv[1:])
