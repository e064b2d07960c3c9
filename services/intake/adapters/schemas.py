"""The shapes of this service's HTTP answers, derived from the views."""

from dataclasses import dataclass
from datetime import datetime

from services.intake.application.queries import ClearanceView, EligibilityView, PatientView
from services.intake.domain.patient import Identity
from shared.codec.schema import schema_class


@dataclass(frozen=True, slots=True)
class AsOf:
    """Query argument: the time at which a clearance is looked at."""

    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Request:
    """Query arguments: the time, and the protocol that is asked for."""

    at: datetime | None = None
    protocol: str = ""


PatientSchema = schema_class(PatientView)
ClearanceSchema = schema_class(ClearanceView)
IdentitySchema = schema_class(Identity)
AsOfSchema = schema_class(AsOf)
EligibilitySchema = schema_class(EligibilityView)
RequestSchema = schema_class(Request)
