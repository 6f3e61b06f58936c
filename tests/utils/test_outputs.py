"""The files of a result, whatever a service names them."""

from pathlib import Path, PurePosixPath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asyncops import save_outputs
from asyncops.utils.outputs import safe_paths


def test_the_folder_is_there_whole_or_not_at_all(tmp_path: Path) -> None:
    """What a program left that was killed is in no one's way."""
    draft = tmp_path / "new" / ".part.draft"
    draft.mkdir(parents=True)
    (draft / "half.obj").write_bytes(b"v")
    save_outputs({"part.obj": b"v 1", "parts/lid.kcl": "\u00e0"}, tmp_path / "new" / "part")
    written = {
        path.relative_to(tmp_path).as_posix(): path.read_bytes()
        for path in tmp_path.rglob("*")
        if path.is_file()
    }
    assert written == {"new/part/part.obj": b"v 1", "new/part/parts/lid.kcl": "\u00e0".encode()}


def test_a_folder_that_is_there_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "part").mkdir()
    with pytest.raises(FileExistsError, match="part is there already"):
        save_outputs({"part.obj": b"v"}, tmp_path / "part")
    assert [path.name for path in tmp_path.rglob("*")] == ["part"]


def test_a_file_that_cannot_be_written_leaves_no_folder(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("a file, no folder")
    with pytest.raises(OSError, match="taken"):
        save_outputs({"part.obj": b"v"}, tmp_path / "taken" / "part")
    deep = "/".join(["x" * 250] * 20)
    with pytest.raises(OSError, match="too long"):
        save_outputs({"part.obj": b"v", deep: b"v"}, tmp_path / "part")
    assert [path.name for path in tmp_path.iterdir()] == ["taken"]


def test_a_result_without_files_is_an_empty_folder(tmp_path: Path) -> None:
    save_outputs({}, str(tmp_path / "part"))
    assert list(tmp_path.rglob("*")) == [tmp_path / "part"]


@pytest.mark.parametrize(
    "names", [("a", "./a"), ("a", "a/b"), ("a/b", "a"), ("a/b/c", "a/b"), ("x/../a", "a")]
)
def test_files_that_would_be_in_each_others_way_are_not_written(
    names: tuple[str, str], tmp_path: Path
) -> None:
    with pytest.raises(ValueError, match="written"):
        save_outputs(dict.fromkeys(names, b"content"), tmp_path / "out")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "name",
    [
        "../a",
        "a/../../b",
        "/etc/passwd",
        "//host/share",
        "..",
        ".",
        "",
        ".bashrc",
        "a/.ssh/key",
        "a\\..\\b",
        "C:\\a",
        "C:a",
        "a\0b",
        "a\nb",
        "a\x1b[2Jb",
        "nul",
        "COM1.txt",
        "a.",
        "a ",
        "x" * 256,
        "a/b?",
        "\u202egpj.exe",
    ],
)
def test_names_that_lead_elsewhere_are_refused(name: str) -> None:
    with pytest.raises(ValueError, match="names a file") as failed:
        safe_paths({name: b""})
    assert str(failed.value).isprintable()


@pytest.mark.parametrize(
    "name", ["a.step", "a/b/c.obj", "./a.step", "pièce é 1.stl", "a-b_c(1).gltf"]
)
def test_ordinary_names_are_taken(name: str) -> None:
    assert list(safe_paths({name: 1})) == [PurePosixPath(name)]


@given(st.text(max_size=30) | st.lists(st.sampled_from(["..", ".", "a", "", " "])).map("/".join))
def test_no_name_leads_out_of_a_folder(name: str) -> None:
    try:
        (path,) = safe_paths({name: 1})
    except ValueError:
        return
    place = Path("/somewhere/below").joinpath(path)
    assert Path("/somewhere/below") in place.parents
    assert ".." not in place.parts


@pytest.mark.parametrize(
    "names",
    [
        ("Part.kcl", "part.kcl"),
        ("stra\u00dfe", "STRASSE"),
        ("\u00e9.kcl", "e\u0301.kcl"),
        ("a", "A/b"),
    ],
)
def test_names_that_are_one_place_on_some_system_are_refused(
    tmp_path: Path, names: tuple[str, ...]
) -> None:
    """The one that is written last would take the place of the other."""
    with pytest.raises(ValueError, match="two files one place"):
        save_outputs(dict.fromkeys(names, b""), tmp_path / "made")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["com\u00b9", "LPT\u00b2.txt", "CONIN$", "conout$.x", "con .txt"])
def test_names_of_devices_are_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(ValueError, match="which is not written"):
        save_outputs({name: b""}, tmp_path / "made")
