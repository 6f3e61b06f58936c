"""What the names in a description usually mean."""

import re
from collections.abc import Iterable, Mapping
from keyword import iskeyword

from asyncops.cli.init_service.document import Described
from asyncops.models import State

# The fields of every operation, and the keys that services have for them.
FIELDS: Mapping[str, str] = {
    "id": "id uuid sid job_id run_id task_id dag_run_id name",
    "status": "status state processing_status phase",
    "created_at": "created_at created date_created queued_at start_time started",
    "started_at": "started_at start_date run_started_at start_time started",
    "finished_at": "finished_at completed_at ended_at stopped_at end_date end_time finished ended",
    "error": "error error_message failure_reason status_message message",
}
WINDOW: Mapping[str, str] = {
    "created_after": "created_after created_from created_since start_time_from since",
    "created_before": "created_before created_to created_until start_time_to until",
}
_STATES: Mapping[State, str] = {
    State.CANCELLED: r"cancell?ed|abort(ed)?$|skipped|stopped|discarded|dismissed|stale|not_run",
    State.FAILED: r"fail|error|timed?_?out|expired|crash|unauthorized|rejected|invalid|broken",
    State.BLOCKED: r"hold|blocked|paus|manual|suspended|approval|action_required",
    State.PENDING: r"queue|pending|created|scheduled|waiting|start|submitted|request|accept|new",
    State.SUCCEEDED: r"succe|complete|done|finished|ended|passed|ready|ok|neutral|applied",
    State.RUNNING: r"running|progress|process|executing|ing$",
}


def identifier(name: str) -> str:
    """Return a Python name in snake_case for any other."""
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name)
    text = re.sub(r"[^a-z0-9]+", "_", words.lower()).strip("_") or "unnamed"
    return f"{text}_" if iskeyword(text) else f"n{text}" if text[0].isdigit() else text


def quoted(text: str) -> str:
    """Return a text as Python code."""
    return repr(text) if re.search(r"""[^ !#-&(-\[\]-~]""", text) else f'"{text}"'


def first_of(names: str, known: Iterable[str]) -> str | None:
    """Return the first of some names that is known, however its words are written or nested."""
    by_name: dict[str, str] = {}
    for each in known:
        by_name.setdefault(identifier(each.rpartition(".")[2]), each)
    return next((by_name[name] for name in names.split() if name in by_name), None)


def state_of(status: str) -> State | None:
    """Return the state that a status probably means; ``None`` if its word does not say."""
    word = identifier(status)
    return next((state for state, words in _STATES.items() if re.search(words, word)), None)


def paging_of(source: Described) -> tuple[str, set[str | None]]:
    """Return how a listing is probably paged, and the parameters that belong to it.

    The text is a declaration, with a comment on what could not be known.
    """
    params, places = source.parameters, source.body
    size = first_of("limit per_page page_size max_results first", params)
    most = params[size].get("maximum") if size else None
    sized = [f"size={quoted(size or '')}"] * bool(size) + [f"most={most}"] * isinstance(most, int)
    more = first_of("has_more", places)
    total = first_of("total_count total total_entries total_items number_matched count", places)
    told = f"more={quoted(more)}" if more else f"total={quoted(total)}" if total else ""
    check = "" if told else "  # check: the end"
    token = first_of("page_token next_token cursor continuation_token token", params)
    following = first_of("next_page_token next_token next_cursor cursor next", places)
    after = first_of("after after_id starting_after", params)
    offset, number = first_of("offset", params), first_of("page page_number", params)
    used: set[str | None] = {size, token, after, offset, number}
    counted = [f"param={quoted(offset or number or '')}", told or 'ends="empty page"']
    counted += sized or ["size=None"]
    if token and following:
        return f"Token({', '.join([quoted(following), quoted(token), *sized])}),", used
    if after and more:
        return f"After({', '.join([f'param={quoted(after)}', told, *sized])}),", used
    if offset:
        return f"Offset({', '.join(counted)}),{check}", used
    if number:
        first = ["first=0"] * (0 in {params[number].get("minimum"), params[number].get("default")})
        return f"Pages({', '.join(counted + first)}),{check}", used
    if following:
        return f"NextURL({', '.join([quoted(following), *sized])}),", used
    return "Token(),  # check: how it is paged", {size}
