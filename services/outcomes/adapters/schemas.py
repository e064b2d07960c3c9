"""The shapes of this service's HTTP answers, derived from the views."""

from marshmallow import RAISE, Schema, fields, validate

from services.outcomes.application.queries import AlertView, TrajectoryLine, TrajectoryView
from shared.codec.schema import schema_class

TrajectorySchema = schema_class(TrajectoryView)
TrajectoryLineSchema = schema_class(TrajectoryLine)
AlertSchema = schema_class(AlertView)


class KeysQuery(Schema):
    """`kid`: the subjects whose keys are wanted, with commas between, at most 100."""

    class Meta:
        unknown = RAISE

    kid = fields.String(
        load_default="", validate=validate.Regexp(r"([A-Za-z0-9-]{1,64}(,|$)){0,100}\Z")
    )
    after = fields.String(load_default="", validate=validate.Length(max=200))
    limit = fields.Integer(load_default=1000, validate=validate.Range(1, 10_000))


class KeySchema(Schema):
    kty = fields.String(validate=validate.Equal("oct"))
    kid = fields.String()
    k = fields.String(metadata={"description": "32 bytes in base64url: who has it reads it all"})


class KeySetSchema(Schema):
    """A JWK set (RFC 7517). `next`: ask with it as `after`; empty: this was the last page."""

    keys = fields.List(fields.Nested(KeySchema))
    next = fields.String()
