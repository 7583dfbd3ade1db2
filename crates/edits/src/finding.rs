//! One finding: what is wrong, where, and why.

use std::borrow::Cow;

use chrono::NaiveDate;
use guides::Deviation;

use crate::about::About;
use crate::profile::{Profile, Severity};
use crate::why::Why;

/// An element, as a place in the guide and as bytes of the file.
#[derive(Clone, Copy)]
pub struct Element<'a> {
    /// The loop that its segment stands in; `None` for a segment of the envelope.
    pub within: Option<&'static str>,
    /// Segment, element and component.
    pub name: ElementName<'a>,
    /// The guilty bytes; what is missing is an empty slice where it should stand.
    pub place: &'a [u8],
    /// Position of the segment in the file, from 1; of what is missing, where it should stand.
    pub segment_number: u64,
}

/// Segment, element and component, such as `SV101-2`.
#[derive(Clone, Copy)]
pub enum ElementName<'a> {
    /// One that a rule names.
    Known(&'static str),
    /// One by its position; both count from 1, and 0 stands for the whole segment or element.
    At {
        /// The segment's identifier.
        segment: &'a [u8],
        /// Position of the element.
        element: u16,
        /// Position of the component.
        component: u16,
    },
}

impl ElementName<'_> {
    /// Returns the name as the guides write it.
    pub fn text(self) -> Cow<'static, str> {
        match self {
            ElementName::Known(name) => Cow::Borrowed(name),
            ElementName::At { segment, element, component } => {
                let mut text = crate::text_of(segment);
                if 0 < element {
                    text.push_str(&format!("{element:02}"));
                }
                if 0 < component {
                    text.push_str(&format!("-{component}"));
                }
                Cow::Owned(text)
            }
        }
    }
}

/// The service line that a finding is about.
#[derive(Clone, Copy)]
pub struct LineRef<'a> {
    /// Index into the claim's lines.
    pub index: u32,
    /// LX01, as sent.
    pub number: &'a [u8],
    /// SV101-2, SV202-2 or SV301-2, as sent.
    pub procedure: Option<&'a [u8]>,
    /// LIN03, as sent.
    pub ndc: Option<&'a [u8]>,
    /// The day that was tested.
    pub service_date: Option<NaiveDate>,
}

/// What an edit found, or what is wrong with the syntax.
pub struct Finding<'a> {
    /// The words of its code.
    pub about: &'static About,
    /// What follows from it, by the profile.
    pub severity: Severity,
    /// The line it is about; `None` if it is about the claim.
    pub line: Option<LineRef<'a>>,
    /// Where it is.
    pub element: Element<'a>,
    /// What is wrong, in a sentence or two.
    pub message: String,
    /// How the lists stand to it; `None` where no list was asked.
    pub why: Option<Box<Why<'a>>>,
    /// The kind of fault, for one of syntax; acknowledgements have their codes from it.
    pub fault: Option<FaultRef<'a>>,
}

/// What an acknowledgement needs to know of a fault of syntax.
#[derive(Clone, Copy)]
pub struct FaultRef<'a> {
    /// What is wrong.
    pub kind: claims::Kind,
    /// The unit that it spoils.
    pub level: claims::Level,
    /// Where in the guide it is, for what departs from one.
    pub deviation: Option<Deviation<'a>>,
}

/// Most findings that are told of one claim; a claim has at most 999 lines.
const FINDINGS_MAX: usize = 1_000;

/// The findings of one claim, while its edits run.
pub struct Findings<'a, 'p> {
    profile: &'p Profile,
    /// What was found so far.
    pub found: Vec<Finding<'a>>,
}

impl<'a, 'p> Findings<'a, 'p> {
    /// Begins with none.
    pub fn new(profile: &'p Profile) -> Findings<'a, 'p> {
        Findings { profile, found: Vec::new() }
    }

    /// Returns the severity of `about`; what is off need not be worded.
    pub fn severity(&self, about: &About) -> Severity {
        self.profile.severity(about.code, about.severity)
    }

    /// Returns whether a finding of `about` would be told: it is not switched off, and there is room for it.
    ///
    /// Beyond the limit only what decides more than all before it is told.
    pub fn takes(&self, about: &About) -> bool {
        let severity = self.severity(about);
        let has_room = self.found.len() < FINDINGS_MAX;
        severity != Severity::Off
            && (has_room || self.found.iter().all(|earlier| earlier.severity < severity))
    }

    /// Adds a finding, unless it would not be told.
    pub fn add(
        &mut self,
        about: &'static About,
        line: Option<LineRef<'a>>,
        element: Element<'a>,
        message: String,
    ) -> Option<&mut Finding<'a>> {
        if !self.takes(about) {
            return None;
        }
        let severity = self.severity(about);
        self.found.push(Finding { about, severity, line, element, message, why: None, fault: None });
        self.found.last_mut()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::about;

    #[test]
    fn beyond_the_limit_only_what_decides_more_is_taken() {
        let profile = Profile::default();
        let mut findings = Findings::new(&profile);
        let [warns, rejects] = ["NDC090", "NDC010"].map(|code| about(code).expect("the code is known"));
        let element =
            Element { within: None, name: ElementName::Known("LIN03"), place: b"", segment_number: 1 };
        for _ in 0..FINDINGS_MAX {
            assert!(findings.add(warns, None, element, String::new()).is_some());
        }
        assert!(!findings.takes(warns) && findings.takes(rejects));
        assert!(findings.add(rejects, None, element, String::new()).is_some());
        assert!(!findings.takes(rejects));
        assert_eq!(findings.found.len(), FINDINGS_MAX + 1);
    }
}
