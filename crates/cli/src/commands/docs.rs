//! `claimgate docs`: the pages of `docs` that are written from the code.
//!
//! It is not shown among the commands: it serves whoever builds claimgate, and the test that holds the committed pages against it.

use std::path::PathBuf;

use clap::Args;

use crate::exit::Exit;
use crate::failure::Failure;

mod acknowledgements;
mod configuration;
mod facts;
mod rules;

/// Arguments of `docs`.
#[derive(Args, Debug)]
pub struct DocsArgs {
    /// Folder to write the pages to
    #[arg(value_name = "DIR")]
    dir: PathBuf,
}

/// A page: its name within the folder, and its Markdown.
type Page = (String, String);

/// Writes every page.
pub fn run(args: &DocsArgs) -> Result<Exit, Failure> {
    let pages = [acknowledgements::page(), configuration::page(), facts::page()];
    for (name, text) in pages.into_iter().chain(rules::pages()) {
        let path = args.dir.join(name);
        let folder = path.parent().unwrap_or(&args.dir);
        std::fs::create_dir_all(folder)
            .and_then(|()| std::fs::write(&path, text))
            .map_err(|error| Failure::io("cannot write", &path, &error))?;
    }
    Ok(Exit::Done)
}

/// Puts every sentence on a line of its own.
fn sentences(text: &str) -> String {
    let mut lines = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(end) = rest.find(". ") {
        let (sentence, following) = rest.split_at(end + 1);
        lines.push_str(sentence);
        rest = &following[1..];
        // A point within a sentence is followed by no capital.
        lines.push(if rest.starts_with(|letter: char| letter.is_uppercase() || letter == '`') {
            '\n'
        } else {
            ' '
        });
    }
    lines + rest
}

#[cfg(test)]
mod tests {
    use super::sentences;

    #[test]
    fn each_sentence_has_its_line() {
        assert_eq!(sentences("One. Two, no. 3. `Four`."), "One.\nTwo, no. 3.\n`Four`.");
        assert_eq!(sentences("One"), "One");
    }
}
