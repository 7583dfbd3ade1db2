//! Recognises what a file is written in, before anything is cut.

/// How the bytes of a file stand for characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoding {
    /// One byte, one character.
    Bytes,
    /// The same behind a UTF-8 mark of three bytes.
    Utf8Mark,
    /// Two bytes a character; such a file is refused as a whole.
    Utf16,
}

const UTF8_MARK: &[u8] = b"\xEF\xBB\xBF";

/// Returns the encoding of `file`, told from its first bytes.
pub fn encoding_of(file: &[u8]) -> Encoding {
    const UTF16: [&[u8]; 4] = [b"\xFF\xFE", b"\xFE\xFF", b"I\0S\0A\0", b"\0I\0S\0A"];
    if file.starts_with(UTF8_MARK) {
        Encoding::Utf8Mark
    } else if UTF16.iter().any(|start| file.starts_with(start)) {
        Encoding::Utf16
    } else {
        Encoding::Bytes
    }
}

impl Encoding {
    /// Returns how many bytes stand in front of the first character.
    pub fn mark_bytes(self) -> usize {
        match self {
            Encoding::Utf8Mark => UTF8_MARK.len(),
            Encoding::Bytes | Encoding::Utf16 => 0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_and_two_byte_text_are_recognised() {
        assert_eq!(encoding_of(b"ISA*00*"), Encoding::Bytes);
        assert_eq!(encoding_of(b"\xEF\xBB\xBFISA*"), Encoding::Utf8Mark);
        assert_eq!(encoding_of(b"\xFF\xFEI\0S\0A\0"), Encoding::Utf16);
        assert_eq!(encoding_of(b"\0I\0S\0A\0*"), Encoding::Utf16);
        assert_eq!(encoding_of(b""), Encoding::Bytes);
    }
}
