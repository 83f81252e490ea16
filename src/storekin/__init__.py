"""Which stores on a marketplace are associated, by what evidence, and what follows.

Names are loaded when they are first used, so that importing storekin is quick.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from storekin.api import (
        check_listings,
        check_registrations,
        compare_images,
        compare_listings,
        compare_registrations,
        explain,
        find_remedies,
        index_registrations,
        load_policy,
        load_portfolio,
        match_images,
        match_listings,
        match_registrations,
        replay_policy,
        scan,
        study_registrations,
        train_listings,
        write_report,
    )
    from storekin.cases.case import Case
    from storekin.cases.events import Actor
    from storekin.cases.figures import CaseFigures
    from storekin.cases.letter import Letter
    from storekin.cases.readiness import Readiness
    from storekin.cases.seller_view import SellerView
    from storekin.cases.statement import StatementOfReasons
    from storekin.casework import Appeal, Cases
    from storekin.documents.invoice import Invoice
    from storekin.documents.read import read_document
    from storekin.documents.reading import DocumentReading
    from storekin.errors import StorekinError
    from storekin.graph.associations import Association
    from storekin.graph.clusters import Cluster
    from storekin.identity.history import GroupEvent, KnownGroup
    from storekin.identity.register import Hub
    from storekin.identity.screening.regroup import GroupChange
    from storekin.identity.short_names import FoundName, LegalNames
    from storekin.listings.index import ListingIndex, Screened
    from storekin.pictures.index import FoundPicture, ImageIndex
    from storekin.pictures.recognition import Recognition
    from storekin.policy.model import Policy
    from storekin.records.declaration import Declaration
    from storekin.records.evidence import Evidence
    from storekin.records.judgement import Judgement
    from storekin.records.portfolio import Portfolio, Rejection
    from storekin.workflows.check.answers import Checked
    from storekin.workflows.explain import Explanation
    from storekin.workflows.registration_index import RegistrationIndex, ScreenedStore
    from storekin.workflows.remedies import Remedy
    from storekin.workflows.scan import ScanResult
    from storekin.workflows.verbs import Study

__all__ = [
    "Actor",
    "Appeal",
    "Association",
    "Case",
    "CaseFigures",
    "Cases",
    "Checked",
    "Cluster",
    "Declaration",
    "DocumentReading",
    "Evidence",
    "Explanation",
    "FoundName",
    "FoundPicture",
    "GroupChange",
    "GroupEvent",
    "Hub",
    "ImageIndex",
    "Invoice",
    "Judgement",
    "KnownGroup",
    "LegalNames",
    "Letter",
    "ListingIndex",
    "Policy",
    "Portfolio",
    "Readiness",
    "Recognition",
    "RegistrationIndex",
    "Rejection",
    "Remedy",
    "ScanResult",
    "Screened",
    "ScreenedStore",
    "SellerView",
    "StatementOfReasons",
    "StorekinError",
    "Study",
    "check_listings",
    "check_registrations",
    "compare_images",
    "compare_listings",
    "compare_registrations",
    "explain",
    "find_remedies",
    "index_registrations",
    "load_policy",
    "load_portfolio",
    "match_images",
    "match_listings",
    "match_registrations",
    "read_document",
    "replay_policy",
    "scan",
    "study_registrations",
    "train_listings",
    "write_report",
]

_HOMES = {
    "Actor": "storekin.cases.events",
    "Appeal": "storekin.casework",
    "Association": "storekin.graph.associations",
    "Case": "storekin.cases.case",
    "CaseFigures": "storekin.cases.figures",
    "Cases": "storekin.casework",
    "Checked": "storekin.workflows.check.answers",
    "Cluster": "storekin.graph.clusters",
    "Declaration": "storekin.records.declaration",
    "DocumentReading": "storekin.documents.reading",
    "Evidence": "storekin.records.evidence",
    "Explanation": "storekin.workflows.explain",
    "FoundName": "storekin.identity.short_names",
    "FoundPicture": "storekin.pictures.index",
    "GroupChange": "storekin.identity.screening.regroup",
    "GroupEvent": "storekin.identity.history",
    "Hub": "storekin.identity.register",
    "ImageIndex": "storekin.pictures.index",
    "Invoice": "storekin.documents.invoice",
    "Judgement": "storekin.records.judgement",
    "KnownGroup": "storekin.identity.history",
    "LegalNames": "storekin.identity.short_names",
    "Letter": "storekin.cases.letter",
    "ListingIndex": "storekin.listings.index",
    "Policy": "storekin.policy.model",
    "Portfolio": "storekin.records.portfolio",
    "Readiness": "storekin.cases.readiness",
    "Recognition": "storekin.pictures.recognition",
    "RegistrationIndex": "storekin.workflows.registration_index",
    "Rejection": "storekin.records.portfolio",
    "Remedy": "storekin.workflows.remedies",
    "ScanResult": "storekin.workflows.scan",
    "Screened": "storekin.listings.index",
    "ScreenedStore": "storekin.workflows.registration_index",
    "SellerView": "storekin.cases.seller_view",
    "StatementOfReasons": "storekin.cases.statement",
    "StorekinError": "storekin.errors",
    "Study": "storekin.workflows.verbs",
    "read_document": "storekin.documents.read",
}


def __getattr__(name: str) -> object:
    if name not in __all__:
        raise AttributeError(f"module 'storekin' has no attribute {name!r}")
    return getattr(import_module(_HOMES.get(name, "storekin.api")), name)


def __dir__() -> list[str]:
    return sorted(__all__)
