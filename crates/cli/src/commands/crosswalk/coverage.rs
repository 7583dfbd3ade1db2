//! `claimgate crosswalk coverage`: which dates of service can be judged, and how old the lists are.

use claims::decimal;
use std::collections::BTreeMap;
use std::path::PathBuf;

use askama::Template;
use chrono::{Datelike, Months, NaiveDate};
use clap::Args;
use crosswalk::{Crosswalk, Effective, List};
use serde::Serialize;

use super::rows::{SpanRow, release_words, span_words};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::global::Global;
use crate::lists::ListArgs;
use crate::page::Page;
use crate::settings::Settings;
use crate::stamp::Stamp;
use crate::stdout;

mod held;

use held::{Waiting, waiting};

/// Months of the chart in front of this one, and behind it.
const MONTHS_BEFORE: u32 = 15;
const MONTHS_BEHIND: u32 = 4;

/// Columns of the names in the chart.
const LABEL: usize = 15;

/// Arguments of `crosswalk coverage`.
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub struct CoverageArgs {
    #[command(flatten)]
    pub lists: ListArgs,
    /// Moment by which the lists are old or not, such as 2025-11-03T08:00:00Z; the clock by default
    #[arg(long, value_name = "STAMP", value_parser = Stamp::parse)]
    pub now: Option<Stamp>,
    /// Write one JSON object
    #[arg(long)]
    pub json: bool,
    /// Folder with outputs of `process --facts`: say which releases its held claims wait for
    #[arg(long, value_name = "DIR")]
    pub facts: Vec<PathBuf>,
    /// Write a page for browsers there as well
    #[arg(long, value_name = "FILE")]
    pub html: Option<PathBuf>,
}

const EXAMPLES: &str = "\
Examples:
  claimgate crosswalk coverage
  claimgate crosswalk coverage --pdac pdac.xlsx --asp q4.zip --html coverage.html";

/// How much of a month is covered.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Month {
    All,
    Part,
    None,
}

/// What is covered, by whom, month by month.
struct Chart {
    /// The first day of each month.
    months: Vec<NaiveDate>,
    rows: Vec<(&'static str, Vec<Month>)>,
}

#[derive(Serialize)]
struct CoverageRow<'c> {
    snapshot: &'c str,
    today: String,
    can_be_judged: Vec<SpanRow>,
    held_claims_wait_for: BTreeMap<String, Waiting>,
    releases: Vec<ReleaseRow<'c>>,
}

#[derive(Serialize)]
struct ReleaseRow<'c> {
    list: &'static str,
    release: &'c str,
    file: &'c str,
    posted: Option<String>,
    age_days: Option<i64>,
    is_old: bool,
    covers: Option<SpanRow>,
    relations: usize,
}

/// The page for browsers.
#[derive(Template)]
#[template(path = "coverage.html")]
struct CoveragePage<'c> {
    snapshot: &'c str,
    today: String,
    years: Vec<(i32, usize)>,
    months: Vec<String>,
    rows: Vec<(&'static str, Vec<(&'static str, &'static str)>)>,
    releases: Vec<[String; 4]>,
    judged: String,
    waiting: Vec<String>,
}

/// Shows the chart.
pub fn run(args: &CoverageArgs, global: &Global) -> Result<Exit, Failure> {
    let settings = Settings::load(global.config.as_deref(), None)?;
    let (crosswalk, notes) = args.lists.load(&settings.desk)?;
    for note in &notes {
        tracing::warn!("{note}");
    }
    let today = Stamp::or_clock(args.now).day();
    let waiting = waiting(&args.facts, &crosswalk)?;
    if let Some(path) = &args.html {
        let page = page(&crosswalk, today, &waiting);
        intake::write_file(path, page.as_bytes(), false)
            .map_err(|error| Failure::io("cannot write", path, &error))?;
    }
    if args.json {
        stdout::write_json(&row(&crosswalk, today, waiting))?;
    } else {
        stdout::write(words(&crosswalk, today, &waiting).as_bytes())?;
    }
    Ok(Exit::Done)
}

