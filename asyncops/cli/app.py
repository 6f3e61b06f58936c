"""The commands and their options."""

import sys
from importlib import import_module

from asyncops.cli.groups import add, app
from asyncops.cli.options.fields import Settings
from asyncops.cli.options.serve import DemoSettings, ServeSettings
from asyncops.cli.runtime.run import tell
from asyncops.cli.shell import ExitCode, console, forget, never_fail_to_encode

__all__ = ["app", "run"]

_HERE = "On this machine, without an account"

# Each registers its commands, and help shows them in this order.
for _name in ("services", "watch", "init_service", "doctor", "login"):
    import_module(f"asyncops.cli.commands.{_name}")


def run() -> int:
    """Run the command that ``sys.argv`` asks for; gives its exit code, or ends the program so."""
    never_fail_to_encode()
    try:
        # As it is called, however it was started: completion goes by this name.
        app(prog_name="asyncops")
    except OSError as error:
        # Help and the version are written outside of any command.
        forget(sys.stdout)
        return tell(error, Settings())
    except SystemExit as end:
        if isinstance(end.__context__, BrokenPipeError):
            forget(sys.stdout)
            return ExitCode.BROKEN_PIPE
        raise
    return 0


async def _demo(sizes: DemoSettings) -> int:
    """List two fake services over real sockets, convert a file, and check every item.

    First comes what any account of Zoo may do, then what its staff may. Needs no account and no
    network: the services run inside this program.
    """
    from asyncops.cli.commands.demo.demo import demo  # noqa: PLC0415 - none of the other commands needs it

    return await demo(sizes, console())


async def _serve(served: ServeSettings) -> int:
    """Serve fakes of Zoo and Chainloop until Ctrl-C, to try programs against."""
    from asyncops.cli.commands.serve import serve  # noqa: PLC0415 - loads a web server

    return await serve(served, console())


add(app, "demo", _demo, panel=_HERE)
add(app, "serve", _serve, panel=_HERE)
