"""Every core control by id; a vendor's own come in through the plugin hook and carry its prefix."""

from __future__ import annotations

from collections.abc import Mapping

from vmsguard.controls.analytics import (
    AnalyticsFaceDetectEphemeral,
    AnalyticsFaceIdentifyOff,
    AnalyticsFaceLibraryEmpty,
    AnalyticsFaceVerifyBounded,
)
from vmsguard.controls.analytics_allowed import (
    AnalyticsAllowlist,
    AnalyticsFaceLibraryMaxCount,
    AnalyticsFaceVerifyOff,
)
from vmsguard.controls.analytics_identify import AnalyticsFaceIdentifyBounded, AnalyticsFaceIdentifyNotInstalled
from vmsguard.controls.analytics_inference import AnalyticsBiometricCategorisationOff, AnalyticsEmotionOff
from vmsguard.controls.audio import AudioOff
from vmsguard.controls.authorisation import DocumentsAuthorisation
from vmsguard.controls.base import Control
from vmsguard.controls.clock import SecurityTimeSync
from vmsguard.controls.deletion import DeletionDaily, DeletionPeriodic
from vmsguard.controls.deletion_method import DeletionIrrecoverable
from vmsguard.controls.deletion_requests import DeletionOnRequest
from vmsguard.controls.documents import (
    DocumentsConsent,
    DocumentsImpactAssessment,
    DocumentsLegalBasis,
)
from vmsguard.controls.egress import ExportBulkFacesOff, TransmissionCrossBorderOff
from vmsguard.controls.exceptions_in_use import ExceptionExpiry, ExceptionValid, PurgeOnReject
from vmsguard.controls.face_libraries import AnalyticsFaceLibraryMaxAge, AnalyticsFaceLibraryPurge
from vmsguard.controls.hold_kept_apart import HoldSegregated
from vmsguard.controls.maker import InventoryVendorNotListed
from vmsguard.controls.masks import PrivacyMaskOn
from vmsguard.controls.metadata import MetadataHumanAttributesOff, MetadataRecognitionIngestOff
from vmsguard.controls.mobile import MobileIndicatorOn
from vmsguard.controls.papers_on_record import (
    DocumentsAccessLog,
    DocumentsAuthorityNotified,
    DocumentsConsultation,
    DocumentsGalleryProvenance,
    DocumentsNotice,
    DocumentsOperatingPolicy,
    DocumentsProcessorContract,
    DocumentsPurposeRegistered,
    DocumentsRegistration,
    DocumentsSubjectRequestProcess,
)
from vmsguard.controls.placement import PlacementPrivateSpaceNone, PtzBounded
from vmsguard.controls.residue import StorageResidueEmpty
from vmsguard.controls.retention import RetentionMax, RetentionMin
from vmsguard.controls.security import SecurityAccessLeast, SecurityStorageEncrypted, SecurityStreamEncrypted
from vmsguard.controls.storage import StorageEdgeOff, StorageExternalOff, StorageVmsOff
from vmsguard.controls.tagging import InventoryComplete
from vmsguard.controls.thermal import ThermalStorageOff
from vmsguard.controls.transmission import (
    TransmissionCloudOff,
    TransmissionPushOff,
    TransmissionStreamOff,
    TransmissionToRecognitionOff,
)

__all__ = ["CORE_CONTROLS"]

_CONTROLS: tuple[type[Control], ...] = (
    AnalyticsAllowlist,
    AnalyticsBiometricCategorisationOff,
    AnalyticsEmotionOff,
    AnalyticsFaceDetectEphemeral,
    AnalyticsFaceIdentifyBounded,
    AnalyticsFaceIdentifyNotInstalled,
    AnalyticsFaceIdentifyOff,
    AnalyticsFaceLibraryEmpty,
    AnalyticsFaceLibraryMaxAge,
    AnalyticsFaceLibraryMaxCount,
    AnalyticsFaceLibraryPurge,
    AnalyticsFaceVerifyBounded,
    AnalyticsFaceVerifyOff,
    AudioOff,
    DeletionDaily,
    DeletionIrrecoverable,
    DeletionOnRequest,
    DeletionPeriodic,
    DocumentsAccessLog,
    DocumentsAuthorisation,
    DocumentsAuthorityNotified,
    DocumentsConsent,
    DocumentsConsultation,
    DocumentsGalleryProvenance,
    DocumentsImpactAssessment,
    DocumentsLegalBasis,
    DocumentsNotice,
    DocumentsOperatingPolicy,
    DocumentsProcessorContract,
    DocumentsPurposeRegistered,
    DocumentsRegistration,
    DocumentsSubjectRequestProcess,
    ExceptionExpiry,
    ExceptionValid,
    ExportBulkFacesOff,
    HoldSegregated,
    InventoryComplete,
    InventoryVendorNotListed,
    MetadataHumanAttributesOff,
    MetadataRecognitionIngestOff,
    MobileIndicatorOn,
    PlacementPrivateSpaceNone,
    PrivacyMaskOn,
    PtzBounded,
    PurgeOnReject,
    RetentionMax,
    RetentionMin,
    SecurityAccessLeast,
    SecurityStorageEncrypted,
    SecurityStreamEncrypted,
    SecurityTimeSync,
    StorageEdgeOff,
    StorageExternalOff,
    StorageResidueEmpty,
    StorageVmsOff,
    ThermalStorageOff,
    TransmissionCloudOff,
    TransmissionCrossBorderOff,
    TransmissionPushOff,
    TransmissionStreamOff,
    TransmissionToRecognitionOff,
)

CORE_CONTROLS: Mapping[str, Control] = {control.id: control() for control in sorted(_CONTROLS, key=lambda one: one.id)}