impl Chart {
    fn of(crosswalk: &Crosswalk, today: NaiveDate) -> Chart {
        let this_month = today.with_day(1).unwrap_or(today);
        let first = this_month.checked_sub_months(Months::new(MONTHS_BEFORE)).unwrap_or(this_month);
        let months: Vec<NaiveDate> = (0..=MONTHS_BEFORE + MONTHS_BEHIND)
            .filter_map(|month| first.checked_add_months(Months::new(month)))
            .collect();
        let of_list = |list| {
            let own = crosswalk.releases().iter().filter(move |release| release.list == list);
            own.filter_map(|release| release.covers).collect::<Vec<_>>()
        };
        let row = |spans: &[Effective]| months.iter().map(|month| Month::of(*month, spans)).collect();
        let rows = vec![
            ("PDAC", row(&of_list(List::Pdac))),
            ("CMS ASP", row(&of_list(List::Asp))),
            ("Can be judged", row(crosswalk.coverage())),
        ];
        Chart { months, rows }
    }

    /// Returns the years, each with how many months of it there are.
    fn years(&self) -> Vec<(i32, usize)> {
        let years = self.months.chunk_by(|one, other| one.year() == other.year());
        years.map(|months| (months[0].year(), months.len())).collect()
    }

    /// Puts a sign for each month behind `name`, with a gap between years.
    fn line(&self, name: &str, mut signs: impl Iterator<Item = char>) -> String {
        let mut line = format!("{name:<LABEL$}");
        for (_, count) in self.years() {
            line.extend(signs.by_ref().take(count).flat_map(|sign| [sign, ' ']));
            line.push(' ');
        }
        line.trim_end().to_owned()
    }

    /// Names the years above their months; of one month alone there is room for two digits.
    fn line_of_years(&self) -> String {
        let mut line = " ".repeat(LABEL);
        for (year, months) in self.years() {
            let year = if months < 2 { format!("{:02}", year % 100) } else { year.to_string() };
            line.extend([year.as_str(), &" ".repeat((2 * months + 1).saturating_sub(year.len()))]);
        }
        line.trim_end().to_owned()
    }
}

impl Month {
    /// Looks how many days of the month that begins on `first` lie in `spans`.
    fn of(first: NaiveDate, spans: &[Effective]) -> Month {
        let days = first.iter_days().take_while(|day| day.month() == first.month());
        let covered = |day: &NaiveDate| spans.iter().any(|span| span.contains(*day));
        let (inside, outside): (Vec<_>, Vec<_>) = days.partition(covered);
        match (inside.is_empty(), outside.is_empty()) {
            (false, true) => Month::All,
            (false, false) => Month::Part,
            (true, _) => Month::None,
        }
    }

    fn sign(self) -> char {
        match self {
            Month::All => '#',
            Month::Part => '+',
            Month::None => '.',
        }
    }

    /// Returns the class and the words for a page.
    fn cell(self) -> (&'static str, &'static str) {
        match self {
            Month::All => ("all", "yes"),
            Month::Part => ("part", "in part"),
            Month::None => ("none", "no"),
        }
    }
}

fn words(crosswalk: &Crosswalk, today: NaiveDate, waiting: &BTreeMap<String, Waiting>) -> String {
    let chart = Chart::of(crosswalk, today);
    let mut page = Page::default();
    page.line(&format!("Snapshot {}", crosswalk.id()));
    page.blank();
    page.line(&chart.line_of_years());
    page.line(&chart.line("", chart.months.iter().map(|month| initial(*month))));
    for (name, months) in &chart.rows {
        page.line(&chart.line(name, months.iter().map(|month| month.sign())));
    }
    page.line("# whole month   + part of it   . none");
    page.blank();
    page.labelled("Can be judged", &judged(crosswalk));
    for [name, covers, age, pairs] in releases(crosswalk, today) {
        page.labelled("Release", &format!("{name}: {covers}; {age}; {pairs}"));
    }
    for line in waiting_lines(waiting) {
        page.labelled("Held", &line);
    }
    page.text
}

