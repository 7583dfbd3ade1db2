//! DTP020: the date of service is after the day of the run.

use crate::about::{About, denial, status};
use chrono::NaiveDate;

use crate::finding::Findings;
use crate::judge::Judge;
use crate::profile::ServiceDateRule;
use crate::profile::Severity;
use crate::rules::{Edit, Judged};

/// The date of service is after the day of the run.
pub struct ServiceDateInFuture;

static ABOUT: About = About {
    code: "DTP020",
    title: "Date of service is in the future",
    element: "2400.DTP03",
    why: "Nothing can be billed before it was given; the year is often mistyped.",
    remedy: "Correct the date of service, or send the claim after that day.",
    source: "005010X222A1 and 005010X223A2, DTP*472",
    severity: Severity::Warn,
    status: &[status("A7", "187")],
    denial: Some(denial("M52")),
};

impl Edit for ServiceDateInFuture {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn check<'a>(&self, judged: &Judged<'a, '_>, findings: &mut Findings<'a, '_>) {
        for line in &judged.lines {
            let days = line.period.and_then(|period| period.days);
            if let Some(tested) = days.and_then(|days| in_future(days, &judged.by)) {
                let message =
                    format!("Service on {tested} is after {}, the day of the run.", judged.by.today);
                findings.add(&ABOUT, Some(line.reference()), judged.date_element(line), message);
            }
        }
    }
}

/// Returns the day of a period that must not be in the future, if it is.
pub(crate) fn in_future((first, last): (NaiveDate, NaiveDate), by: &Judge<'_>) -> Option<NaiveDate> {
    let tested = match by.profile.service_date_rule {
        ServiceDateRule::From => first,
        ServiceDateRule::Both | ServiceDateRule::Any => last,
    };
    Some(tested).filter(|&day| by.today < day)
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::{check, passes};

    #[test]
    fn today_is_no_future() {
        passes("LX*1~\nSV1*HC:99213*10*UN*1***1~\nDTP*472*D8*20251130~");
        check("LX*1~\nSV1*HC:99213*10*UN*1***1~\nDTP*472*D8*20251201~\n//         ^^^^^^^^ DTP020");
        passes("LX*1~\nSV1*HC:99213*10*UN*1***1~\nDTP*472*RD8*20251130-20251201~");
    }
}
