"""The use cases by area: one small class each, built from the edges that a program has."""

from __future__ import annotations

from processing.database import Database
from processing.emg.traces import ChannelTraces
from processing.ports import ObjectStore
from processing.services.api_keys import ApiKeyService
from processing.services.attention import AttentionService
from processing.services.audit import AuditService
from processing.services.cache_use import CacheUse
from processing.services.cohort import Cohort
from processing.services.comparison import ProgressService
from processing.services.corrections import CorrectionService, SignalsCache
from processing.services.earlier import EarlierResults
from processing.services.exports import ExportService
from processing.services.filing import Filing
from processing.services.notes import NoteService
from processing.services.patient_documents import PatientDocuments
from processing.services.patients import PatientService
from processing.services.posted import PostedService
from processing.services.prescriptions import PrescriptionService
from processing.services.reports import ReportService
from processing.services.research import ResearchService
from processing.services.scoring import ScoringService
from processing.services.session_documents import SessionDocuments
from processing.services.session_lists import SessionLists
from processing.services.side_map import SideMapService
from processing.services.signal_details import SignalDetails, SourceCache
from processing.services.signal_windows import SignalWindows
from processing.services.traces import Traces
from processing.use_cases.read_models import SessionReview


class Areas:
    """What can be done, by area; :class:`processing.services.facade.Services` plugs the edges in."""

    database: Database
    store: ObjectStore
    _traces: Traces
    _sources: SourceCache
    _measured: SignalsCache

    @property
    def filing(self) -> Filing:
        """Whose a patient is, and recordings that are there twice."""
        return Filing(self.database)

    @property
    def api_keys(self) -> ApiKeyService:
        """Keys with which programs use the REST API."""
        return ApiKeyService(self.database)

    @property
    def attention(self) -> AttentionService:
        """Who needs somebody, and why."""
        return AttentionService(self.database)

    @property
    def cohort(self) -> Cohort:
        """One patient through time, and all patients at a glance."""
        return Cohort(self.database)

    @property
    def progress(self) -> ProgressService:
        """A patient's timeline, and two sessions side by side."""
        return ProgressService(self.database)

    @property
    def exports(self) -> ExportService:
        """Sessions as tables and signals as files."""
        return ExportService(self.database, self.store, self._traces)

    @property
    def notes(self) -> NoteService:
        """Clinical notes of sessions."""
        return NoteService(self.database)

    @property
    def patients(self) -> PatientService:
        """Patients and who they are."""
        return PatientService(self.database)

    @property
    def prescriptions(self) -> PrescriptionService:
        """What holds for a patient from a day on: targets and MVC."""
        return PrescriptionService(self.database)

    @property
    def scoring(self) -> ScoringService:
        """Scoring configurations."""
        return ScoringService(self.database)

    @property
    def session_documents(self) -> SessionDocuments:
        """Sessions as documents for programs."""
        return SessionDocuments(self.database)

    @property
    def patient_documents(self) -> PatientDocuments:
        """Patients as documents for programs."""
        return PatientDocuments(self.database)

    @property
    def session_lists(self) -> SessionLists:
        """The list of sessions for programs."""
        return SessionLists(self.database)

    @property
    def research(self) -> ResearchService:
        """Other settings tried on many sessions."""
        return ResearchService(self.database, self.store)

    @property
    def reports(self) -> ReportService:
        """Sessions on paper."""
        return ReportService(self.database, self.load_traces)

    @property
    def audit(self) -> AuditService:
        """Who opened, changed and exported what."""
        return AuditService(self.database)

    @property
    def side_map(self) -> SideMapService:
        """Which channel is which leg."""
        return SideMapService(self.database, self.store)

    @property
    def corrections(self) -> CorrectionService:
        """What people change about detected contractions."""
        return CorrectionService(self.database, self.store, self._measured)

    @property
    def signal_details(self) -> SignalDetails:
        """Spectra, spectrograms and the trend of the median frequency."""
        self.database.check_actor()
        return SignalDetails(self.store, self._sources)

    @property
    def earlier(self) -> EarlierResults:
        """Results that a session had before."""
        return EarlierResults(self.database)

    @property
    def posted(self) -> PostedService:
        """Recordings that programs bring."""
        return PostedService(self.database, self.store)

    @property
    def signal_windows(self) -> SignalWindows:
        """Windows of signals for programs."""
        return SignalWindows(self.database, self._traces)

    @property
    def cache_use(self) -> CacheUse:
        """How often signals are looked at, and whether a shared cache would pay."""
        return CacheUse(self.database)

    def load_traces(self, review: SessionReview) -> tuple[ChannelTraces, ...]:
        """Return the traces of a session that this viewer has loaded; see :meth:`Traces.load`."""
        self.database.check_actor()  # before the cache, which is everybody's
        return self._traces.load(review, drawn=True)
