"""``init-service``: a first draft of a service, from an OpenAPI description."""

import json
from pathlib import Path

from attrs import NOTHING, frozen

from asyncops.cli.groups import add, app
from asyncops.cli.options.fields import argument, option
from asyncops.cli.shell import Failure, put_out
from asyncops.cli.text import visible
from asyncops.http.service import Service


@frozen(kw_only=True)
class _From:
    """What the draft is made from, and where it is written.

    Attributes:
        name: The name of the service.
        openapi: An OpenAPI description, as JSON.
        path: The path of the listing.
        output: NAME.py unless given.
    """

    name: str = argument("NAME")
    openapi: Path = option(NOTHING, metavar="FILE")
    path: str = option(NOTHING, "--list", metavar="PATH")
    output: Path | None = option(None, metavar="FILE")


async def init_service(of: _From) -> None:
    """Write a first draft of a service, for asyncops.kit, from an OpenAPI description."""
    from asyncops.cli.init_service.document import Described  # noqa: PLC0415 - for this alone
    from asyncops.cli.init_service.draft import draft  # noqa: PLC0415

    try:
        Service(name=of.name, title=of.name, url=None, token=None)
        tree = json.loads(of.openapi.read_bytes())
    except OSError as error:
        raise Failure(f"cannot read {of.openapi}: {error.strerror}") from None
    except (UnicodeDecodeError, json.JSONDecodeError, RecursionError):
        raise Failure(f"{of.openapi} is no JSON", "write YAML as JSON first") from None
    except ValueError as error:
        raise Failure(f"NAME: {str(error).removeprefix('Service: ')}") from None
    try:
        text = draft(Described(tree, of.path), of.name)
    except (AttributeError, KeyError, TypeError) as error:
        # Anything may stand at any place of it.
        raise Failure(f"{of.openapi} is no OpenAPI description: {error}") from error
    wanted = of.output or Path(f"{of.name.replace('-', '_')}.py")
    try:
        with wanted.open("x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError:
        raise Failure(f"{wanted} is there already", "name another file with --output") from None
    except OSError as error:
        raise Failure(f"cannot write {wanted}: {error.strerror}") from None
    count = text.count("# check:")
    put_out(visible(f"{wanted}: {count} lines to check, each with a comment") + "\n")


_EXAMPLES = ["asyncops init-service farm --openapi farm.json --list /v1/jobs"]
add(app, "init-service", init_service, examples=_EXAMPLES, panel="Services")
