"""Which writer writes which format; each library is imported when its format is first asked for."""

from __future__ import annotations

from processing.exports.bundle import Bundle
from processing.exports.formats import Format
from processing.exports.signals import SignalTable


def write_tables(bundle: Bundle, format: Format) -> bytes:
    """Return the tables in a format; ``c3d`` holds no tables."""
    if format == "csv":
        from processing.exports.write_csv import write_csv

        return write_csv(bundle)
    if format == "xlsx":
        from processing.exports.write_xlsx import write_xlsx

        return write_xlsx(bundle)
    if format == "mat":
        from processing.exports.write_mat import write_mat

        return write_mat(bundle)
    if format == "parquet":
        from processing.exports.write_parquet import write_parquet

        return write_parquet(bundle)
    from processing.exports.write_json import write_json

    return write_json(bundle)


def write_signals(table: SignalTable, format: Format) -> bytes:
    """Return signals in a format; the others hold tables only."""
    if format == "c3d":
        from processing.exports.write_c3d import signals_c3d

        return signals_c3d(table)
    from processing.exports import write_signals as to

    return {"csv": to.signals_csv, "mat": to.signals_mat}.get(format, to.signals_parquet)(table)
