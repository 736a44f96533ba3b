"""Open data as Parquet. Needs pyarrow, and is imported by commands alone: a web worker never loads it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from alunite.foundation.publications.dictionary import Column, columns, dictionary
from alunite.foundation.publications.opendata import ROWS_STATEMENT, Clocks, batches, row, row_schema, values

TYPES = {
    "text": pa.string(),
    "json": pa.string(),
    "integer": pa.int64(),
    "number": pa.float64(),
    "boolean": pa.bool_(),
    "list": pa.list_(pa.string()),
}


def write_parquet(kind_name: str, clocks: Clocks, out: Path) -> int:
    """Write the rows of a kind; return how many. The file bears its dictionary, schema, clocks and terms of use."""
    of = columns(kind_name)
    said = {
        "alunite.dictionary": dictionary(kind_name),
        "alunite.schema": row_schema(kind_name),
        "alunite.clocks": clocks.as_dict(),
        "alunite.licence": ROWS_STATEMENT,
    }
    arrow = pa.schema(
        [_field(column) for column in of], metadata={name: json.dumps(value) for name, value in said.items()}
    )
    count = 0
    with pq.ParquetWriter(out, arrow, compression="zstd") as writer:
        for batch in batches(kind_name, clocks.publication):
            found = [values(row(publication, clocks.on), of) for publication in batch]
            if not found:
                continue
            count += len(found)
            arrays = [
                pa.array(column, type=field.type) for column, field in zip(zip(*found, strict=True), arrow, strict=True)
            ]
            writer.write_batch(pa.record_batch(arrays, schema=arrow))
    return count


def _field(column: Column) -> Any:
    about = {name: value for name, value in column.as_dict().items() if value and name != "name"}
    return pa.field(column.name, TYPES[column.type], metadata=about)
