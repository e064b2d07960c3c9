"""The shapes of this service's HTTP answers, derived from the views."""

from dataclasses import dataclass
from datetime import datetime

from services.intake.application.identities import DuplicatesView, IdentityView, PractitionerView
from services.intake.application.queries import (
    Asked,
    ClearanceView,
    EligibilityView,
    HoldView,
    PatientView,
)
from shared.codec.schema import schema_class
from shared.web.reading import bounded_of


@dataclass(frozen=True, slots=True)
class AsOf:
    """Query argument: the time at which a clearance is looked at."""

    at: datetime | None = None


PatientSchema = schema_class(PatientView)
HoldsSchema = bounded_of(schema_class(HoldView))
ClearanceSchema = schema_class(ClearanceView)
IdentitySchema = schema_class(IdentityView)
DuplicatesSchema = schema_class(DuplicatesView)
PractitionerSchema = schema_class(PractitionerView)
AsOfSchema = schema_class(AsOf)
EligibilitySchema = schema_class(EligibilityView)
AskedSchema = schema_class(Asked)
