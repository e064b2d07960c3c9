"""One Java machine for all judges: a process can start only one, and it ends with the process."""

import os
from functools import cache
from pathlib import Path
from typing import Any

import jpype

from shared.local.engines.jars import FHIR_VALIDATOR, ICAL_PARSER
from shared.local.engines.java import java

# -Xrs: Ctrl-C stays pytest's, so that engines are stopped when a run is broken off.
JVM = ("-Xrs", "-Xmx1g", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-XX:-UsePerfData")
NATIVE = "--enable-native-access=ALL-UNNAMED"  # what JPype does, and Java warns of otherwise
JUDGES = (FHIR_VALIDATOR, ICAL_PARSER)  # where both have a library, the first one's is taken


@cache
def start() -> None:
    """Java with the jars of every judge: those that are added later some of them do not find."""
    for each in JUDGES:
        each.provide()
    runtime = Path(java()).resolve().parents[1]
    library = next((runtime / "lib" / "server").glob("libjvm.*"))
    class_path = os.pathsep.join(each.class_path() for each in JUDGES)
    jpype.startJVM(str(library), *JVM, NATIVE, classpath=class_path)


def java_class(name: str) -> Any:
    return jpype.JClass(name)
