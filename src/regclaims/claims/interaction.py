"""An interaction: how much larger an effect is in some cells than on average elsewhere."""

from __future__ import annotations

from dataclasses import asdict

import numpy as np
import pandas as pd

from regclaims.evidence.judging import with_error


def less_mean_elsewhere(table: pd.DataFrame, elsewhere: pd.Series, margin: float) -> pd.DataFrame:
    """Take the mean effect over other cells away from every cell's effect, and judge what is left.

    Cells are independent of each other, so the variances of both add up; Student's t has the
    degrees of freedom of the cell's own replicates, as if the mean were known no better. Cells
    elsewhere are compared with their own mean as well; a rule's filter keeps them from voting.

    Parameters
    ----------
    table : DataFrame
        As from `contrast`, indexed by ``cell_id``.
    elsewhere : Series of bool
        By ``cell_id``: the cells whose effects are averaged.
    margin : float
        delta.

    Returns
    -------
    DataFrame
        The same columns; undefined where there is no cell elsewhere.
    """
    other = table[elsewhere.reindex(table.index, fill_value=False) & table["effect"].notna()]
    mean = other["effect"].mean() if len(other) else np.nan
    variance = (other["se"] ** 2).sum() / max(len(other), 1) ** 2
    rows = [
        asdict(
            with_error(
                row["effect"] - mean,
                float(np.sqrt(row["se"] ** 2 + variance)),
                margin,
                int(row["replicates"]),
                int(row["undefined"]),
            )
        )
        for _, row in table.iterrows()
    ]
    return pd.DataFrame(rows, index=table.index, columns=table.columns).astype(table.dtypes)
