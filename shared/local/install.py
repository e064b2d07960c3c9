"""Creates .venv from a hashed requirements file, and `kap` in it, with the standard library only.

It replaces pip's output by one progress line, and shows the end of the log when a step fails.
"""

import hashlib
import re
import shutil
import subprocess
import sys
import time
import venv
from pathlib import Path

VENV = Path(".venv")
STAMP = VENV / "installed"
LOG = VENV / "install.log"
LAUNCHER = VENV / "bin" / "kap"
# It looks for the repository from where it was called, so .venv may be a link, and leaves the
# folder as it is, so that files are those that the caller means. -P: nothing there is imported.
LAUNCHER_TEXT = """#!/bin/sh
# Written by `make setup`.
self=$0
while [ -h "$self" ]; do
  target=$(readlink "$self")
  case $target in /*) self=$target ;; *) self=$(dirname "$self")/$target ;; esac
done
root=$(cd "$(dirname "$self")/../.." && pwd)
PYTHONPATH=$root exec "$root/.venv/bin/python" -P -m services.site "$@"
"""
TAIL_LINES = 15
SETTLED = re.compile(r"^\s*(Collecting|Ignoring|Requirement already satisfied)", re.MULTILINE)


def install(requirements: Path) -> int:
    wanted = hashlib.sha256(requirements.read_bytes() + sys.version.encode()).hexdigest()
    if STAMP.is_file() and STAMP.read_text() == wanted:
        write_launcher()
        return 0
    started = time.monotonic()
    if not _create_environment():
        return 1
    if _pip(requirements) != 0:
        _explain_failure()
        return 1
    STAMP.write_text(wanted)
    write_launcher()
    _say(f"Installed {requirements} into {VENV}/ in {time.monotonic() - started:.0f} s.\n")
    return 0


def write_launcher(file: Path = LAUNCHER) -> None:
    """`kap`, anew where it is not as it should be."""
    if not file.is_file() or file.read_text() != LAUNCHER_TEXT:
        file.write_text(LAUNCHER_TEXT)
    file.chmod(0o755)


def _create_environment() -> bool:
    _say("Creating .venv ...")
    try:
        venv.EnvBuilder(with_pip=True, clear=_made_by_another_python()).create(VENV)
    except (subprocess.CalledProcessError, OSError):
        shutil.rmtree(VENV, ignore_errors=True)
        _say("This Python cannot create a virtual environment with pip: ")
        print("install its venv package (Debian, Ubuntu: apt install python3-venv) and try again.")
        return False
    return True


def _made_by_another_python() -> bool:
    return not (VENV / "lib" / f"python3.{sys.version_info.minor}").is_dir()


def _pip(requirements: Path) -> int:
    pins = len(re.findall(r"^[A-Za-z0-9][^ ]*==", requirements.read_text(), re.MULTILINE))
    command = [str(VENV / "bin" / "python"), "-m", "pip", "install", "--require-hashes"]
    command += ["--disable-pip-version-check", "--progress-bar", "off", "-r", str(requirements)]
    with LOG.open("w") as log:
        child = subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT)
        while child.poll() is None:
            _say(_progress(pins))
            _wait_briefly(child)
    return child.returncode


def _progress(pins: int) -> str:
    log = LOG.read_text(errors="replace")
    if "Installing collected packages" in log:
        return f"Unpacking {pins} packages into .venv (about half a minute) ..."
    return f"Downloading package {min(len(SETTLED.findall(log)), pins)} of {pins} ..."


def _wait_briefly(child: subprocess.Popen[bytes]) -> None:
    try:
        child.wait(timeout=0.5)
    except subprocess.TimeoutExpired:
        return


def _explain_failure() -> None:
    _say(f"Installing failed. The end of {LOG}:\n")
    print("\n".join(LOG.read_text(errors="replace").splitlines()[-TAIL_LINES:]))
    print("If the network was away, run the same command again: what is there is kept.")


def _say(text: str) -> None:
    if sys.stdout.isatty():
        print(f"\r\033[K{text}", end="", flush=True)
    elif not text.endswith("..."):
        print(text, end="", flush=True)


if __name__ == "__main__":
    sys.exit(install(Path(sys.argv[1])))
