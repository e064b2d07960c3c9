"""One Java machine for all judges: a process can start only one, and it ends with the process."""

from functools import cache
from pathlib import Path
from typing import Any

import jpype

from shared.local.engines.jars import JarList
from shared.local.engines.java import java

# -Xrs: Ctrl-C stays pytest's, so that engines are stopped when a run is broken off.
JVM = ("-Xrs", "-Xmx1g", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-XX:-UsePerfData")
NATIVE = "--enable-native-access=ALL-UNNAMED"  # what JPype does, and Java warns of otherwise


@cache
def load(jars: JarList) -> None:
    """The classes of these jars can be used from now on; Java starts on the first call."""
    jars.provide()
    if jpype.isJVMStarted():
        for jar in jars.class_path().split(":"):
            jpype.addClassPath(jar)
        return
    runtime = Path(java()).resolve().parents[1]
    library = next((runtime / "lib" / "server").glob("libjvm.*"))
    jpype.startJVM(str(library), *JVM, NATIVE, classpath=jars.class_path())


def java_class(name: str) -> Any:
    return jpype.JClass(name)
