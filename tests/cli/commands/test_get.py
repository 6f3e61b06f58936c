"""``get``: operations by id, as text, as JSON and as files."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from asyncops import to_dict
from asyncops.cli.commands.get import described
from asyncops.cli.options.fields import size
from asyncops.cli.output.downloads import files_of, save
from asyncops.cli.shell import Failure
from asyncops.services.zoo.outputs import decode_output
from asyncops.testing import FakeServer, Fault
from tests import raw_json
from tests.cli.running import invoke
from tests.cli.samples import NOON, call, prompt

GET = ("zoo", "operations", "get")
MISSING = "00000000-0000-4000-8000-000000000000"


@pytest.fixture
def server() -> Iterator[FakeServer]:
    with FakeServer(operations=20, prompts=20) as served:
        yield served


def made(server: FakeServer, kind: str, status: str = "completed") -> str:
    return str(raw_json.create_operation(server, type=kind, status=status)["id"])


def test_one_operation_is_shown_with_all_it_says(server: FakeServer) -> None:
    done = invoke(server, *GET, made(server, "file_mass"))
    assert (done.code, done.err) == (0, "")
    shown = dict(line.split(maxsplit=1) for line in done.out.splitlines())
    assert shown["status"] == "completed"
    assert shown["type"] == "file_mass"
    assert float(shown["mass"]) > 0
    assert " ago)" in shown["created_at"] or "in " in shown["created_at"]


def test_a_result_that_is_too_large_says_which_option_reads_it(server: FakeServer) -> None:
    id_ = made(server, "file_conversion")
    done = invoke(server, "--max-body", "100", *GET, id_)
    assert done.code == 4
    assert "larger than 100 bytes (--max-body)" in done.err
    assert "max_body" not in done.err
    assert "--max-body 1GiB reads it" in done.err
    assert "'completed'" in done.err
    assert invoke(server, *GET, id_, "--max-body", "1 MiB").code == 0
    # What stands behind the command goes before what stands before it.
    assert invoke(server, "--max-body", "100", *GET, id_, "--max-body", "1MiB").code == 0


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1", 1),
        ("10485760", 10 * 1024**2),
        ("2k", 2048),
        ("10MiB", 10 * 1024**2),
        ("1GiB", 1024**3),
        ("1 g", 1024**3),
        ("10MB", 10_000_000),
        ("3kb", 3000),
    ],
)
def test_sizes_are_read(text: str, expected: int) -> None:
    assert size(text) == expected


@pytest.mark.parametrize("text", ["0", "-1", "", "x", "1.5GiB", "1TiB", "MiB", "1e9", "0GiB", "٣"])
def test_what_is_no_size_is_wrong_use(server: FakeServer, text: str) -> None:
    done = invoke(server, *GET, MISSING, "--max-body", text)
    assert done.code == 2
    assert "is no size" in done.err
    assert server.count() == 0


def test_a_proxy_is_used_and_its_login_not_shown(server: FakeServer) -> None:
    """The fake plays it: only a proxy is asked for another host than its own."""
    proxy = server.url.replace("http://", "http://me:hunter2@")
    here = invoke(server, *GET, made(server, "file_mass"), "--proxy", proxy)
    assert (here.code, here.err) == (0, "")
    for url in (proxy + "/hunter2?x", "socks5://me:hunter2@p.example"):
        refused = invoke(server, *GET, MISSING, "--proxy", url)
        assert refused.code == 2
        assert "proxy must look like" in refused.err
        assert "hunter2@" not in refused.err


def test_a_prompt_is_shown_too(server: FakeServer) -> None:
    row = raw_json.ml_prompts(server)[-1]
    done = invoke(server, "zoo", "prompts", "get", row["id"])
    assert done.code == 0
    assert " ".join(row["prompt"].split()) in done.out


def test_operations_of_chainloop_are_shown_too(server: FakeServer) -> None:
    """Without what is not set; an id that is none is wrong use, one that is missing is told."""
    rows = [row["id"] for row in raw_json.chainloop_operations(server)[:2]]
    get = ("chainloop", "operations", "get")
    done = invoke(server, *get, rows[0])
    assert (done.code, done.err) == (0, "")
    shown = dict(line.split(maxsplit=1) for line in done.out.splitlines())
    assert shown["id"] == rows[0]
    assert shown["status"].startswith("ASYNC_OPERATION_STATUS_")
    lines = invoke(server, *get, *rows, "--jsonl").out.splitlines()
    assert [json.loads(line)["id"] for line in lines] == rows
    assert invoke(server, *get, "../secrets").code == 2
    done = invoke(server, *get, "nobody", rows[1], "--jsonl")
    assert done.code == 4
    assert [json.loads(line)["id"] for line in done.out.splitlines()] == [rows[1]]


def test_json_is_an_object_for_one_and_an_array_for_several(server: FakeServer) -> None:
    """In the order of the ids, with the API's names."""
    ids = [row["id"] for row in raw_json.zoo_operations(server)[:3]]
    assert json.loads(invoke(server, *GET, ids[0], "--json").out)["id"] == ids[0]
    rows = json.loads(invoke(server, *GET, *ids, "--json").out)
    assert [row["id"] for row in rows] == ids
    lines = invoke(server, *GET, *ids, "--jsonl").out.splitlines()
    assert [json.loads(line) for line in lines] == rows


