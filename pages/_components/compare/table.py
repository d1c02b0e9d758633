"""The comparison as a table: measure, A, B, difference."""

from __future__ import annotations

import pandas as pd

from pages._components.compare.rows import difference_words, row_name, rows_of, value_words
from processing.language import gettext as _
from processing.use_cases.comparison import SessionComparison


def comparison_table(compared: SessionComparison) -> pd.DataFrame:
    """Return one row for each measure, in words and with units."""
    a, b = (measures.session_code for measures in compared.measures)
    return pd.DataFrame(
        {
            _("Measure"): row_name(row),
            f"A · {a}": value_words(row, "a"),
            f"B · {b}": value_words(row, "b"),
            _("Difference (B − A)"): difference_words(row),
        }
        for row in rows_of(compared)
    )
