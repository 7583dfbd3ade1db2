//! The pages of `docs` that come from the code are as the code has them; `BLESS=1` writes them again.

#![forbid(unsafe_code)]
#![allow(clippy::unwrap_used, reason = "a test that cannot unwrap has failed")]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Folders and pages of `docs` that are written from the code.
const WRITTEN: [&str; 4] = ["acknowledgements.md", "configuration.md", "facts.md", "rules"];

fn docs() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs")
}

/// Writes the pages to `folder`.
fn write(folder: &Path) {
    let ended = Command::new(env!("CARGO_BIN_EXE_claimgate")).arg("docs").arg(folder).env_clear().status();
    assert!(ended.unwrap().success());
}

/// Returns the pages in `folder` that the code writes, by name.
fn pages(folder: &Path) -> BTreeMap<String, String> {
    let mut pages = BTreeMap::new();
    let mut read = |name: String| {
        let text = fs::read_to_string(folder.join(&name)).unwrap_or_default();
        pages.insert(name, text);
    };
    for name in WRITTEN {
        match fs::read_dir(folder.join(name)) {
            Ok(entries) => {
                entries.for_each(|entry| read(format!("{name}/{}", entry.unwrap().file_name().display())));
            }
            Err(_) => read(name.to_owned()),
        }
    }
    pages
}

#[test]
fn the_pages_are_those_that_the_code_writes() {
    if std::env::var_os("BLESS").is_some() {
        // A page whose rule is gone goes too.
        let _ = fs::remove_dir_all(docs().join("rules"));
        write(&docs());
    }
    let written = tempfile::tempdir().unwrap();
    write(written.path());
    let (expected, found) = (pages(written.path()), pages(&docs()));
    let names = |pages: &BTreeMap<String, String>| pages.keys().cloned().collect::<Vec<_>>();
    assert_eq!(names(&found), names(&expected), "run `make bless`");
    for (name, text) in &expected {
        assert_eq!(&found[name], text, "docs/{name}: run `make bless`");
    }
    assert!(50 < expected.len());
}

#[test]
fn every_code_has_a_page_and_stands_in_the_index() {
    let written = tempfile::tempdir().unwrap();
    write(written.path());
    let pages = pages(written.path());
    for about in edits::catalogue() {
        let page = &pages[&format!("rules/{}.md", about.code)];
        assert!(page.starts_with(&format!("# {}: {}\n", about.code, about.title)));
        for words in [about.element, about.source] {
            assert!(page.contains(words), "{}", about.code);
        }
        let link = format!("[{0}]({0}.md)", about.code);
        assert!(pages["rules/README.md"].contains(&link), "{}", about.code);
    }
}