def test_a_type_that_is_new_is_shown_as_it_came(server: FakeServer) -> None:
    new = made(server, "file_hologram")
    row = json.loads(invoke(server, *GET, new, "--json").out)
    assert (row["id"], row["type"]) == (new, "file_hologram")
    assert "fields" not in row
    assert "file_hologram" in invoke(server, *GET, new).out


def test_one_that_is_missing_is_one_line_and_exit_code_4(server: FakeServer) -> None:
    done = invoke(server, *GET, MISSING)
    assert (done.code, done.out) == (4, "")
    assert done.err.count("\n") == 1
    assert "request id" in done.err


def test_one_that_is_missing_costs_the_others_nothing(server: FakeServer) -> None:
    there = raw_json.zoo_operations(server)[0]["id"]
    done = invoke(server, *GET, MISSING, there, "--json")
    assert done.code == 4
    assert [row["id"] for row in json.loads(done.out)] == [there]
    assert done.err.startswith(f"asyncops: {MISSING}: ")
    assert invoke(server, *GET, MISSING, MISSING, "--json").out == "[]\n"


def test_what_is_no_uuid_is_a_usage_error(server: FakeServer) -> None:
    for wrong in ("../secrets", "1", ""):
        assert invoke(server, *GET, wrong).code == 2
    assert invoke(server, *GET).code == 2
    assert invoke(server, *GET, MISSING, "--json", "--jsonl").code == 2
    assert server.count() == 0


def test_one_that_cannot_be_an_id_costs_the_others_nothing(server: FakeServer) -> None:
    """It is named, and is wrong use; a service's error counts more."""
    there = raw_json.zoo_operations(server)[0]["id"]
    done = invoke(server, *GET, "f135", there, "--json")
    assert done.code == 2
    assert [row["id"] for row in json.loads(done.out)] == [there]
    assert done.err.startswith("asyncops: ID must be a UUID such as ")
    assert done.err.endswith(", got 'f135'\n")
    assert invoke(server, *GET, "f135", MISSING, "--json").code == 4


def test_files_are_written_below_a_folder(server: FakeServer, tmp_path: Path) -> None:
    """For one id there, for several in a folder each; never over what is there."""
    one, two, none = (
        made(server, kind) for kind in ("file_conversion", "text_to_cad", "file_mass")
    )
    folder = tmp_path / "out"
    done = invoke(server, *GET, one, "--outputs", str(folder), "--json")
    contents = json.loads(done.out)["outputs"]
    assert sorted(contents) == sorted(
        str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()
    )
    again = invoke(server, *GET, one, "--outputs", str(folder), "--json")
    assert again.code == 2
    assert "is there already" in again.err
    done = invoke(server, *GET, one, two, none, "--outputs", str(folder))
    assert done.code == 0
    assert (folder / two).is_dir()
    assert f"{none} has no files" in done.err


