#!/usr/bin/env python3
"""The files of examples/nightly and examples/container do what they say:  examples.py CTXCAP CHECK

CHECK is config, systemd, kubernetes, alert or container.

Exit code 77: what the check needs is not on this machine.
"""
import json
import os
import pathlib
import re
import shutil
import stat
import subprocess
import sys
import tempfile

FOLDER = pathlib.Path(__file__).resolve().parent.parent / "examples" / "nightly"
MOST_EXPOSED = 2.0  # of 10, as systemd-analyze security counts


def run(*command, **settings):
    return subprocess.run([str(part) for part in command], capture_output=True, text=True, timeout=120, **settings)


def require(held, *what):
    if not held:
        print(*what)
        sys.exit(1)


def skip(why):
    print("skipped:", why)
    sys.exit(77)


def check_config(ctxcap, _):
    env = {"PATH": "/usr/bin:/bin", "HOME": "/nonexistent", "LC_ALL": "C.UTF-8"}
    file = FOLDER / "ctxcap.toml"
    done = run(ctxcap, "config", "check", "--config", file, env=env)
    require(done.returncode == 0, "config check:", done.stdout, done.stderr)
    require("triage.txt" not in done.stderr, "the example's own file is missing:", done.stderr)
    shown = run(ctxcap, "config", "show", "--config", file, "-f", "json", env=env)
    values = {row["key"]: row["value"] for row in json.loads(shown.stdout)["settings"]}
    require(values["variant[0].name"] == "devstral-small-2:triage", values)
    # What the service may write to is where the configuration writes.
    unit = (FOLDER / "ctxcap-nightly.service").read_text(encoding="utf-8")
    for key, directive in (("state.dir", "StateDirectory"), ("report.prom", "CacheDirectory")):
        root = {"StateDirectory": "/var/lib/", "CacheDirectory": "/var/cache/"}[directive]
        require(f"{directive}=ctxcap\n" in unit and values[key].startswith(root + "ctxcap"), key, values[key])


def check_systemd(ctxcap, scratch):
    if not shutil.which("systemd-analyze"):
        skip("there is no systemd-analyze")
    units = []
    card = FOLDER.parent / "card" / "ctxcap-card.service"
    for file in [FOLDER / name for name in ("ctxcap-nightly.service", "ctxcap-nightly.timer", "ctxcap-alert@.service")] + [card]:
        name, text = file.name, file.read_text(encoding="utf-8")
        # verify looks for the programs: these are the ones at hand.
        text = text.replace("/usr/bin/ctxcap ", f"{ctxcap} ")
        text = text.replace("/usr/libexec/ctxcap/alert", str(FOLDER / "alert"))
        units.append(scratch / name)
        units[-1].write_text(text, encoding="utf-8")
    done = run("systemd-analyze", "verify", "--man=no", *[str(u).replace("@.", "@x.") for u in units], cwd=scratch)
    require(done.returncode == 0 and not done.stderr, "systemd-analyze verify:", done.stdout, done.stderr)
    done = run("systemd-analyze", "calendar", "*-*-* 03:30:00")
    require(done.returncode == 0, done.stderr)

    def exposed(unit):
        return run("systemd-analyze", "security", "--offline=true", "--no-pager",
                   f"--threshold={int(MOST_EXPOSED * 10)}", unit, cwd=scratch)

    for unit in (units[0], units[2], units[3]):
        done = exposed(unit)
        require(done.returncode == 0, f"{unit.name} is exposed more than {MOST_EXPOSED}:", done.stdout[-300:])
    # The check itself: without its hardening the service must not pass.
    naked = scratch / "naked.service"
    naked.write_text(units[0].read_text(encoding="utf-8").split("# It speaks HTTP")[0], encoding="utf-8")
    require(exposed(naked).returncode != 0, "a service without any hardening passed")


def check_kubernetes(ctxcap, _):
    try:
        import yaml
    except ImportError:
        skip("there is no python3-yaml")
    documents = {d["kind"]: d for d in yaml.safe_load_all((FOLDER / "cronjob.yaml").read_text(encoding="utf-8"))}
    require(set(documents) == {"PersistentVolumeClaim", "CronJob"}, documents.keys())
    job = documents["CronJob"]
    require(job["apiVersion"] == "batch/v1" and job["spec"]["concurrencyPolicy"] == "Forbid", job)
    pod = job["spec"]["jobTemplate"]["spec"]["template"]["spec"]
    require(pod["securityContext"]["runAsNonRoot"] and pod["restartPolicy"] == "Never", pod)
    volumes = {volume["name"] for volume in pod["volumes"]}
    for container in pod["containers"]:
        rights = container["securityContext"]
        require(rights["readOnlyRootFilesystem"] and not rights["allowPrivilegeEscalation"], rights)
        mounts = {mount["name"]: mount["mountPath"] for mount in container["volumeMounts"]}
        require(set(mounts) == volumes, mounts, volumes)
        # What the configuration of this folder reads and writes is mounted, and no key is in the file.
        require({"/etc/ctxcap", "/var/lib/ctxcap", "/var/cache/ctxcap"} <= set(mounts.values()), mounts)
        for variable in container["env"]:
            require("KEY" not in variable["name"] or variable["name"].endswith("_FILE"), variable)
    claims = {v["persistentVolumeClaim"]["claimName"] for v in pod["volumes"] if "persistentVolumeClaim" in v}
    require(claims == {documents["PersistentVolumeClaim"]["metadata"]["name"]}, claims)


