"""The instruments over HTTP: which there are, and each as a FHIR Questionnaire."""

from dataclasses import dataclass
from datetime import date

from flask import Response, abort
from flask_smorest import Blueprint

from shared.codec.fhir import MEDIA_TYPE
from shared.codec.questionnaires.fhir import questionnaire
from shared.codec.questionnaires.texts import InstrumentText, Texts
from shared.codec.schema import schema_class
from shared.contracts.instruments import INSTRUMENTS, Instrument
from shared.kernel.errors import Rejected
from shared.runtime import clock
from shared.web.fhir import fhir_answer
from shared.web.reading import needs


@dataclass(frozen=True, slots=True)
class QuestionnaireLine:
    """`recall_days` where the questions look back on a number of days.

    `renderable`: the text may be shown; else `refusal` and `words` say why not and what to do.
    """

    code: str
    title: str
    definition: str
    items: int
    recall: str
    recall_days: int | None
    answered_by: str
    licence: str
    renderable: bool
    refusal: str
    words: str


@dataclass(frozen=True, slots=True)
class Questionnaires:
    items: tuple[QuestionnaireLine, ...]


_QuestionnairesSchema = schema_class(Questionnaires)


def register(blp: Blueprint, texts: Texts) -> None:
    @blp.get("/questionnaires")
    @blp.response(200, _QuestionnairesSchema)
    @needs("records:read")
    def questionnaires() -> Questionnaires:
        """Every instrument that can be posted: items, recall, licence, whether it has a text."""
        today = clock.utc_now().date()
        return Questionnaires(tuple(_line(each, texts, today) for each in INSTRUMENTS.values()))

    @blp.get("/questionnaires/<code>")
    @blp.response(200, {"type": "object"}, content_type=MEDIA_TYPE)
    @blp.alt_response(404, description="There is no such instrument.")
    @needs("records:read")
    def fhir_questionnaire(code: str) -> Response:
        """A FHIR R4 Questionnaire; with item numbers for the text where that may not be shown."""
        if (instrument := INSTRUMENTS.get(code)) is None:
            abort(404)
        text = _found(instrument, texts, clock.utc_now().date())
        shown = questionnaire(instrument, text if isinstance(text, InstrumentText) else None)
        return fhir_answer(shown)


def _line(instrument: Instrument, texts: Texts, today: date) -> QuestionnaireLine:
    text = _found(instrument, texts, today)
    refusal = text if isinstance(text, Rejected) else None
    return QuestionnaireLine(
        code=instrument.code,
        title=instrument.title,
        definition=instrument.definition,
        items=instrument.items,
        recall=instrument.recall.kind,
        recall_days=instrument.recall.days,
        answered_by=instrument.answered_by,
        licence=instrument.licence.id,
        renderable=refusal is None,
        refusal=refusal.code if refusal else "",
        words=refusal.reason if refusal else "",
    )


def _found(instrument: Instrument, texts: Texts, today: date) -> InstrumentText | Rejected:
    try:
        return texts.of(instrument, today)
    except Rejected as refusal:
        return refusal
