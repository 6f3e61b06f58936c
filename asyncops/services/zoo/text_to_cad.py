"""Text-to-CAD parts of the account, as the listing shows them."""

from typing import Final
from uuid import UUID

from attrs import field, frozen

from asyncops.kit import Resource
from asyncops.services.zoo.calls import AsyncApiCallType
from asyncops.services.zoo.listings import CHANGES, listing
from asyncops.services.zoo.options import PromptWatchOptions, SortedOptions
from asyncops.services.zoo.outputs import Answer, decode_text_to_cad
from asyncops.services.zoo.prompts import MlFeedback, SourceRangePrompt
from asyncops.services.zoo.samples import TEXT_TO_CAD


@frozen(kw_only=True)
class TextToCadResponse(Answer):
    """What a text-to-CAD prompt gave: a part, a changed part, or a changed project.

    A field that the ``type`` does not have is ``None``. ``text_to_cad.get(id)`` gives a class for
    each type.

    Attributes:
        outputs: Files by their paths, as the service writes them: KCL of a project as it is, all
            else in base64. ``parts`` are their contents.
    """

    prompt: str | None = None
    output_format: str | None = None
    code: str | None = None
    original_source_code: str | None = None
    source_ranges: tuple[SourceRangePrompt, ...] | None = None
    feedback: MlFeedback | None = None
    kcl_version: str | None = None
    project_name: str | None = None
    outputs: dict[str, str] | None = field(default=None, repr=False, hash=False)

    @property
    def parts(self) -> dict[str, bytes]:
        """The contents of the files by their paths; none until there is a result.

        Raises:
            DecodeError: A file is not base64.
        """
        outputs = self.outputs or {}
        if self.type == AsyncApiCallType.TEXT_TO_CAD_MULTI_FILE_ITERATION:
            return {path: text.encode() for path, text in outputs.items()}
        # Loaded with the first part: start-up is short.
        from asyncops.http.decode_errors import structure  # noqa: PLC0415

        return structure(outputs, dict[str, bytes], "$.outputs")


@frozen(kw_only=True)
class TextToCadOptions(SortedOptions):
    """The keyword arguments of ``zoo.text_to_cad.list``.

    Attributes:
        no_parts: Leave the files out.
        conversation_id: Only what was asked for in this conversation.
    """

    no_parts: bool | None = None
    conversation_id: UUID | str | None = None


@frozen(kw_only=True)
class TextToCadWatchOptions(PromptWatchOptions):
    """The keyword arguments of ``zoo.text_to_cad.watch``.

    Attributes:
        no_parts: Leave the files out.
        conversation_id: Only what was asked for in this conversation.
    """

    no_parts: bool | None = True
    conversation_id: UUID | str | None = None


text_to_cad: Final = Resource(
    TextToCadResponse,
    listing("/user/text-to-cad"),
    options=TextToCadOptions,
    watch=TextToCadWatchOptions,
    get="/user/text-to-cad/{id}",
    result=decode_text_to_cad,
    changes=CHANGES,
    sample=TEXT_TO_CAD,
)
