//! What comes out otherwise, as a page for browsers and for paper, with pictures.
//!
//! A picture has a row for each name: its bar grows to the left for what is newly stopped, and to the right for what is freed.
//! Widths are percentages and heights pixels, so that texts keep their size on every screen.

use askama::Template;
use claims::decimal;

use super::flip::Flip;
use super::tally::{Sum, Sums, Tally, View};
use crate::commands::crosswalk::sides::Side;
use crate::figures::number_of;

/// Rows of a picture, and of a table.
const PICTURE_MAX: usize = 10;
const TABLE_MAX: usize = 50;

/// Pixels from one row of a picture to the next.
const ROW_PIXELS: usize = 58;

/// Percents of the width that the longest bar takes on its side.
const SIDE_PERCENT: f64 = 49.0;

/// Least width of a bar, so that it can be seen.
const BAR_PERCENT_MIN: f64 = 0.5;

/// Characters of a label in a picture, and of a name in a table; what is sent can be of any length.
const LABEL_CHARACTERS: usize = 36;
const NAME_CHARACTERS: usize = 200;

/// Views that have a picture.
const PICTURED: [View; 3] = [View::Partner, View::Pair, View::Reason];

#[derive(Template)]
#[template(path = "preview.html")]
struct PreviewPage<'p> {
    draft: &'p str,
    snapshot: &'p str,
    claims: String,
    flipped: u64,
    charges: String,
    denials: String,
    pictures: Vec<Picture>,
    tables: Vec<FigureTable>,
    listed: String,
    flips: Vec<FlipRow>,
}

struct Picture {
    id: &'static str,
    title: String,
    /// What it is by, for those who do not see it.
    alternative: String,
    /// What it shows, for them.
    words: String,
    height: usize,
    rows: Vec<PictureRow>,
    /// Names that it has no room for.
    more: usize,
}

struct PictureRow {
    label: String,
    /// Pixels above it.
    top: usize,
    stopped: Option<Bar>,
    freed: Option<Bar>,
}

struct Bar {
    from: String,
    width: String,
    figure: String,
}

struct FigureTable {
    title: String,
    heading: String,
    rows: Vec<FigureRow>,
    more: usize,
}

struct FigureRow {
    name: String,
    /// Freed, newly stopped, all.
    figures: [String; 3],
}

struct FlipRow {
    claim: String,
    direction: String,
    reasons: Vec<String>,
    charge: String,
}

/// Returns the page.
pub fn page(tally: &Tally, draft: &Side) -> String {
    let flipped = tally.flipped.all;
    let mut pictures = vec![whole(&tally.flipped)];
    pictures.extend(PICTURED.map(|view| by_view(tally, view)));
    let listed = match tally.first.len() as u64 {
        all if all == flipped.claims => "Every claim that comes out otherwise".to_owned(),
        some => format!("The first {some} of {} claims that come out otherwise", flipped.claims),
    };
    let denials = match tally.denials {
        0 => String::new(),
        some => format!("Of {} more, other lines are denied", number_of(some, "claim")),
    };
    let page = PreviewPage {
        draft: &draft.name,
        snapshot: draft.crosswalk.id(),
        claims: number_of(tally.claims, "claim"),
        flipped: flipped.claims,
        charges: decimal(flipped.cents),
        denials,
        pictures,
        tables: View::ALL.into_iter().map(|view| table(tally, view)).collect(),
        listed,
        flips: tally.first.iter().map(FlipRow::of).collect(),
    };
    page.render().expect("a page of strings and numbers is always written")
}

/// Draws claims and charges in all.
fn whole(sums: &Sums) -> Picture {
    let only_claims = |sum: Sum| number_of(sum.claims, "claim");
    let only_charges = |sum: Sum| decimal(sum.cents);
    // Claims and charges have no measure in common: each row has its own.
    let claims = PictureRow::of(0, "Claims", sums, by_claims, most(&[sums], by_claims), only_claims);
    let charges = PictureRow::of(1, "Charges", sums, by_cents, most(&[sums], by_cents), only_charges);
    Picture {
        id: "all",
        title: "In all".to_owned(),
        alternative: "in all".to_owned(),
        words: words("All", sums),
        height: 2 * ROW_PIXELS,
        rows: vec![claims, charges],
        more: 0,
    }
}

