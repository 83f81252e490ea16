"""Which stores on a marketplace are associated, by what evidence, and what follows.

Names are loaded when they are first used, so that importing storekin is quick.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from storekin.api import (
        compare_images,
        compare_listings,
        compare_registrations,
        explain,
        index_registrations,
        load_policy,
        load_portfolio,
        match_images,
        match_listings,
        match_registrations,
        scan,
        study_registrations,
        train_listings,
        write_report,
    )
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
    from storekin.records.evidence import Evidence
    from storekin.records.judgement import Judgement
    from storekin.records.portfolio import Portfolio, Rejection
    from storekin.workflows.explain import Explanation
    from storekin.workflows.registration_index import RegistrationIndex, ScreenedStore
    from storekin.workflows.scan import ScanResult
    from storekin.workflows.verbs import Study

__all__ = [
    "Association",
    "Checked",
    "Cluster",
    "Declaration",
    "Evidence",
    "Explanation",
    "FoundName",
    "FoundPicture",
    "GroupChange",
    "GroupEvent",
    "Hub",
    "ImageIndex",
    "Judgement",
    "KnownGroup",
    "LegalNames",
    "ListingIndex",
    "Policy",
    "Portfolio",
    "Recognition",
    "RegistrationIndex",
    "Rejection",
    "Remedy",
    "ScanResult",
    "Screened",
    "ScreenedStore",
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
    "replay_policy",
    "scan",
    "study_registrations",
    "train_listings",
    "write_report",
]

_HOMES = {
    "Association": "storekin.graph.associations",
    "Checked": "storekin.workflows.check.answers",
    "Cluster": "storekin.graph.clusters",
    "Declaration": "storekin.records.declaration",
    "Evidence": "storekin.records.evidence",
    "Explanation": "storekin.workflows.explain",
    "FoundName": "storekin.identity.short_names",
    "FoundPicture": "storekin.pictures.index",
    "GroupChange": "storekin.identity.screening.regroup",
    "GroupEvent": "storekin.identity.history",
    "Hub": "storekin.identity.register",
    "ImageIndex": "storekin.pictures.index",
    "Judgement": "storekin.records.judgement",
    "KnownGroup": "storekin.identity.history",
    "LegalNames": "storekin.identity.short_names",
    "ListingIndex": "storekin.listings.index",
    "Policy": "storekin.policy.model",
    "Portfolio": "storekin.records.portfolio",
    "Recognition": "storekin.pictures.recognition",
    "RegistrationIndex": "storekin.workflows.registration_index",
    "Rejection": "storekin.records.portfolio",
    "Remedy": "storekin.workflows.remedies",
    "ScanResult": "storekin.workflows.scan",
    "Screened": "storekin.listings.index",
    "ScreenedStore": "storekin.workflows.registration_index",
    "StorekinError": "storekin.errors",
    "Study": "storekin.workflows.verbs",
}


def __getattr__(name: str) -> object:
    if name not in __all__:
        raise AttributeError(f"module 'storekin' has no attribute {name!r}")
    return getattr(import_module(_HOMES.get(name, "storekin.api")), name)


def __dir__() -> list[str]:
    return sorted(__all__)