/// Says for each release what waits for it.
fn waiting_lines(waiting: &BTreeMap<String, Waiting>) -> Vec<String> {
    let line = |(release, sum): (&String, &Waiting)| {
        let claims = if sum.claims == 1 { "claim waits" } else { "claims wait" };
        format!("{} {claims} for {release}; {} charged", sum.claims, decimal(sum.charge_cents))
    };
    waiting.iter().map(line).collect()
}

fn initial(month: NaiveDate) -> char {
    const INITIALS: [char; 12] = ['J', 'F', 'M', 'A', 'M', 'J', 'J', 'A', 'S', 'O', 'N', 'D'];
    INITIALS[month.month0() as usize % 12]
}

fn judged(crosswalk: &Crosswalk) -> String {
    let spans: Vec<String> = crosswalk.coverage().iter().map(|span| span_words(*span)).collect();
    if spans.is_empty() { "no date, as both lists have to cover it".to_owned() } else { spans.join("; ") }
}

/// Returns of each release its name, what it covers, its age and its pairs, in words.
fn releases(crosswalk: &Crosswalk, today: NaiveDate) -> Vec<[String; 4]> {
    let old: Vec<&str> = crosswalk.stale_on(today).map(|release| release.name.as_str()).collect();
    let releases = crosswalk.releases().iter();
    let row = |release: &crosswalk::Release| {
        let covers = match release.covers {
            Some(covers) => format!("covers {}", span_words(covers)),
            None => "covers nothing, as a local list never does".to_owned(),
        };
        let age = match release.posted {
            Some(posted) => format!("posted {posted}, {} days ago", (today - posted).num_days()),
            None => "posting date not known".to_owned(),
        };
        let is_old = old.contains(&release.name.as_str());
        let age = if is_old { format!("{age}; a newer one is due") } else { age };
        [release_words(release), covers, age, format!("{} relations", release.report.relations)]
    };
    releases.map(row).collect()
}

fn row(crosswalk: &Crosswalk, today: NaiveDate, waiting: BTreeMap<String, Waiting>) -> CoverageRow<'_> {
    let old: Vec<*const crosswalk::Release> = crosswalk.stale_on(today).map(std::ptr::from_ref).collect();
    let releases = crosswalk.releases().iter().map(|release| ReleaseRow {
        list: release.list.as_str(),
        release: &release.name,
        file: &release.source_name,
        posted: release.posted.map(|posted| posted.to_string()),
        age_days: release.posted.map(|posted| (today - posted).num_days()),
        is_old: old.contains(&std::ptr::from_ref(release)),
        covers: release.covers.map(SpanRow::of),
        relations: release.report.relations,
    });
    CoverageRow {
        snapshot: crosswalk.id(),
        today: today.to_string(),
        can_be_judged: crosswalk.coverage().iter().map(|span| SpanRow::of(*span)).collect(),
        held_claims_wait_for: waiting,
        releases: releases.collect(),
    }
}

fn page(crosswalk: &Crosswalk, today: NaiveDate, waiting: &BTreeMap<String, Waiting>) -> String {
    let chart = Chart::of(crosswalk, today);
    let cells = |months: &[Month]| months.iter().map(|month| month.cell()).collect();
    let page = CoveragePage {
        snapshot: crosswalk.id(),
        today: today.to_string(),
        years: chart.years(),
        months: chart.months.iter().map(|month| month.format("%b").to_string()).collect(),
        rows: chart.rows.iter().map(|(name, months)| (*name, cells(months))).collect(),
        releases: releases(crosswalk, today),
        judged: judged(crosswalk),
        waiting: waiting_lines(waiting),
    };
    page.render().expect("a page of strings and numbers is always written")
}
