"""Documents as a run keeps them."""

import comparison_documents

MACHINE = {"cpu": "a cpu", "date": "2026-11-21"}
REQUEST = {"modes": ["default"], "rounds": 12}


def document(model, *rows, threads=1, is_complete=True):
    return {
        "schema": 4,
        "experiment": comparison_documents.document(model=model)["experiment"]
        | {"id": f"{model}-{threads}", "threads": threads},
        "machine": MACHINE,
        "request": REQUEST,
        "basis": None,
        "is_complete": is_complete,
        "rows": [comparison_documents.row(f, status=s) for f, s in rows],
    }
