//! Text for reading: labels on the left, words wrapped on the right.

use responses::brr::shown_text;

/// Columns of a line.
const WIDTH: usize = 96;

/// Columns in front of the words beside a label.
const LABEL: usize = 16;

/// Lines of text while they are put together.
#[derive(Default)]
pub struct Page {
    /// The lines so far.
    pub text: String,
}

impl Page {
    /// Adds an empty line.
    pub fn blank(&mut self) {
        self.text.push('\n');
    }

    /// Adds a line; nothing in it steers a terminal.
    pub fn line(&mut self, words: &str) {
        self.text.push_str(&shown_text(words));
        self.blank();
    }

    /// Adds `words` from column `indent` on, wrapped; no words, no line.
    pub fn paragraph(&mut self, indent: usize, words: &str) {
        let lead = " ".repeat(indent);
        self.wrapped(&lead, indent, words);
    }

    /// Adds a label and the words beside it; no words, no line.
    pub fn labelled(&mut self, label: &str, words: &str) {
        let lead = format!("  {label:<width$}", width = LABEL - 2);
        self.wrapped(&lead, LABEL, words);
    }

    fn wrapped(&mut self, lead: &str, indent: usize, words: &str) {
        let mut line = lead.to_owned();
        let mut columns = indent;
        let mut is_first = true;
        for word in words.split_whitespace() {
            let length = word.chars().count();
            if !is_first && WIDTH < columns + 1 + length {
                self.line(&line);
                line = " ".repeat(indent);
                columns = indent;
                is_first = true;
            }
            if !is_first {
                line.push(' ');
                columns += 1;
            }
            line.push_str(word);
            columns += length;
            is_first = false;
        }
        if !is_first {
            self.line(&line);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_wrapped_beside_their_label() {
        let mut page = Page::default();
        page.labelled("Where", "2410.LIN03");
        page.labelled("Nothing", "");
        page.labelled("Why", &"word ".repeat(20));
        let words = ["word"; 16].join(" ");
        let rest = ["word"; 4].join(" ");
        assert_eq!(
            page.text,
            format!("  Where         2410.LIN03\n  Why           {words}\n                {rest}\n")
        );
        assert!(page.text.lines().all(|line| line.len() <= WIDTH));
    }
}
