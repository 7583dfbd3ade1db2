//! JSON that grows field by field, straight on the page.
//!
//! Results and reports of a file with many bad claims are made of little else, so nothing is put together before it is written.
//! What a run has once goes through `serde`.

use std::fmt::Write;

use chrono::NaiveDate;
use crosswalk::Ndc;

use crate::values;

/// JSON that grows.
pub(crate) struct JsonPage<'o>(pub &'o mut Vec<u8>);

impl JsonPage<'_> {
    /// Begins an object.
    pub(crate) fn object(&mut self) -> &mut Self {
        self.0.push(b'{');
        self
    }

    /// Ends an object.
    pub(crate) fn end_object(&mut self) -> &mut Self {
        self.0.push(b'}');
        self
    }

    /// Begins the field `name`, whose value is to follow.
    // Where the compiler sees how long the name is, a field costs little more than its bytes.
    #[inline]
    pub(crate) fn field(&mut self, name: &'static str) -> &mut Self {
        if self.0.last() != Some(&b'{') {
            self.0.push(b',');
        }
        self.0.push(b'"');
        self.0.extend_from_slice(name.as_bytes());
        self.0.extend_from_slice(b"\":");
        self
    }

    /// Writes an array, of which `one` writes each value.
    pub(crate) fn array<T>(&mut self, values: impl IntoIterator<Item = T>, one: impl Fn(&mut Self, T)) {
        self.0.push(b'[');
        for (index, value) in values.into_iter().enumerate() {
            if 0 < index {
                self.0.push(b',');
            }
            one(self, value);
        }
        self.0.push(b']');
    }

    /// Writes a value as `one` does, or null where there is none.
    pub(crate) fn option<T>(&mut self, value: Option<T>, one: impl Fn(&mut Self, T)) {
        match value {
            Some(value) => one(self, value),
            None => self.0.extend_from_slice(b"null"),
        }
    }

    /// Writes words of our own that need no escape, such as codes and names of lists.
    pub(crate) fn fixed(&mut self, words: &str) {
        debug_assert!(words.bytes().all(|byte| !is_escaped(byte)), "{words}");
        self.0.push(b'"');
        self.0.extend_from_slice(words.as_bytes());
        self.0.push(b'"');
    }

    /// Writes words, in which bytes of the file may be quoted.
    pub(crate) fn words(&mut self, words: &str) {
        self.0.push(b'"');
        // Nearly all words are plain; without a way out of the loop the compiler can look at many bytes at once.
        if words.bytes().fold(false, |found, byte| found | is_escaped(byte)) {
            for character in words.chars() {
                self.character(character);
            }
        } else {
            self.0.extend_from_slice(words.as_bytes());
        }
        self.0.push(b'"');
    }

    /// Writes bytes of the file as text, each byte as its Latin-1 code point.
    pub(crate) fn text(&mut self, bytes: &[u8]) {
        self.0.push(b'"');
        if bytes.iter().fold(false, |found, &byte| found | is_escaped(byte) | !byte.is_ascii()) {
            for &byte in bytes {
                self.character(char::from(byte));
            }
        } else {
            self.0.extend_from_slice(bytes);
        }
        self.0.push(b'"');
    }

    /// Writes a number.
    pub(crate) fn number(&mut self, number: u64) {
        self.0.extend_from_slice(values::number(number).as_bytes());
    }

    /// Writes `true` or `false`.
    pub(crate) fn flag(&mut self, flag: bool) {
        self.0.extend_from_slice(if flag { b"true" } else { b"false" });
    }

    /// Writes a date.
    pub(crate) fn day(&mut self, day: NaiveDate) {
        self.fixed(&values::day(day));
    }

    /// Writes the eleven digits of an NDC.
    pub(crate) fn ndc(&mut self, ndc: Ndc) {
        self.text(&ndc.digits());
    }

    /// Writes one character of a text; source of what is escaped: RFC 8259, section 7.
    fn character(&mut self, character: char) {
        match character {
            '"' => self.0.extend_from_slice(b"\\\""),
            '\\' => self.0.extend_from_slice(b"\\\\"),
            '\n' => self.0.extend_from_slice(b"\\n"),
            '\r' => self.0.extend_from_slice(b"\\r"),
            '\t' => self.0.extend_from_slice(b"\\t"),
            '\x08' => self.0.extend_from_slice(b"\\b"),
            '\x0c' => self.0.extend_from_slice(b"\\f"),
            '\0'..='\x1f' => {
                let mut escape = String::with_capacity(6);
                // Writing to a string cannot fail.
                let _ = write!(escape, "\\u{:04x}", u32::from(character));
                self.0.extend_from_slice(escape.as_bytes());
            }
            other => self.0.extend_from_slice(other.encode_utf8(&mut [0; 4]).as_bytes()),
        }
    }
}

/// Whether a byte cannot stand in a string as it is.
fn is_escaped(byte: u8) -> bool {
    matches!(byte, 0..=0x1f | b'"' | b'\\')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(write: impl FnOnce(&mut JsonPage<'_>)) -> String {
        let mut page = Vec::new();
        write(&mut JsonPage(&mut page));
        String::from_utf8(page).unwrap()
    }

    #[test]
    fn every_byte_is_escaped_as_it_must_be() {
        let bytes: Vec<u8> = (0..=u8::MAX).collect();
        let words: String = bytes.iter().copied().map(char::from).collect();
        let expected = serde_json::to_string(&words).unwrap();
        assert_eq!(written(|json| json.text(&bytes)), expected);
        assert_eq!(written(|json| json.words(&words)), expected);
        assert_eq!(written(|json| json.words("\u{fffd} ␛ ü")), "\"\u{fffd} ␛ ü\"");
        assert_eq!(written(|json| json.text(b"")), "\"\"");
    }

    #[test]
    fn fields_and_values_are_parted_by_one_comma() {
        let text = written(|json| {
            json.object().field("a").number(0);
            json.field("b").array([1, 10, u64::MAX], JsonPage::number);
            json.field("c").array([], JsonPage::number);
            json.field("d").object().field("e").option(Some(true), JsonPage::flag);
            json.end_object().field("f").option(None, JsonPage::flag);
            json.end_object();
        });
        assert_eq!(text, r#"{"a":0,"b":[1,10,18446744073709551615],"c":[],"d":{"e":true},"f":null}"#);
    }
}
