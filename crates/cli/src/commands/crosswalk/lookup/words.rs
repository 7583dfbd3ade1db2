//! The answer to people.

use chrono::NaiveDate;
use crosswalk::{Effective, List, Ndc};
use edits::Candidate;

use super::conclusion::{Conclusion, intervals};
use super::{Answer, CodeSet, Coded};
use crate::commands::crosswalk::rows::{joined, release_words, span_words};
use crate::page::Page;

impl Answer<'_> {
    /// Returns the page that answers.
    pub(super) fn words(&self) -> String {
        let mut page = Page::default();
        let Some(ndc) = self.ndc else {
            self.candidates(&mut page);
            return page.text;
        };
        let with = self.hcpcs.map_or_else(String::new, |code| format!(" with {code}"));
        let on = self.on.map_or_else(String::new, |on| format!(" on {on}"));
        page.line(&format!("{ndc}{with}{on}"));
        self.lists(&mut page);
        page.blank();
        let coded = self.coded();
        if let Some(on) = self.on.filter(|_| coded.iter().any(|coded| coded.set.is_none())) {
            self.gaps(on, &mut page);
        }
        if coded.is_empty() {
            page.paragraph(0, "The NDC is on no loaded list at any date.");
        }
        for coded in &coded {
            self.conclude(coded, &mut page);
        }
        if let Some(on) = self.on {
            self.others(on, &mut page);
        }
        page.text
    }

    /// Shows the rows of every list.
    fn lists(&self, page: &mut Page) {
        for (index, release) in self.crosswalk.releases().iter().enumerate() {
            page.blank();
            let covers =
                release.covers.map_or_else(String::new, |span| format!(", covers {}", span_words(span)));
            page.line(&format!("{}{covers}", release_words(release)));
            let own = self.relations.iter().filter(|relation| usize::from(relation.release) == index);
            let mut is_empty = true;
            for relation in own {
                is_empty = false;
                let state = match self.on {
                    Some(on) if relation.effective.contains(on) => "in force",
                    Some(_) => "not in force",
                    None => "",
                };
                let span = span_words(relation.effective);
                let row = format!("row {}", relation.row);
                page.line(format!("  {}  {span:<29}  {row:<9}  {state}", relation.hcpcs).trim_end());
            }
            if is_empty {
                page.line("  no row");
            }
        }
    }

    /// Says which lists are missing for the date.
    fn gaps(&self, on: NaiveDate, page: &mut Page) {
        for list in [List::Pdac, List::Asp] {
            if self.crosswalk.release_on(list, on).is_none() {
                page.paragraph(0, &format!("No release of the {list} covers {on}."));
            }
        }
    }

    /// Says what follows for one procedure: on the date, or without one on every date.
    fn conclude(&self, coded: &Coded<'_>, page: &mut Page) {
        let (code, profile) = (coded.code, &self.profile.name);
        if let Some(set) = coded.set {
            let need = match set {
                CodeSet::NotOtherwiseClassified => "not otherwise classified: a line with it needs an NDC",
                CodeSet::Exempt => "exempt: a line with it needs no NDC",
            };
            let words = format!("By profile {profile} {code} is {need}, and any that is well-formed passes.");
            return page.paragraph(0, &words);
        }
        if coded.pair.is_none() {
            page.paragraph(0, "The pair is on no loaded list at any date.");
        }
        let in_force = coded.pair.map_or(&[][..], |pair| pair.spans());
        let Some(on) = self.on else {
            return self.on_every_date(coded, in_force, page);
        };
        let words = match Conclusion::on(on, in_force, self.crosswalk.coverage()) {
            Conclusion::Valid => format!("With {code} the pair is valid on {on}."),
            Conclusion::CannotBeDecided => format!(
                "With {code} the pair cannot be decided on {on}: a claim is held until a list covers the date."
            ),
            Conclusion::NotValid => match coded.pair {
                Some(pair) => {
                    let nearest = pair.nearest_valid_date(on);
                    format!("With {code} the pair is not valid on {on}; the nearest valid date is {nearest}.")
                }
                None => format!("With {code} the pair is not valid on {on}."),
            },
        };
        page.paragraph(0, &words);
    }

    fn on_every_date(&self, coded: &Coded<'_>, in_force: &[Effective], page: &mut Page) {
        page.line(&format!("With {}, by date of service:", coded.code));
        for interval in intervals(in_force, self.crosswalk.coverage()) {
            let dates = span_words(interval.dates);
            page.line(&format!("  {dates:<29}  {}", interval.conclusion.words()));
        }
    }

    /// Names what would be valid on the date.
    fn others(&self, on: NaiveDate, page: &mut Page) {
        let (procedures, ndcs) = (&self.why.other_procedures, &self.why.other_ndcs);
        if self.hcpcs.is_some() && !procedures.is_empty() {
            let (others, cut) =
                (joined(procedures), cut_words(procedures.len(), self.why.other_procedures_total));
            page.paragraph(0, &format!("Other procedures valid with the NDC on {on}{cut}: {others}."));
        }
        if !ndcs.is_empty() {
            let others: Vec<String> = ndcs.iter().map(Ndc::to_string).collect();
            let (others, cut) = (others.join(", "), cut_words(ndcs.len(), self.why.other_ndcs_total));
            page.paragraph(0, &format!("Other NDCs valid with the procedure on {on}{cut}: {others}."));
        }
    }

    fn candidates(&self, page: &mut Page) {
        page.line(&format!("{} is ten digits; claims need eleven, in 5-4-2. It may stand for:", self.asked));
        for Candidate { ndc, on_list } in &self.why.candidates {
            let known = if *on_list { "on a crosswalk" } else { "on no crosswalk" };
            page.line(&format!("  {ndc}  {known}"));
        }
    }
}

/// Says how many of a list are shown, if not all are.
fn cut_words(shown: usize, total: usize) -> String {
    if shown < total { format!(", {shown} of {total}") } else { String::new() }
}