def test_a_service_that_names_files_elsewhere_writes_none(
    server: FakeServer, tmp_path: Path
) -> None:
    there = made(server, "file_conversion")
    row = json.loads(invoke(server, *GET, there, "--json").out)
    bad = {**row, "outputs": {"good.obj": "YQ==", "../../evil.sh": "YQ=="}}
    server.script(Fault(body=json.dumps(bad).encode()))
    done = invoke(server, *GET, there, "--outputs", str(tmp_path / "a" / "b"))
    assert done.code == 4
    assert "evil.sh" in done.err
    assert list(tmp_path.iterdir()) == []


def test_files_that_cannot_be_written_cost_the_others_nothing(
    server: FakeServer, tmp_path: Path
) -> None:
    """Of several, each is shown, and those that can be are written."""
    first, second = made(server, "file_conversion"), made(server, "file_conversion")
    (tmp_path / first).write_text("in the way")
    done = invoke(server, *GET, first, second, "--json", "--outputs", str(tmp_path))
    assert done.code == 2
    assert [row["id"] for row in json.loads(done.out)] == [first, second]
    assert f"asyncops: {first}: " in done.err
    assert any((tmp_path / second).iterdir())


def test_links_below_the_folder_are_not_followed_out_of_it(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "a").symlink_to(tmp_path)
    with pytest.raises(Failure, match="by a link"):
        save({"a/b.txt": b"content"}, tmp_path / "out")
    (tmp_path / "out" / "dangling").symlink_to(tmp_path / "nowhere")
    with pytest.raises(Failure):
        save({"dangling": b"content"}, tmp_path / "out")
    assert not (tmp_path / "b.txt").exists()
    assert not (tmp_path / "nowhere").exists()


def test_text_files_are_written_as_utf_8(tmp_path: Path) -> None:
    (path,) = save({"main.kcl": "à"}, tmp_path)
    assert path.read_bytes() == "à".encode()


def test_what_is_shown_cannot_act_on_a_terminal() -> None:
    item = prompt(prompt="\x1b[2Jgone\nnow", error="\u202eevil", project_name="\x07")
    shown = dict(described(item, NOON))
    assert shown["prompt"] == "\\x1b[2Jgone now"
    assert all(text.isprintable() for text in shown.values())


def test_details_come_in_the_order_of_every_output() -> None:
    """What came without a field of its own is behind the others, and no label of ours is in it."""
    body = {
        "id": str(UUID(int=1)),
        "type": "file_loudness",
        "loudness": 3,
        "user_id": str(UUID(int=2)),
    }
    times = dict.fromkeys(["updated_at", "created_at"], "2026-03-01T12:00:00Z")
    result = decode_output(json.dumps({**body, **times, "status": "completed"}).encode())
    labels = list(dict(described(result, NOON)))
    assert labels == ["id", "status", "type", "created_at", "updated_at", "user_id", "loudness"]
    assert labels == [name for name, value in to_dict(result).items() if value is not None]


def test_waiting_and_running_are_told() -> None:
    later = NOON + timedelta(seconds=5)
    shown = dict(described(call(started_at=later), NOON + timedelta(seconds=66)))
    assert (shown["waited"], shown["ran"]) == ("5s", "1m01s")
    assert "ran" not in dict(described(call(), NOON))


def test_code_is_counted_not_shown() -> None:
    output = decode_output(json.dumps(_iteration()).encode())
    shown = dict(described(output, datetime.now(UTC)))
    assert shown["code"] == "2 lines (--json shows them)"
    assert files_of(output) == {}


def _iteration() -> dict[str, Any]:
    return {
        "id": str(UUID(int=1)),
        "user_id": str(UUID(int=2)),
        "conversation_id": str(UUID(int=3)),
        "type": "text_to_cad_iteration",
        "status": "completed",
        "created_at": "2026-03-01T12:00:00Z",
        "updated_at": "2026-03-01T12:00:00Z",
        "model": "m",
        "model_version": "1",
        "code": "a = 1\nb = 2\n",
        "original_source_code": "a = 1\n",
        "source_ranges": [],
    }
