//! A page for every code, and their index.

use std::fmt::Write;

use edits::{About, EDITS, SNIP, acknowledgement_codes_of, catalogue};

use super::{Page, sentences};
use crate::settings::keys::variable;

/// Returns the index and the pages, in the order of the catalogue.
pub fn pages() -> Vec<Page> {
    let mut pages = vec![("rules/README.md".to_owned(), index())];
    pages.extend(catalogue().map(|about| (format!("rules/{}.md", about.code), page(about))));
    pages
}

fn index() -> String {
    let mut text = "# Rules

This page and those that it names are written from the code: `make bless` writes them again.
A code is stable for ever and is never given to another rule.
`claimgate explain CODE` prints the same on a terminal.
"
    .to_owned();
    table("Edits", catalogue().filter(|about| is_edit(about)), &mut text);
    table("SNIP types 3 to 5", SNIP.iter().copied(), &mut text);
    table("Faults of syntax", catalogue().filter(|about| !is_edit(about) && !is_snip(about)), &mut text);
    text
}

fn table(heading: &str, abouts: impl Iterator<Item = &'static About>, text: &mut String) {
    let _ = write!(
        text,
        "\n## {heading}\n\n| code | what is wrong | where | severity |\n| --- | --- | --- | --- |\n"
    );
    for About { code, title, element, severity, .. } in abouts {
        let _ = writeln!(text, "| [{code}]({code}.md) | {title} | {element} | {} |", severity.as_str());
    }
}

fn page(about: &About) -> String {
    let About { code, title, element, why, remedy, source, severity, status, denial } = about;
    let key = format!("severities.{code}");
    let severity = severity.as_str();
    let mut text = format!(
        "# {code}: {title}

- Where: {element}
- Severity: `{severity}`, unless `{key}` or `{}` says otherwise
",
        variable(&key),
    );
    if let Some(unit) = refused_unit(about) {
        let _ = writeln!(
            text,
            "- Whatever the severity, the {unit} is refused whole, or what stands around it where there is none"
        );
    }
    let acknowledged = acknowledgement_codes_of(code).words();
    if !acknowledged.is_empty() {
        let _ = writeln!(text, "- Acknowledgements (TA1, 999): {acknowledged}");
    }
    for status in *status {
        let _ = writeln!(text, "- Claim status (277CA, STC01): {}:{}", status.category, status.code);
    }
    if let Some(denial) = denial {
        let _ =
            writeln!(text, "- A line that denies on the portal: CARC {}, RARC {}", denial.carc, denial.rarc);
    }
    let (why, remedy) = (sentences(why), sentences(remedy));
    let _ =
        write!(text, "\n## Why it matters\n\n{why}\n\n## What to do\n\n{remedy}\n\n## Source\n\n{source}\n");
    text
}

fn is_edit(about: &About) -> bool {
    EDITS.iter().any(|edit| edit.about().code == about.code)
}

fn is_snip(about: &About) -> bool {
    SNIP.iter().any(|rule| rule.code == about.code)
}

/// Names the unit that is refused for the fault; codes of syntax are numbered by unit, from the outside in.
fn refused_unit(about: &About) -> Option<&'static str> {
    match about.code.get(..4) {
        Some("X121") => Some("interchange"),
        Some("X122") => Some("functional group"),
        Some("X123" | "X124") => Some("transaction set"),
        _ => None,
    }
}
