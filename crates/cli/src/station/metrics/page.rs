//! The page that Prometheus reads.
//!
//! Source: Prometheus, exposition formats, text format version 0.0.4.

use std::fmt::Write;

/// What the page is, for whoever asks for it.
pub const CONTENT_TYPE: &str = "text/plain; version=0.0.4; charset=utf-8";

/// A page that is being written.
#[derive(Default)]
pub struct Page {
    text: String,
    /// The family that samples belong to.
    family: &'static str,
}

impl Page {
    /// Begins a family of samples.
    pub fn family(&mut self, name: &'static str, kind: &str, help: &str) {
        self.family = name;
        let _ = write!(self.text, "# HELP {name} {help}\n# TYPE {name} {kind}\n");
    }

    /// Adds a sample to the family.
    pub fn sample(&mut self, labels: &[(&str, &str)], value: u64) {
        self.line(labels, &value.to_string());
    }

    /// Adds a moment to the family, if there is one.
    pub fn moment(&mut self, labels: &[(&str, &str)], seconds: Option<i64>) {
        if let Some(seconds) = seconds {
            self.line(labels, &seconds.to_string());
        }
    }

    fn line(&mut self, labels: &[(&str, &str)], value: &str) {
        let pairs: Vec<String> =
            labels.iter().map(|(name, value)| format!("{name}=\"{}\"", escaped(value))).collect();
        let labels = if pairs.is_empty() { String::new() } else { format!("{{{}}}", pairs.join(",")) };
        let _ = writeln!(self.text, "{}{labels} {value}", self.family);
    }

    /// Returns the page.
    pub fn text(self) -> String {
        self.text
    }
}

fn escaped(value: &str) -> String {
    value.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn samples_stand_below_their_family() {
        let mut page = Page::default();
        page.family("a_total", "counter", "All.");
        page.sample(&[("one", "a\"b\\c\nd"), ("two", "")], 3);
        page.moment(&[], Some(-1));
        page.moment(&[], None);
        let text = "# HELP a_total All.\n# TYPE a_total counter\na_total{one=\"a\\\"b\\\\c\\nd\",two=\"\"} 3\na_total -1\n";
        assert_eq!(page.text(), text);
    }
}
