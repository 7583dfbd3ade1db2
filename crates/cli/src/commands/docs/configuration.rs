//! The page of every key.

use std::fmt::Write;

use super::{Page, sentences};
use crate::settings::SITE_FILE;
use crate::settings::keys::{KEYS, Key, variable};

/// Returns the page.
pub fn page() -> Page {
    let mut text = head();
    for key in &KEYS {
        section(key, &mut text);
    }
    ("configuration.md".to_owned(), text)
}

fn head() -> String {
    format!(
        "# Configuration

This page is written from the code: `make bless` writes it again.

Each source wins over the one before:

1. what is built in, the profile `mainecare`;
2. the site's file, `{SITE_FILE}`, which need not be there;
3. the file of `--config`;
4. the environment, `CLAIMGATE_…`;
5. the options of the command line.

Files are written in TOML.
A variable of the environment has the name of its key in capitals, with two underscores for the dot; items of a list are separated by commas, and an empty variable is an empty list.
A key that is not known, or a value that its key does not take, ends every command with 2, and the line and the nearest name are told.
`claimgate config --origin` prints every setting and where it comes from; `claimgate config check` tells of every fault.

## Profiles

A profile gathers what a payer may set, under a name.
It is chosen with `profile` or `--profile`, and within its file it wins over the keys beside it.

```toml
profile = \"strict\"

[profiles.strict]
service_date_rule = \"both\"

[profiles.strict.severities]
NDC110 = \"reject\"
```

## Keys
"
    )
}

fn section(key: &Key, text: &mut String) {
    let _ = write!(text, "\n### `{}`\n\n{}\n\n", key.name, sentences(key.meaning));
    let _ = writeln!(text, "- Takes {}.", key.kind);
    let _ = writeln!(text, "- Default: {}.", default(key));
    let _ = writeln!(text, "- Variable: `{}`.", variable(key.name));
    if let Some(option) = key.option {
        let _ = writeln!(text, "- Option: `{option}`.");
    }
    if key.of_payer {
        let _ = writeln!(text, "- A profile can set it.");
    }
}

fn default(key: &Key) -> String {
    if key.name.ends_with("CODE") {
        "that of the code, in the [index of rules](rules/README.md)".to_owned()
    } else {
        format!("`{}`", key.default())
    }
}
