"""The usual commands, each to be varied by its fields."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from services.session_record.domain import commands
from tests.kit.session_record.facts import (
    NOON,
    NUMBERS,
    PATIENT,
    PRESENT,
    TIME_OUT,
    at,
)


def _told(minutes: float) -> tuple[str, datetime, str]:
    return f"event-{next(NUMBERS)}", at(minutes), PATIENT


def arrive(encounter_id: str = "e-new", **what: Any) -> commands.OpenEncounter:
    usual = commands.OpenEncounter(
        *_told(0), encounter_id, "a-dosing-1", True, True, staff=PRESENT, site="main"
    )
    return replace(usual, **what)


def observe(minutes: float = 5, **what: Any) -> commands.RecordVitals:
    usual = commands.RecordVitals(*_told(minutes), "e-dosing-1", 125, 80, 70, 98, None)
    return replace(usual, **what)


def give(minutes: float = 10, **what: Any) -> commands.AdministerDose:
    usual = commands.AdministerDose(
        *_told(minutes),
        "e-dosing-1",
        "iv",
        40.0,
        0.5,
        "nurse-1",
        "nurse-2",
        "vial-1",
        "lot-1",
        TIME_OUT,
    )
    return replace(usual, **what)


def report(minutes: float = 20, **what: Any) -> commands.ReportAdverseEvent:
    usual = commands.ReportAdverseEvent(
        *_told(minutes), "e-dosing-1", "nausea", 2, False, "probable", "none", "resolved"
    )
    return replace(usual, **what)


def leave(minutes: float = 110, **what: Any) -> commands.DischargePatient:
    usual = commands.DischargePatient(
        *_told(minutes),
        "e-dosing-1",
        moaas=5,
        cadss=2,
        aldrete=10,
        escort_present=True,
        instructions_given=True,
        oriented=True,
        steady_gait=True,
        no_driving_told=True,
        escort="contact-1",
        discharged_by="nurse-1",
    )
    return replace(usual, **what)


def measure(minutes: float = 5, **what: Any) -> commands.RecordMeasurement:
    usual = commands.RecordMeasurement(
        *_told(minutes), "e-dosing-1", "monitor-1", "systolic", 125.0, "mm[Hg]"
    )
    return replace(usual, **what)


def move(movement: Any = "dispensed", amount: float = 100.0, **what: Any) -> commands.MoveDrug:
    usual = commands.MoveDrug(
        f"event-{next(NUMBERS)}",
        NOON,
        "vial-1",
        movement,
        "ketamine",
        "lot-1",
        amount,
        "nurse-1",
        "nurse-2",
        "" if movement == "received" else "e-dosing-1",
    )
    return replace(usual, **what)


def finish(minutes: float = 60, **what: Any) -> commands.FinishEncounter:
    return replace(commands.FinishEncounter(*_told(minutes), "e-preparation-0"), **what)
