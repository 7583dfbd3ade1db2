//! The fonts of a PDF, and how wide text is in them.
//!
//! They have the characters of Latin scripts, which nearly all claims keep to.
//! Any other is spelled by its code point, so that nothing is lost and every glyph has a meaning.

use std::borrow::Cow;
use std::fmt::Write as _;

use krilla::text::{Font, GlyphId, KrillaGlyph};
use skrifa::instance::{LocationRef, Size};
use skrifa::{FontRef, MetadataProvider};

use crate::error::Error;

/// A way that text looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Face {
    /// For all text.
    Regular,
    /// For headings.
    Bold,
    /// For elements as sent.
    Mono,
}

/// The fonts, in the order of [`Face`].
pub(super) struct Faces([Metrics; 3]);

/// A font, and the glyphs of its characters.
struct Metrics {
    font: Font,
    /// By code point.
    glyphs: Vec<Option<(GlyphId, f32)>>,
}

/// One above the last character that the fonts have.
const CHARACTERS_END: u32 = 0x2030;

const FILES: [&[u8]; 3] = [
    include_bytes!("../../fonts/NotoSans-Regular.ttf"),
    include_bytes!("../../fonts/NotoSans-Bold.ttf"),
    include_bytes!("../../fonts/NotoSansMono-Regular.ttf"),
];

impl Faces {
    /// Reads the fonts that come with the program.
    pub(super) fn load() -> Result<Faces, Error> {
        let [regular, bold, mono] = FILES.map(Metrics::of);
        match (regular, bold, mono) {
            (Some(regular), Some(bold), Some(mono)) => Ok(Faces([regular, bold, mono])),
            _ => Err(Error::Pdf("a font cannot be read".to_owned())),
        }
    }

    /// Returns the font of `face`.
    pub(super) fn font(&self, face: Face) -> Font {
        self.metrics(face).font.clone()
    }

    /// Returns how wide `character` is, in ems; one without a glyph is never laid out.
    pub(super) fn width(&self, face: Face, character: char) -> f32 {
        self.metrics(face).glyph(character).map_or(0.0, |(_, width)| width)
    }

    /// Returns how wide `text` is, in ems.
    pub(super) fn text_width(&self, face: Face, text: &str) -> f32 {
        text.chars().map(|character| self.width(face, character)).sum()
    }

    /// Returns the glyphs of `text`, each for the bytes that it stands for.
    pub(super) fn glyphs(&self, face: Face, text: &str) -> Vec<KrillaGlyph> {
        let metrics = self.metrics(face);
        let one = |(start, character): (usize, char)| {
            let (glyph, width) = metrics.glyph(character)?;
            let range = start..start + character.len_utf8();
            Some(KrillaGlyph::new(glyph, width, 0.0, 0.0, 0.0, range, None))
        };
        text.char_indices().filter_map(one).collect()
    }

    /// Returns `text` with every character that `face` has no glyph for as `<U+001B>`.
    pub(super) fn spelled<'t>(&self, face: Face, text: &'t str) -> Cow<'t, str> {
        let metrics = self.metrics(face);
        if text.chars().all(|character| metrics.glyph(character).is_some()) {
            return Cow::Borrowed(text);
        }
        let mut spelled = String::with_capacity(text.len() + 16);
        for character in text.chars() {
            if metrics.glyph(character).is_some() {
                spelled.push(character);
            } else {
                // A string takes every character.
                let _ = write!(spelled, "<U+{:04X}>", code_point(character));
            }
        }
        Cow::Owned(spelled)
    }

    fn metrics(&self, face: Face) -> &Metrics {
        match face {
            Face::Regular => &self.0[0],
            Face::Bold => &self.0[1],
            Face::Mono => &self.0[2],
        }
    }
}

impl Metrics {
    fn of(file: &'static [u8]) -> Option<Metrics> {
        let reader = FontRef::new(file).ok()?;
        let charmap = reader.charmap();
        let widths = reader.glyph_metrics(Size::new(1.0), LocationRef::default());
        let glyph = |code_point| {
            let character = char::from_u32(code_point).filter(|&character| has_shape(character))?;
            let glyph = charmap.map(character).filter(|glyph| glyph.to_u32() != 0)?;
            Some((GlyphId::new(glyph.to_u32()), widths.advance_width(glyph)?))
        };
        let glyphs = (0..CHARACTERS_END).map(glyph).collect();
        Some(Metrics { font: Font::new(file.into(), 0)?, glyphs })
    }

    fn glyph(&self, character: char) -> Option<(GlyphId, f32)> {
        *self.glyphs.get(character as usize)?
    }
}

/// Whether a reader can see the character, or a blank in its place.
fn has_shape(character: char) -> bool {
    !character.is_control() && character != '\u{ad}'
}

/// Returns the code point that a symbol of a control character stands for, or that of any other character.
fn code_point(character: char) -> u32 {
    match u32::from(character) {
        symbol @ 0x2400..=0x2420 => symbol - 0x2400,
        0x2421 => 0x7f,
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_character_of_latin_1_has_a_glyph_or_is_spelled() {
        let faces = Faces::load().unwrap();
        for face in [Face::Regular, Face::Bold, Face::Mono] {
            for byte in 0..=u8::MAX {
                let text = char::from(byte).to_string();
                let spelled = faces.spelled(face, &text);
                let expected = match byte {
                    0..=0x1f | 0x7f..=0x9f | 0xad => format!("<U+{byte:04X}>"),
                    _ => text.clone(),
                };
                assert_eq!(spelled, expected);
                assert_eq!(faces.glyphs(face, &spelled).len(), spelled.chars().count());
                assert!(0.0 < faces.text_width(face, &spelled));
            }
            assert_eq!(faces.spelled(face, "a ␛[31m ␠ – 薬"), "a <U+001B>[31m <U+0020> – <U+85AC>");
        }
    }
}
