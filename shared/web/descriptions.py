"""The contracts described for machines and people: JSON Schema, AsyncAPI 3.0, OpenAPI parts."""

import json
from importlib.resources import files
from typing import Any

from shared.codec import json_schema
from shared.contracts.time import HeadAnchored, Heartbeat
from shared.contracts.topics import POSTED, SERVICES, TOPICS, Topic, audit_topic, dead_letter_topic

VERSION = "0.1.0"
_ALL: tuple[type[Any], ...] = (
    *(each for service in SERVICES for each in POSTED[service]),
    *(each for topic in TOPICS for each in topic.types),
    Heartbeat,
    HeadAnchored,
)
CONTRACTS = {contract.type: contract for contract in _ALL}


def example(event_type: str) -> dict[str, Any]:
    """The golden example of a type: a whole structured CloudEvent."""
    file = files("shared.contracts") / "examples" / f"{event_type}.json"
    found: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return found


def envelope_schema(event_type: str) -> dict[str, Any]:
    """The JSON Schema of a structured event of this type."""
    text = {"type": "string", "minLength": 1}
    return {
        "type": "object",
        "title": event_type,
        "required": ["specversion", "id", "source", "type", "subject", "time", "data"],
        "properties": {
            "specversion": {"type": "string", "enum": ["1.0"]},
            "id": {**text, "maxLength": 64},
            "source": {**text, "maxLength": 200},
            "type": {"type": "string", "enum": [event_type]},
            "subject": {**text, "maxLength": 64},
            "time": {"type": "string", "format": "date-time"},
            "sequence": {"anyOf": [{"type": "integer", "minimum": 1}, {"type": "string"}]},
            "dataschema": text,
            "datacontenttype": text,
            "correlationid": text,
            "causationid": text,
            "traceparent": text,
            "data": json_schema.data_schema(CONTRACTS[event_type]),
        },
        "additionalProperties": False,
    }


def asyncapi(service: str) -> dict[str, Any]:
    """AsyncAPI 3.0 of what the service sends to Kafka and hears there."""
    sent = [topic for topic in TOPICS if topic.producer == service]
    heard = [topic for topic in TOPICS if service in topic.heard_by]
    operations = {f"send-{_slug(each)}": _operation("send", each) for each in sent}
    operations |= {f"receive-{_slug(each)}": _operation("receive", each) for each in heard}
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": f"{service} events",
            "version": VERSION,
            "description": "CloudEvents 1.0 in binary mode; the key is the patient's id. A "
            "heartbeat has no key: a reader of events passes over it. Records "
            f"that cannot be applied are mirrored to `{dead_letter_topic(service)}`; the heads of "
            f"the audit chain are on `{audit_topic(service)}`.",
        },
        "defaultContentType": "application/json",
        "channels": {_slug(each): _channel(each) for each in (*sent, *heard)},
        "operations": operations,
        "components": {
            "messages": {
                contract.type: _message(contract)
                for topic in (*sent, *heard)
                for contract in _travelling(topic)
            }
        },
    }


def _slug(topic: Topic) -> str:
    return topic.name.replace(".", "-")


def _channel(topic: Topic) -> dict[str, Any]:
    return {
        "address": topic.name,
        "description": topic.description,
        "messages": {
            contract.type: {"$ref": f"#/components/messages/{contract.type}"}
            for contract in _travelling(topic)
        },
    }


def _travelling(topic: Topic) -> tuple[type[Any], ...]:
    """The types of its events, and the heartbeats between them."""
    return (*topic.types, Heartbeat) if topic.beats else topic.types


def _operation(action: str, topic: Topic) -> dict[str, Any]:
    return {"action": action, "channel": {"$ref": f"#/channels/{_slug(topic)}"}}


def _message(contract: Any) -> dict[str, Any]:
    headers = ["ce_specversion", "ce_id", "ce_source", "ce_type", "ce_subject"]
    headers += [] if contract is Heartbeat else ["ce_sequence"]
    return {
        "name": contract.type,
        "summary": " ".join((contract.__doc__ or "").split()),
        "headers": {
            "type": "object",
            "required": headers,
            "properties": {name: {"type": "string"} for name in headers},
        },
        "payload": json_schema.data_schema(contract, closed=False),
        "examples": [{"payload": example(contract.type)["data"]}],
    }
