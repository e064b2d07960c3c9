"""FHIR resources as answers."""

from flask import Response, make_response

from shared.codec import strict_json
from shared.codec.fhir import MEDIA_TYPE, Resource


def fhir_answer(resource: Resource) -> Response:
    answer = make_response(strict_json.dumps(resource))
    answer.content_type = MEDIA_TYPE
    return answer
