"""The catalogue as one AsyncAPI 3 document, made from the events themselves."""

from typing import Any, NamedTuple

import msgspec

from shared.events import activity, referral, titles_and_badges
from shared.kafka import Topic


class Entry(NamedTuple):
    """An event: on which topic, under which `ce_type`, in which shape."""

    topic: Topic
    kind: str
    shape: type


CATALOGUE = (
    Entry(activity.EVENTS, activity.RECORDED, activity.ActivityRecorded),
    Entry(activity.EVENTS, activity.RETRACTED, activity.ActivityRetracted),
    Entry(activity.EVENTS, activity.CLOSING, activity.PeriodClosing),
    Entry(activity.PROFILES, activity.CLOSING, activity.PeriodClosing),
    Entry(activity.PROFILES, activity.MEMBER_PROFILE, activity.MemberProfile),
    Entry(activity.PROFILES, activity.COMMUNITY_PROFILE, activity.CommunityProfile),
    Entry(titles_and_badges.EVENTS, titles_and_badges.AWARDED, titles_and_badges.BadgeAwarded),
    Entry(titles_and_badges.EVENTS, titles_and_badges.REVOKED, titles_and_badges.BadgeRevoked),
    Entry(titles_and_badges.EVENTS, titles_and_badges.TITLE_AWARDED, titles_and_badges.TitleAwarded),
    Entry(titles_and_badges.EVENTS, titles_and_badges.TITLE_CORRECTED, titles_and_badges.TitleCorrected),
    Entry(titles_and_badges.EVENTS, titles_and_badges.SEALED, titles_and_badges.PeriodSealed),
    *(Entry(referral.EVENTS, kind, shape) for shape, kind in referral.KINDS.items()),
)


def asyncapi(version: str) -> dict[str, Any]:
    """The AsyncAPI 3.0 document of all that Laurel publishes."""
    shapes = [entry.shape for entry in CATALOGUE]
    references, schemas = msgspec.json.schema_components(shapes, ref_template="#/components/schemas/{name}")
    messages = {
        entry.kind: {
            "name": entry.kind,
            "summary": (entry.shape.__doc__ or "").partition("\n")[0],
            "contentType": "application/json",
            "headers": _headers(entry.kind),
            "payload": reference,
        }
        for entry, reference in zip(CATALOGUE, references, strict=True)
    }
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Laurel's events",
            "version": version,
            "description": "CloudEvents 1.0 in Kafka's binary mode, keyed by what they are about.",
        },
        "defaultContentType": "application/json",
        "channels": {
            topic.name: _channel(topic) for topic in dict.fromkeys(entry.topic for entry in CATALOGUE)
        },
        "operations": {
            f"send-{entry.kind}-to-{entry.topic.name}": {
                "action": "send",
                "channel": {"$ref": f"#/channels/{entry.topic.name}"},
                "messages": [{"$ref": f"#/channels/{entry.topic.name}/messages/{entry.kind}"}],
            }
            for entry in CATALOGUE
        },
        "components": {"messages": messages, "schemas": schemas},
    }


def _channel(topic: Topic) -> dict[str, Any]:
    return {
        "address": topic.name,
        "description": "Compacted: the last state of every key." if topic.compacted else "What happened.",
        "messages": {
            entry.kind: {"$ref": f"#/components/messages/{entry.kind}"}
            for entry in CATALOGUE
            if entry.topic == topic
        },
    }


def _headers(kind: str) -> dict[str, Any]:
    text = {"type": "string"}
    return {
        "type": "object",
        "required": ["ce_specversion", "ce_id", "ce_type", "ce_source"],
        "properties": {
            "ce_specversion": {"const": "1.0"},
            "ce_id": text,
            "ce_type": {"const": kind},
            "ce_source": text,
            "ce_subject": text,
            "ce_time": {"type": "string", "format": "date-time"},
            "ce_dataschema": text,
            "content-type": {"const": "application/json"},
            "traceparent": text,
        },
    }