def check_alert(_, scratch):
    for tool in ("cat", "uname"):
        os.symlink(shutil.which(tool), scratch / tool)
    stubs = {
        "journalctl": 'echo "job withheld"',
        "curl": f'printf "%s\\n" "$@" >{scratch}/arguments; cat >{scratch}/body; cat <&3 >{scratch}/address',
        "logger": f'printf "%s\\n" "$@" >{scratch}/logged',
        "mail": f'printf "%s\\n" "$@" >{scratch}/mailed; cat >>{scratch}/mailed',
    }

    def alert(*tools, **env):
        for name in stubs:
            (scratch / name).unlink(missing_ok=True)
        for name in ("journalctl",) + tools:
            (scratch / name).write_text(f"#!/bin/sh\n{stubs[name]}\n", encoding="utf-8")
            (scratch / name).chmod(0o755)
        done = run("/bin/sh", FOLDER / "alert", "ctxcap-nightly.service", env={"PATH": str(scratch), **env})
        require(done.returncode == 0, done.stderr)

    def text(name):
        return (scratch / name).read_text(encoding="utf-8")

    require((FOLDER / "alert").stat().st_mode & stat.S_IXUSR, "alert is not executable")
    alert("curl", "mail", "logger", CTXCAP_ALERT_URL="https://ntfy.example.org/secret-topic")
    require("ctxcap-nightly.service failed on" in text("body") and "job withheld" in text("body"), text("body"))
    require("secret-topic" in text("address") and "secret-topic" not in text("arguments"), text("arguments"))
    alert("mail", "logger")
    require("ctxcap-nightly.service failed on" in text("mailed"), text("mailed"))
    alert("logger")
    require("user.alert" in text("logged") and "ctxcap-nightly.service" in text("logged"), text("logged"))


def check_container(ctxcap, _):
    root = FOLDER.parent.parent
    lines = (FOLDER.parent / "container" / "Containerfile").read_text(encoding="utf-8").splitlines()
    steps = [line.split(maxsplit=1) for line in lines if line and not line.startswith("#")]
    known = {"ARG", "FROM", "WORKDIR", "COPY", "RUN", "ENV", "USER", "ENTRYPOINT"}
    require({word for word, _ in steps} <= known, "an instruction that tests/package does not know, or a line that goes on")
    stages = [i for i, (word, _) in enumerate(steps) if word == "FROM"]
    require(len(stages) == 2, "it has two stages")
    run_lines = [rest for word, rest in steps[stages[0]:stages[1]] if word == "RUN"]

    # A newcomer builds with the same lines, and packs as the README says.
    quickstart = (root / "examples" / "quickstart.sh").read_text(encoding="utf-8")
    quickstart = quickstart.replace('"$root/.ci/', ".ci/").replace('install" ', "install ").replace('build" "$build" ', "build build/release ")
    readme = (root / "README.md").read_text(encoding="utf-8")
    for line in run_lines:
        require(line in quickstart.splitlines() or f"`{line}`" in readme, "neither quickstart.sh nor the README does:", line)

    # What the CronJob says of the image.
    job = (FOLDER / "cronjob.yaml").read_text(encoding="utf-8")
    ids = [re.search(rf"runAs{who}: (\d+)", job).group(1) for who in ("User", "Group")]
    require(["USER", ":".join(ids)] in steps and ["ENTRYPOINT", '["ctxcap"]'] in steps, steps)
    image = re.search(r"image: (\S+)", job).group(1)
    version = run(ctxcap, "--version").stdout.split()[1]
    require(image.endswith(f"/ctxcap:{version}"), image, version)
    for name in ("Containerfile", "README.md"):
        text = (FOLDER.parent / "container" / name).read_text(encoding="utf-8")
        require(f"-t {image} " in text, name, "makes another image than", image)
    state = re.search(r"name: state, mountPath: (\S+)/ctxcap ", job).group(1)
    require(["ENV", f"XDG_STATE_HOME={state}"] in steps, "the state is not on the volume", state)


def main():
    checks = {"config": check_config, "systemd": check_systemd, "kubernetes": check_kubernetes, "alert": check_alert,
              "container": check_container}
    with tempfile.TemporaryDirectory() as scratch:
        checks[sys.argv[2]](pathlib.Path(sys.argv[1]).resolve(), pathlib.Path(scratch))


main()
