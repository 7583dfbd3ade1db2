//! The blocks of `brr.html` that every claim and unit has, written straight into the page.
//!
//! A large report is made of little else, so these blocks go without a template.
//! Whatever is not a fixed tag goes through [`Markup::text`], which escapes it.

use super::fields::{Field, Fields};
use super::words::TransactionError;
use crate::values;

/// A page that grows.
pub(super) struct Markup<'o>(pub &'o mut Vec<u8>);

impl Markup<'_> {
    /// Writes fixed tags and words, as they are.
    #[inline]
    pub(super) fn fixed(&mut self, markup: &'static str) -> &mut Self {
        self.0.extend_from_slice(markup.as_bytes());
        self
    }

    /// Writes a number.
    pub(super) fn number(&mut self, number: u64) -> &mut Self {
        self.0.extend_from_slice(values::number(number).as_bytes());
        self
    }

    /// Writes text, as text.
    ///
    /// Quotes are escaped too, so that text can stand in an attribute.
    pub(super) fn text(&mut self, text: &str) -> &mut Self {
        let mut rest = text.as_bytes();
        // Nearly every text is plain; without a way out of the loop the compiler can look at many bytes at once.
        if !rest.iter().fold(false, |found, byte| found | escape(*byte).is_some()) {
            self.0.extend_from_slice(rest);
            return self;
        }
        while let Some(place) = rest.iter().position(|byte| escape(*byte).is_some()) {
            self.0.extend_from_slice(&rest[..place]);
            self.0.extend_from_slice(escape(rest[place]).unwrap_or_default());
            rest = &rest[place + 1..];
        }
        self.0.extend_from_slice(rest);
        self
    }

    /// Writes labels and what stands beside them, within a list.
    pub(super) fn fields(&mut self, fields: &Fields) -> &mut Self {
        for Field { label, value, as_sent } in fields.iter() {
            self.fixed("<div><dt>").fixed(label).fixed("</dt><dd>");
            if as_sent {
                self.fixed("<code>").text(value).fixed("</code>");
            } else {
                self.text(value);
            }
            self.fixed("</dd></div>\n");
        }
        self
    }

    /// Writes one block for each error.
    pub(super) fn errors(&mut self, errors: &[TransactionError<'_>]) -> &mut Self {
        for error in errors {
            let TransactionError { number, effect, code, summary, message, remedy, fields } = error;
            self.fixed("<div class=\"error\">\n<h4><span class=\"kind\">").fixed(effect).fixed(" ");
            self.number(*number).fixed(": ").fixed(code).fixed("</span> ").text(summary);
            self.fixed("</h4>\n<p>").text(message);
            self.fixed("</p>\n<p class=\"todo\">What to do: ").text(remedy);
            self.fixed("</p>\n<dl>\n").fields(fields).fixed("</dl>\n</div>\n");
        }
        self
    }
}

/// Returns the character reference of a byte that would be markup.
fn escape(byte: u8) -> Option<&'static [u8]> {
    match byte {
        b'"' => Some(b"&#34;"),
        b'&' => Some(b"&#38;"),
        b'\'' => Some(b"&#39;"),
        b'<' => Some(b"&#60;"),
        b'>' => Some(b"&#62;"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_never_markup() {
        for (text, written) in [
            ("", ""),
            ("plain é", "plain é"),
            ("<a href=\"x\">'&amp;'</a>", "&#60;a href=&#34;x&#34;&#62;&#39;&#38;amp;&#39;&#60;/a&#62;"),
            ("é<é", "é&#60;é"),
        ] {
            let mut page = Vec::new();
            Markup(&mut page).text(text);
            assert_eq!(String::from_utf8(page).unwrap(), written);
        }
    }
}
