//! Which guide a transaction set follows.

/// The three kinds of claim, by their guides.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Guide {
    /// 837P, 005010X222 and its addenda.
    Professional,
    /// 837I, 005010X223 and its addenda.
    Institutional,
    /// 837D, 005010X224 and its addenda.
    Dental,
}

/// What ST01 and ST03 (else GS08) say a transaction set is.
#[derive(Clone, Copy)]
pub struct Implementation<'a> {
    /// ST01.
    pub transaction_set: &'a [u8],
    /// ST03, or GS08 where ST03 is empty.
    pub reference: &'a [u8],
    /// The guide, if it is one that is judged here.
    pub guide: Option<Guide>,
    /// What that guide says.
    pub table: Option<&'static guides::Guide>,
}

/// The guides that are judged.
/// Source: X12 Technical Reports Type 3 of release 005010 with their addenda of 2007, 2008 and 2010.
const JUDGED: [(&[u8], Guide); 11] = [
    (b"005010X222A1", Guide::Professional),
    (b"005010X222", Guide::Professional),
    (b"005010X222A2", Guide::Professional),
    (b"005010X223A2", Guide::Institutional),
    (b"005010X223", Guide::Institutional),
    (b"005010X223A1", Guide::Institutional),
    (b"005010X223A3", Guide::Institutional),
    (b"005010X224A2", Guide::Dental),
    (b"005010X224", Guide::Dental),
    (b"005010X224A1", Guide::Dental),
    (b"005010X224A3", Guide::Dental),
];

impl<'a> Implementation<'a> {
    /// Tells the implementation from ST01, ST03 and GS08.
    pub fn of(st01: &'a [u8], st03: &'a [u8], gs08: &'a [u8]) -> Implementation<'a> {
        let reference = if st03.is_empty() { gs08 } else { st03 };
        let judged = JUDGED.iter().find(|(name, _)| *name == reference.trim_ascii());
        let guide = judged.filter(|_| st01 == b"837").map(|&(_, guide)| guide);
        let table = guide.and_then(|_| guides::guide(reference.trim_ascii()));
        Implementation { transaction_set: st01, reference, guide, table }
    }

    /// Returns whether claims are looked for: in every 837, of whatever release.
    pub fn has_claims(&self) -> bool {
        self.transaction_set == b"837"
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_named_guides_are_judged() {
        let guide = |st01: &str, st03: &str, gs08: &str| {
            Implementation::of(st01.as_bytes(), st03.as_bytes(), gs08.as_bytes()).guide
        };
        assert_eq!(guide("837", "005010X222A1", ""), Some(Guide::Professional));
        assert_eq!(guide("837", "", "005010X223A3"), Some(Guide::Institutional));
        assert_eq!(guide("837", "005010X224A2", "005010X222A1"), Some(Guide::Dental));
        for other in ["004010X098A1", "005010X291", "005010X298", "005010X222A3", ""] {
            assert_eq!(guide("837", other, ""), None, "{other}");
        }
        assert_eq!(guide("835", "005010X222A1", ""), None);
    }
}
