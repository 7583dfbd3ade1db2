//! The four separators that an interchange declares for itself.

/// The separators of one interchange, as its ISA sets them.
///
/// Invariant: a separator that the interchange does not have holds the segment terminator, which never stands inside a segment.
/// Source: X12.5, ISA: byte 4 is the element separator, ISA11 the repetition separator from release 00402 on, ISA16 the component separator, the byte behind it the terminator.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Delimiters {
    /// Ends a segment.
    pub segment: u8,
    /// Stands between elements.
    pub element: u8,
    /// Stands between the components of a composite.
    pub component: u8,
    /// Stands between repetitions of an element.
    pub repetition: u8,
}

impl Delimiters {
    /// Returns whether the four can be told apart from each other and from text.
    pub fn usable(&self) -> bool {
        let absent = self.segment;
        let distinct = self.element != self.segment
            && self.element != self.component
            && self.element != self.repetition
            && (self.component == absent || self.component != self.repetition);
        let text = |byte: u8| byte.is_ascii_alphanumeric() || byte == b' ';
        distinct
            && !text(self.segment)
            && !text(self.element)
            && !text(self.component)
            && !text(self.repetition)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: [u8; 4]) -> Delimiters {
        Delimiters { segment: text[0], element: text[1], component: text[2], repetition: text[3] }
    }

    #[test]
    fn separators_must_differ_and_not_be_text() {
        assert!(of(*b"~*:^").usable());
        assert!(of(*b"\n|>^").usable());
        assert!(of(*b"~*:~").usable(), "no repetition separator before 00402");
        assert!(of(*b"~*~~").usable(), "no component separator either");
        assert!(!of(*b"~*~*").usable());
        assert!(!of(*b"~~:^").usable());
        assert!(!of(*b"~*::").usable());
        assert!(!of(*b"G*:^").usable());
        assert!(!of(*b"~*: ").usable());
    }
}
