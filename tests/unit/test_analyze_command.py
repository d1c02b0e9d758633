"""``python -m processing analyze``: one JSON object a line, exit statuses, readable summaries."""

from __future__ import annotations

import argparse
import json
import re
from pathlib import Path

import pytest

from processing.cli import analyze
from tests.builders import make_c3d


def run(capfdbinary: pytest.CaptureFixture[bytes], *arguments: object) -> tuple[int, list[str], str]:
    parser = argparse.ArgumentParser()
    analyze.add_parser(parser.add_subparsers(required=True))
    args = parser.parse_args(["analyze", *map(str, arguments)])
    status = args.run(args)
    out, err = capfdbinary.readouterr()
    return status, out.decode().splitlines(), err.decode()


@pytest.fixture
def game(tmp_path: Path) -> Path:
    path = tmp_path / "game.c3d"
    path.write_bytes(make_c3d(contractions_s=[(2.0, 4.5), (7.0, 9.5)], duration_s=12.0))
    return path


def test_json_is_one_object_per_file(game: Path, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    status, lines, _ = run(capfdbinary, game, game, "--json")
    documents = [json.loads(line) for line in lines]
    assert status == 0
    assert [d["file"]["name"] for d in documents] == ["game.c3d"] * 2
    assert [len(c["contractions"]) for c in documents[0]["channels"]] == [2, 2]


def test_a_folder_is_searched_for_c3d_files_of_any_case(
    game: Path, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    below = game.parent / "P001"
    below.mkdir()
    (below / "OTHER.C3D").write_bytes(game.read_bytes())
    (below / "notes.txt").write_text("no recording")
    status, lines, _ = run(capfdbinary, game.parent, "--json")
    assert status == 0
    assert sorted(json.loads(line)["file"]["name"] for line in lines) == ["OTHER.C3D", "game.c3d"]


def test_an_unreadable_file_is_one_error_object_and_the_others_still_come(
    game: Path, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    broken = game.parent / "broken.c3d"
    broken.write_bytes(game.read_bytes()[:5000])
    status, lines, _ = run(capfdbinary, broken, game, "--json")
    first, second = (json.loads(line) for line in lines)
    assert status == 2
    assert set(first) == {"file", "error"}
    assert set(first["error"]) == {"kind", "message"}
    assert first["error"]["kind"] == "TruncatedRecordingError"
    assert second["file"]["name"] == "game.c3d"


def test_a_missing_path_is_named(tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    status, lines, err = run(capfdbinary, tmp_path / "nothing.c3d")
    assert (status, lines) == (2, [])
    assert "There is no file or folder" in err
    assert "nothing.c3d" in err


def test_an_empty_folder_is_an_error_too(tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    status, lines, err = run(capfdbinary, tmp_path)
    assert (status, lines) == (2, [])
    assert "holds no C3D file" in err


def test_the_summary_is_for_people(game: Path, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    status, lines, _ = run(capfdbinary, game)
    text = "\n".join(lines)
    assert status == 0
    assert "game.c3d" in text
    assert "Score: not assessable, between" in text
    assert "no MVC is known" in text


def test_the_summary_says_what_is_wrong_with_a_channel_and_has_a_dash_for_what_is_unknown(
    tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    path = tmp_path / "noisy.c3d"
    contractions_s = [(2.0, 4.5), (7.0, 9.5)]
    path.write_bytes(
        make_c3d(contractions_s=contractions_s, duration_s=12.0, n_channels=3, mains_uv=[0, 100, 0])
    )
    status, lines, _ = run(capfdbinary, path)
    rows = {cells[0]: cells[1:] for cells in map(str.split, lines) if cells and cells[0].startswith("CH")}
    assert status == 0
    assert rows["CH1"][:5] == ["left", "good", "-/12", "2", "2"]
    assert rows["CH2"][:3] == ["right", "doubtful", "-/12"]
    assert rows["CH3"][:5] == ["-", "good", "-", "2", "2"]
    (reason,) = (line for line in lines if line.startswith("  CH"))
    assert reason.startswith("  CH2: The contractions stand 9 dB over the noise")


@pytest.mark.parametrize(
    ("measures", "words"),
    [
        ({"MVC": [2e-4, 2e-4]}, r"\d\d\.\d of 100 \(between \d\d and \d\d if all were recorded\)"),
        ({"MVC": [2e-4, 2e-4], "RPE": [4.0], "BFR_AOP": [50.0]}, r"\d\d\.\d of 100"),
    ],
)
def test_a_score_has_a_range_only_while_something_was_not_recorded(
    measures: dict[str, list[float]], words: str, tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    path = tmp_path / "known.c3d"
    path.write_bytes(
        make_c3d(contractions_s=[(2.0, 4.5), (7.0, 9.5)], duration_s=12.0, parameters={"INFO": measures})
    )
    status, lines, _ = run(capfdbinary, path)
    assert status == 0
    assert [line for line in lines if re.fullmatch(f"Score: {words}", line)]
