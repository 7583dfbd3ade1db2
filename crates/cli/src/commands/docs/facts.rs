//! The page of the columns of facts.

use std::fmt::Write;

use facts::{COLUMNS, Kind};

use super::Page;

/// Returns the page.
pub fn page() -> Page {
    let mut text = "# Facts

This page is written from the code: `make bless` writes it again.

`claimgate process --facts` writes `facts.parquet` beside the other outputs of each input: what was judged, without the segments.
`claimgate crosswalk preview` judges it again by other lists; DuckDB, pandas and Spark read it as it is:

```sql
select procedure, ndc, count(*) from 'runs/*/facts.parquet' where standing = 'NDC050' group by all;
```

A claim is one row, and each service line that has a procedure or a product is one behind it, or one for each of its products.
The notes of the file name the schema (`claimgate.facts.v1`), the snapshot, the profile and the version of the program.
Between the last row group and the footer stands the BLAKE3 of all other bytes, which other readers pass over; claimgate believes no row of a file in which a byte has changed.
It holds health data, like the claims themselves.

| column | type | may be null | what it holds |
| --- | --- | --- | --- |
"
    .to_owned();
    for column in &COLUMNS {
        let kind = match column.kind {
            Kind::Text => "text",
            Kind::Long => "64-bit number",
            Kind::Int => "32-bit number",
            Kind::Date => "date",
        };
        let null = if column.required { "no" } else { "yes" };
        // Writing to memory cannot fail.
        let _ = writeln!(text, "| `{}` | {kind} | {null} | {} |", column.name, column.meaning);
    }
    ("facts.md".to_owned(), text)
}
