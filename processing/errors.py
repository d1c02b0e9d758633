"""Everything that can go wrong on purpose; the class of an error decides what happens next."""


class ProcessingError(Exception):
    """The root of this product's errors.

    ``kind`` is the stable, machine-readable name stored beside the message.
    """

    @property
    def kind(self) -> str:
        """Return the error's name, for example ``TruncatedRecordingError``."""
        return type(self).__name__


class PermanentError(ProcessingError):
    """Shown to the clinician as it stands, and never retried."""


class UnreadableRecordingError(PermanentError):
    """The bytes are not a C3D recording that can be read."""


class TruncatedRecordingError(UnreadableRecordingError):
    """The file is shorter than its own header promises."""


class MissingChannelError(PermanentError):
    """A channel that was asked for, or any EMG channel at all, is not in the recording."""


class UnusableSignalError(PermanentError):
    """The samples exist, but nothing can be computed from them."""


class InvalidParameterError(PermanentError):
    """A setting is outside the values that make sense."""


class NotFoundError(PermanentError):
    """The session, patient or object asked for does not exist, or may not be seen."""


class ReplacedRecordingError(PermanentError):
    """The bucket holds another file under this name than the one that the result describes, or no recording at all."""


class AccessDeniedError(PermanentError):
    """The caller may not do this."""


class ExpiredSignInError(AccessDeniedError):
    """The caller signed in, and that is over by now."""


class EditConflictError(PermanentError):
    """Somebody else saved the same thing first; nothing was overwritten."""


class SupersededError(PermanentError):
    """A newer run or a newer file version owns the session; this result is not stored."""


class TransientError(ProcessingError):
    """May go away by itself: retried with backoff."""


class StorageUnavailableError(TransientError):
    """The object store did not answer as it should."""


class SharedCacheUnavailableError(TransientError):
    """The cache that dashboards share did not answer as it should; everything works without it."""


class DatabaseUnavailableError(TransientError):
    """The database did not answer as it should."""


class ReaderCrashedError(TransientError):
    """The isolated reader died or ran out of time: the file, or a machine short of memory."""


class NotificationRefusedError(TransientError):
    """A message to the operator was not taken; it is sent again later."""
