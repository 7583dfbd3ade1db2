//! Parts text into lines.

use super::faces::{Face, Faces};

/// Returns the lines of `text`, none wider than `width` ems.
///
/// Lines end at blanks, which stay at their ends, so that words are apart for whoever does not see the page;
/// a word that is wider than a line is broken wherever it has to be.
pub(super) fn lines<'t>(faces: &Faces, face: Face, text: &'t str, width: f32) -> Vec<&'t str> {
    let mut lines = Vec::new();
    let (mut start, mut used) = (0, 0.0);
    // Where the line ends if what follows does not fit, and how wide it is up to there.
    let mut blank = None;
    for (place, character) in text.char_indices() {
        let wide = faces.width(face, character);
        if character == ' ' {
            // A blank at the end of a line may stand over.
            used += wide;
            blank = Some((place + 1, used));
            continue;
        }
        if width < used + wide && start < place {
            let (end, before) = blank.take().unwrap_or((place, used));
            lines.push(&text[start..end]);
            (start, used) = (end, used - before);
            // The begun word may be wider than a line by itself.
            if width < used + wide && start < place {
                lines.push(&text[start..place]);
                (start, used) = (place, 0.0);
            }
        }
        used += wide;
    }
    lines.push(&text[start..]);
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_line_is_too_wide_and_nothing_is_lost() {
        let faces = Faces::load().unwrap();
        let long = "0".repeat(300);
        let texts =
            ["", "short", &"word ".repeat(60), &long, &format!("a {long} b"), "  a   b  ", &"é".repeat(90)];
        for text in texts {
            for width in [0.1, 4.0, 20.0] {
                let lines = lines(&faces, Face::Regular, text, width);
                assert_eq!(lines.concat(), text);
                for line in lines {
                    let seen = line.trim_end_matches(' ');
                    let fits = faces.text_width(Face::Regular, seen) <= width;
                    assert!(fits || seen.chars().count() <= 1, "{seen:?} in {width}");
                }
            }
        }
        assert_eq!(lines(&faces, Face::Regular, "one two three", 4.0), ["one two ", "three"]);
    }
}
