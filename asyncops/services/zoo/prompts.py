"""Prompts to Zoo's models, and the conversations that they belong to."""

from typing import Final
from uuid import UUID

from attrs import frozen

from asyncops.kit import Collection, Resource
from asyncops.models import OpenEnum, Timestamp
from asyncops.services.zoo.calls import ApiCallStatus, Lifecycle
from asyncops.services.zoo.listings import CHANGES, STAFF_HINTS, STAFF_ONLY, listing
from asyncops.services.zoo.options import PromptWatchOptions, SortedOptions
from asyncops.services.zoo.samples import CONVERSATION


class MlPromptType(OpenEnum):
    """What a prompt asks for."""

    TEXT_TO_CAD = "text_to_cad"
    TEXT_TO_KCL = "text_to_kcl"
    TEXT_TO_KCL_ITERATION = "text_to_kcl_iteration"
    TEXT_TO_KCL_MULTI_FILE_ITERATION = "text_to_kcl_multi_file_iteration"
    COPILOT = "copilot"


class MlFeedback(OpenEnum):
    """What a person thought of an answer."""

    THUMBS_UP = "thumbs_up"
    THUMBS_DOWN = "thumbs_down"
    ACCEPTED = "accepted"
    REJECTED = "rejected"


@frozen(kw_only=True)
class SourcePosition:
    """A place in a source file, as the service counts."""

    line: int
    column: int


@frozen(kw_only=True)
class SourceRange:
    """From one place in a source file to another."""

    start: SourcePosition
    end: SourcePosition


@frozen(kw_only=True)
class SourceRangePrompt:
    """What was asked of one range of a source file."""

    prompt: str
    range: SourceRange
    file: str | None = None


@frozen(kw_only=True)
class MlPromptMetadata:
    """What a prompt about existing code was given."""

    code: str | None = None
    original_source_code: str | None = None
    upstream_conversation_id: str | None = None
    source_ranges: tuple[SourceRangePrompt, ...] | None = None


@frozen(kw_only=True)
class MlPrompt(Lifecycle):
    """One prompt to a model, with what became of it."""

    id: UUID
    user_id: UUID
    prompt: str
    type: MlPromptType
    status: ApiCallStatus
    model_version: str
    created_at: Timestamp
    updated_at: Timestamp
    started_at: Timestamp | None = None
    completed_at: Timestamp | None = None
    conversation_id: UUID | None = None
    error: str | None = None
    feedback: MlFeedback | None = None
    kcl_version: str | None = None
    output_file: str | None = None
    project_name: str | None = None
    seconds: int | None = None
    metadata: MlPromptMetadata | None = None


@frozen(kw_only=True)
class Conversation:
    """Prompts that belong together, and the first of them."""

    id: UUID
    user_id: UUID
    first_prompt: str
    created_at: Timestamp
    updated_at: Timestamp


conversations: Final = Collection(
    Conversation, listing("/ml/conversations"), options=SortedOptions, sample=CONVERSATION
)
ml_prompts: Final = Resource(
    MlPrompt,
    listing("/ml-prompts", hints=STAFF_HINTS),
    options=SortedOptions,
    watch=PromptWatchOptions,
    get="/ml-prompts/{id}",
    changes=CHANGES,
    hints={
        403: STAFF_ONLY,
        404: "Check the id; getting prompts has left Zoo's published description and may be gone.",
    },
)
