"""``analyze``: read recordings, print what was found, for people or as JSON."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import orjson
from rich.box import SIMPLE
from rich.console import Console
from rich.markup import escape
from rich.progress import Progress, SpinnerColumn, TextColumn
from rich.table import Table

from processing.c3d import read_recording_isolated
from processing.emg.results import ChannelAnalysis
from processing.errors import NotFoundError, ProcessingError, UnreadableRecordingError
from processing.scoring.model import MuscleScore, SessionScore
from processing.use_cases.analyse import AnalysedRecording, analyse_bytes
from processing.use_cases.document import error_document, to_document

EXIT_DONE, EXIT_UNREADABLE = 0, 2
_SUFFIX = ".c3d"


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command to ``python -m processing``."""
    parser = subparsers.add_parser(
        "analyze",
        help="analyse C3D files and print contractions, quality and score",
        description="Analyse C3D files. Nothing is stored.",
    )
    parser.add_argument(
        "paths", nargs="+", type=Path, metavar="FILE|FOLDER", help="folders are searched for *.c3d"
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object a line, one line per file")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Analyse every file; 0 when all could be read, 2 when one could not.

    Standard output holds results only: with ``--json`` one object a line, also for a file that could not be
    read. Progress goes to standard error, where somebody watches.
    """
    paths: Sequence[Path] = args.paths
    console = Console(highlight=False)
    failed = False
    with _progress() as progress:
        task = progress.add_task("analysing", total=None)
        for path in find_files(paths):
            progress.update(task, description=f"analysing {escape(path.name)}")
            try:
                analysed = _analyse(path)
            except ProcessingError as error:
                failed = True
                _print_error(path, error, as_json=args.json)
                continue
            if args.json:
                _print_json(to_document(analysed))
            else:
                _print_summary(analysed, console)
    return EXIT_UNREADABLE if failed else EXIT_DONE


def find_files(paths: Iterable[Path]) -> Iterator[Path]:
    """Yield files as given, and every C3D file below the folders, in order.

    What does not exist, and a folder without any, is yielded as it is: reading it gives the error.
    """
    for path in paths:
        if not path.is_dir():
            yield path
            continue
        found = sorted(p for p in path.rglob("*") if p.suffix.lower() == _SUFFIX and p.is_file())
        yield from found or [path]


def _analyse(path: Path) -> AnalysedRecording:
    """Return the analysis of one file; the operating system's refusals become our errors."""
    try:
        data = path.read_bytes()
    except IsADirectoryError as exc:
        raise NotFoundError(f"The folder '{path}' holds no C3D file") from exc
    except FileNotFoundError as exc:
        raise NotFoundError(f"There is no file or folder '{path}'") from exc
    except OSError as exc:
        raise UnreadableRecordingError(f"'{path}' cannot be read: {exc.strerror or exc}") from exc
    return analyse_bytes(data, file_name=path.name, reader=read_recording_isolated)


def _print_json(document: object) -> None:
    """Print one object as one line."""
    sys.stdout.buffer.write(orjson.dumps(document) + b"\n")
    sys.stdout.buffer.flush()


def _print_error(path: Path, error: ProcessingError, *, as_json: bool) -> None:
    """Say why a file gave no result: on standard output as JSON, else on standard error."""
    if as_json:
        _print_json(error_document(path.name, error))
    else:
        print(f"{path}: {error.kind}: {error}", file=sys.stderr)


def _progress() -> Progress:
    """Return a progress line on standard error, absent where nobody watches."""
    console = Console(stderr=True)
    return Progress(
        SpinnerColumn(),
        TextColumn("{task.description}"),
        console=console,
        transient=True,
        disable=not console.is_terminal,
    )


def _print_summary(analysed: AnalysedRecording, console: Console) -> None:
    """Print one file for people."""
    metadata = analysed.metadata
    recorded = (
        "date not recorded" if metadata.recorded_at is None else f"{metadata.recorded_at:%Y-%m-%d %H:%M}"
    )
    console.print(f"\n[bold]{escape(analysed.file_name)}[/bold]")
    console.print(
        f"{recorded}, {metadata.duration_s:.1f} s at {metadata.sampling_rate_hz:g} Hz. "
        + escape(metadata.clock_check.message)
    )
    console.print(_channel_table(analysed))
    for channel in analysed.channels:
        for reason in channel.quality.reasons:
            console.print(f"  {escape(channel.name)}: {escape(reason)}.")
    legs = any(channel.side is not None for channel in analysed.channels)
    said = score_words(analysed.score) if legs else "none, the file does not say which channel is which leg"
    console.print(f"[bold]Score: {said}[/bold]")
    for note in analysed.score.notes:
        console.print(f"  {escape(note)}")


def _channel_table(analysed: AnalysedRecording) -> Table:
    """Return one row per channel: good of expected contractions, found, held long enough, and faint ones."""
    table = Table(
        caption="Amplitude: plateau of the RMS envelope",
        caption_justify="left",
        box=SIMPLE,
        padding=(0, 1, 0, 0),
    )
    # Where the terminal is narrow, a long label folds; a number that is cut would be another number.
    table.add_column("Channel", overflow="fold", min_width=7)
    for heading in ("Side", "Quality", "Good", "Found", "Held", "Faint", "Ampl.\nµV", "MDF\nHz", "SNR\ndB"):
        table.add_column(heading, no_wrap=True, min_width=max(map(len, heading.split("\n"))))
    for channel in analysed.channels:
        table.add_row(*_row(channel, analysed))
    return table


def _row(channel: ChannelAnalysis, analysed: AnalysedRecording) -> list[str]:
    """Return the cells of one channel."""
    muscle = {"left": analysed.score.left, "right": analysed.score.right}.get(channel.side or "")
    return [
        escape(channel.name),
        channel.side or "-",
        channel.quality.verdict.replace("_", " "),
        _good_words(muscle),
        str(len(channel.contractions)),
        str(sum(c.meets_duration for c in channel.contractions)),
        str(len(channel.faint)),
        _number(channel.amplitude.plateau_uv),
        _number(channel.spectrum.mdf_hz),
        _number(channel.quality.snr_db),
    ]


def _good_words(muscle: MuscleScore | None) -> str:
    """Return good of expected contractions, a dash where intensity is not assessable."""
    if muscle is None:
        return "-"
    return f"{'-' if muscle.n_good is None else muscle.n_good}/{muscle.expected}"


def score_words(score: SessionScore) -> str:
    """Return the score, or the range it could take, in words."""
    if score.total is None:
        return f"not assessable, between {score.low:.0f} and {score.high:.0f} of 100"
    if score.high - score.low < 0.5:
        return f"{score.total:.1f} of 100"
    return f"{score.total:.1f} of 100 (between {score.low:.0f} and {score.high:.0f} if all were recorded)"


def _number(value: float | None) -> str:
    """Return a number for a table."""
    return "-" if value is None else f"{value:.0f}"
