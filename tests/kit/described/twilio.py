"""Twilio's transcripts: URLs of the next page in the body, and a login."""

from datetime import datetime

from attrs import frozen

from asyncops.kit import (
    Basic,
    ByStatus,
    Client,
    Listing,
    ListOptions,
    NextURL,
    Resource,
    Sample,
    Service,
    State,
    Status,
    Timestamp,
    Tracked,
    WatchOptions,
    Window,
    key,
    param,
)


class TranscriptStatus(Status):
    """Where a transcript is."""

    NEW = "new", State.PENDING
    QUEUED = "queued", State.PENDING
    IN_PROGRESS = "in-progress", State.RUNNING
    COMPLETED = "completed", State.SUCCEEDED
    FAILED = "failed", State.FAILED
    ERROR = "error", State.FAILED
    CANCELED = "canceled", State.CANCELLED


@frozen(kw_only=True)
class Transcript(Tracked):
    """One transcript of a conversation."""

    sid: str
    status: TranscriptStatus
    created_at: Timestamp = key("date_created")
    updated_at: Timestamp = key("date_updated")
    started_at: Timestamp | None = None
    error: str | None = None
    language: str | None = key("language_code", default=None)

    @property
    def id(self) -> str:
        return self.sid

    @property
    def finished_at(self) -> datetime | None:
        """The last change, once it has ended."""
        return self.updated_at if self.state.ended else None


@frozen(kw_only=True)
class TranscriptOptions(ListOptions):
    """Filters of transcripts."""

    status: TranscriptStatus | str | None = None
    language: str | None = param("LanguageCode")
    created_after: datetime | None = None
    created_before: datetime | None = None


class TwilioClient(Client):
    """Twilio: transcripts of conversations."""

    service = Service(
        name="twilio",
        title="Twilio",
        url="https://intelligence.twilio.com",
        token="TWILIO_LOGIN",
        auth=Basic(),
        request_id=("Twilio-Request-Id",),
    )
    transcripts = Resource(
        Transcript,
        Listing(
            "/v2/Transcripts",
            "transcripts",
            paging=NextURL("meta.next_page_url", size="PageSize", most=1000),
            window=Window("AfterDateCreated", "BeforeDateCreated"),
            by_status=ByStatus("Status"),
        ),
        options=TranscriptOptions,
        watch=WatchOptions,
        get="/v2/Transcripts/{id}",
        sample=Sample(
            item={
                "sid": "GT0b1c2d3e4f",
                "status": "completed",
                "date_created": "2026-01-22T19:33:08Z",
                "date_updated": "2026-01-22T19:35:41Z",
                "language_code": "en-US",
            },
            id="sid",
            created="date_created",
            started=None,
            finished="date_updated",
            error=None,
        ),
    )
