"""An audit trail to look at: a toy service that decided a few things and was read from."""

from shared.storage.audit import chain
from shared.storage.audit.rows import Access, row
from shared.storage.store import AUDIT, AUDIT_CHAIN, Document, Store
from tests.kit.toy import NOW

SERVICE = "intake"


def read(store: Store, number: int, **changes: object) -> Document:
    """One read of a patient's file, written down."""
    about: dict[str, object] = {
        "service": SERVICE,
        "who": "riverside-nurse",
        "roles": ("nurse",),
        "clinic": "riverside",
        "act": "read",
        "route": "/v1/patients/<patient_id>",
        "path": f"/v1/patients/patient-{number}",
        "subject": f"patient-{number}",
        "status": 200,
    }
    written = row(Access(**(about | changes)), NOW, f"{number:016}")  # type: ignore[arg-type]
    store.session().insert(AUDIT, [written])
    return written


def seal_all(store: Store) -> int:
    """How many rows."""
    sealed = 0
    while rows := chain.seal(store, SERVICE, NOW):
        sealed += rows
    return sealed


def blocks(store: Store) -> list[Document]:
    return store.session().where(AUDIT_CHAIN, {})
