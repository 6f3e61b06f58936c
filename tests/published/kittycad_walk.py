"""What kittycad reads of a Zoo, as one line of JSON. Run by a Python that has it.

Arguments: the base URL and the token.
"""

import json
import sys
from collections import Counter
from importlib import import_module
from typing import Any

_LIMIT = 40


def main(url: str, token: str) -> None:
    """Walk both listings, and read every result and every prompt."""
    kittycad = import_module("kittycad")
    models = import_module("kittycad.models")
    client = kittycad.KittyCAD(token=token, base_url=url)
    newest_first = models.CreatedAtSortMode.CREATED_AT_DESCENDING
    operations = {
        status.value: [
            str(call.id)
            for call in client.api_calls.list_async_operations(
                limit=_LIMIT, sort_by=newest_first, status=status
            )
        ]
        for status in models.ApiCallStatus
    }
    prompts = [
        str(prompt.id) for prompt in client.ml.list_ml_prompts(limit=_LIMIT, sort_by=newest_first)
    ]
    types: Counter[str] = Counter()
    files: dict[str, int] = {}
    for ids in operations.values():
        for operation_id in ids:
            result = client.api_calls.get_async_operation(operation_id).root
            types[result.type] += 1
            files[operation_id] = sum(map(len, _files(result)))
    known = [str(client.ml.get_ml_prompt(each).id) for each in prompts]
    read = {
        "operations": operations,
        "prompts": prompts,
        "types": types,
        "files": files,
        "prompts_by_id": known,
    }
    print(json.dumps(read))  # noqa: T201


def _files(result: Any) -> list[bytes | str]:
    return list((getattr(result, "outputs", None) or {}).values())


if __name__ == "__main__":
    main(*sys.argv[1:])