/// Draws what a view comes to.
fn by_view(tally: &Tally, view: View) -> Picture {
    let mut greatest = tally.greatest(view);
    greatest.retain(|(_, sums)| 0 < sums.freed.claims + sums.stopped.claims);
    let shown = &greatest[..greatest.len().min(PICTURE_MAX)];
    let most = most(&shown.iter().map(|(_, sums)| *sums).collect::<Vec<_>>(), by_cents);
    let rows = (0..).zip(shown).map(|(index, (name, sums))| {
        PictureRow::of(index, &cut(name, LABEL_CHARACTERS), sums, by_cents, most, figure)
    });
    let told: Vec<String> =
        shown.iter().map(|(name, sums)| words(&cut(name, NAME_CHARACTERS), sums)).collect();
    Picture {
        id: view.as_str(),
        title: format!("By {}", view.as_str()),
        alternative: format!("by {}", view.as_str()),
        words: if told.is_empty() { "None.".to_owned() } else { told.join(" ") },
        height: shown.len() * ROW_PIXELS,
        rows: rows.collect(),
        more: greatest.len() - shown.len(),
    }
}

fn table(tally: &Tally, view: View) -> FigureTable {
    let greatest = tally.greatest(view);
    let shown = &greatest[..greatest.len().min(TABLE_MAX)];
    let row = |(name, sums): &(&str, &Sums)| FigureRow {
        name: cut(name, NAME_CHARACTERS),
        figures: [sums.freed, sums.stopped, sums.all].map(figure),
    };
    let noun = view.as_str();
    FigureTable {
        title: format!("By {noun}"),
        heading: noun[..1].to_uppercase() + &noun[1..],
        rows: shown.iter().map(row).collect(),
        more: greatest.len() - shown.len(),
    }
}

impl PictureRow {
    /// Draws the row at `index`, from 0; `most` is what the longest bar of the picture stands for.
    fn of(
        index: usize,
        label: &str,
        sums: &Sums,
        measure: impl Fn(Sum) -> f64,
        most: f64,
        figure: impl Fn(Sum) -> String,
    ) -> PictureRow {
        let percent = |sum: Sum| (SIDE_PERCENT * measure(sum) / most).clamp(BAR_PERCENT_MIN, SIDE_PERCENT);
        let bar = |sum: Sum, from: f64| {
            let width = percent(sum);
            (0 < sum.claims).then(|| Bar {
                from: format!("{from:.2}"),
                width: format!("{width:.2}"),
                figure: figure(sum),
            })
        };
        PictureRow {
            label: label.to_owned(),
            top: index * ROW_PIXELS,
            stopped: bar(sums.stopped, 50.0 - percent(sums.stopped)),
            freed: bar(sums.freed, 50.0),
        }
    }
}

impl FlipRow {
    fn of(flip: &Flip) -> FlipRow {
        FlipRow {
            claim: format!("{} {}", flip.claim_number, cut(&flip.claim_id, NAME_CHARACTERS)),
            direction: flip.direction(),
            reasons: flip.lines.iter().map(|line| cut(&line.words(), NAME_CHARACTERS)).collect(),
            charge: flip.charge.clone(),
        }
    }
}

/// Returns what the longest bar of a picture stands for, at least 1.
fn most(shown: &[&Sums], measure: impl Fn(Sum) -> f64) -> f64 {
    shown.iter().flat_map(|sums| [sums.freed, sums.stopped]).map(measure).fold(1.0, f64::max)
}

fn by_cents(sum: Sum) -> f64 {
    to_f64(u64::try_from(sum.cents).unwrap_or(0))
}

fn by_claims(sum: Sum) -> f64 {
    to_f64(sum.claims)
}

/// Returns a number as the length of a bar is worked out of it.
#[expect(clippy::cast_precision_loss, reason = "a bar has fewer pixels than a float has digits")]
fn to_f64(number: u64) -> f64 {
    number as f64
}

/// Says how many claims, and what they charge; a dash for none.
fn figure(sum: Sum) -> String {
    if sum.claims == 0 {
        return "–".to_owned();
    }
    format!("{}, {}", number_of(sum.claims, "claim"), decimal(sum.cents))
}

/// Says what a row of a picture shows.
fn words(name: &str, sums: &Sums) -> String {
    let part = |sum: Sum, verb: &str| match sum.claims {
        0 => format!("nothing {verb}"),
        claims => format!("{} of {} {verb}", number_of(claims, "claim"), decimal(sum.cents)),
    };
    format!("{name}: {}, {}.", part(sums.freed, "freed"), part(sums.stopped, "newly stopped"))
}

/// Cuts a text of any length.
fn cut(text: &str, characters_max: usize) -> String {
    let shown = responses::brr::shown_text(text);
    if shown.chars().count() <= characters_max {
        return shown;
    }
    shown.chars().take(characters_max - 1).chain(['…']).collect()
}
