//! `brr.html`: the report as pages that need nothing but themselves, for people who need not know X12.
//!
//! Every text goes through a template or [`Markup::text`], which escape it; the only other bytes are fixed tags.

use std::ops::Range;

use askama::Template;

use super::characters::{shown, shown_text};
use super::markup::Markup;
use super::overview::{Overview, grouped, guidance};
use super::pages::{Chunk, pages};
use super::words::{errors_of_unit, file_fields, unit_fields, unit_name};
use super::{CLAIMS_PER_PAGE, ClaimWords, Closing, FileInformation, Form, Passage, RefusedUnit, Section};
use crate::record::Record;

/// The report as HTML pages.
pub(super) struct Html;

#[derive(Template)]
#[template(path = "brr/page_top.html")]
struct PageTop<'p> {
    title: &'p str,
    subtitle: &'p str,
    links: &'p [Link],
}

#[derive(Template)]
#[template(path = "brr/overview.html")]
struct OverviewBlock<'p> {
    overview: &'p Overview,
}

#[derive(Template)]
#[template(path = "brr/parts.html")]
struct PartsBlock<'p> {
    parts: &'p [Link],
}

#[derive(Template)]
#[template(path = "brr/section_top.html")]
struct SectionTop {
    id: &'static str,
    title: &'static str,
    words: &'static str,
}

#[derive(Template)]
#[template(path = "brr/page_end.html")]
struct PageEnd<'p> {
    rejections: &'p str,
    links: &'p [Link],
}

/// A link to a place of the report.
struct Link {
    target: String,
    words: String,
}

/// Writes a template; a vector takes every byte.
fn write(template: &dyn askama::DynTemplate, out: &mut Vec<u8>) {
    let written = template.dyn_write_into(out);
    debug_assert!(written.is_ok(), "writing into a vector cannot fail, nor can any value of a template");
}

impl Form for Html {
    fn file_name(&self) -> &'static str {
        "brr.html"
    }

    fn claim(&self, record: &Record<'_, '_>, words: &ClaimWords<'_>, out: &mut Vec<u8>) {
        let number = record.claim_number;
        let mut block = Markup(out);
        block.fixed("<article class=\"claim\" aria-labelledby=\"claim-").number(number);
        block.fixed("\">\n<h3 id=\"claim-").number(number);
        block.fixed("\">Claim ").text(&words.claim_id).fixed("</h3>\n<dl class=\"facts\">\n");
        block.fields(&words.fields).fixed("</dl>\n").errors(&words.errors).fixed("</article>\n");
    }

    fn unit(&self, unit: &RefusedUnit<'_, '_>, out: &mut Vec<u8>) {
        let mut block = Markup(out);
        block.fixed("<article class=\"unit\">\n<h3>").text(unit_name(unit.level)).fixed(" ");
        block.text(&shown(unit.control_number)).fixed(" is refused</h3>\n<dl class=\"facts\">\n");
        block.fields(&unit_fields(unit)).fixed("</dl>\n").errors(&errors_of_unit(unit));
        block.fixed("</article>\n");
    }

    fn file(&self, file: &FileInformation<'_, '_>, out: &mut Vec<u8>) {
        let [accepted, rejected, held, refused] = file.claims.map(|count| grouped(u128::from(count)));
        let mut block = Markup(out);
        block.fixed("<div class=\"file\">\n<dl class=\"facts\">\n").fields(&file_fields(file));
        block.fixed("</dl>\n<p>Claims: ").text(&accepted).fixed(" accepted, ").text(&rejected);
        block.fixed(" rejected, ").text(&held).fixed(" held, ").text(&refused);
        block.fixed(" refused.</p>\n</div>\n");
    }

    fn finish(&self, closing: &Closing<'_>) -> Vec<(String, Vec<Passage>)> {
        finish(closing, CLAIMS_PER_PAGE)
    }
}

/// Puts the pages together, with at most `claims_per_page` claims on each.
fn finish(closing: &Closing<'_>, claims_per_page: u64) -> Vec<(String, Vec<Passage>)> {
    let overview = Overview::of(closing);
    let pages = pages(closing, claims_per_page);
    let input = shown_text(closing.input_name);
    match pages.as_slice() {
        [] => vec![("brr.html".to_owned(), whole_page(closing, &overview, &input, &[]))],
        [only] => vec![("brr.html".to_owned(), whole_page(closing, &overview, &input, only))],
        parts => {
            let mut files = vec![("brr.html".to_owned(), index_page(closing, &overview, &input, parts))];
            for (index, chunks) in parts.iter().enumerate() {
                files.push((part_name(index), part_page(&overview, &input, chunks, index, parts.len())));
            }
            files
        }
    }
}

/// `brr-0001.html` for index 0.
fn part_name(index: usize) -> String {
    format!("brr-{:04}.html", index + 1)
}

fn whole_page(closing: &Closing<'_>, overview: &Overview, input: &str, chunks: &[Chunk]) -> Vec<Passage> {
    let mut page = Page::default();
    let mut links = vec![link("#summary", "Summary"), link("#files", "File Information")];
    let mut sections: Vec<Section> = chunks.iter().map(|chunk| chunk.section).collect();
    sections.dedup();
    links.extend(sections.iter().map(|&section| {
        let (id, title, _) = heading(section);
        link(&format!("#{id}"), title)
    }));
    let title = format!("Business Rejection Report: {input}");
    page.write(&PageTop { title: &title, subtitle: input, links: &links });
    page.write(&OverviewBlock { overview });
    page.section(Section::Files, 0..end_of(closing, Section::Files));
    page.bytes.extend_from_slice(b"</section>\n");
    page.chunks(chunks);
    page.write(&PageEnd { rejections: &overview.rejections, links: &[] });
    page.passages()
}

fn index_page(closing: &Closing<'_>, overview: &Overview, input: &str, parts: &[Vec<Chunk>]) -> Vec<Passage> {
    let mut page = Page::default();
    let links = [
        link("#summary", "Summary"),
        link("#files", "File Information"),
        link("#parts", "Parts of this report"),
    ];
    let title = format!("Business Rejection Report: {input}");
    page.write(&PageTop { title: &title, subtitle: input, links: &links });
    page.write(&OverviewBlock { overview });
    page.section(Section::Files, 0..end_of(closing, Section::Files));
    page.bytes.extend_from_slice(b"</section>\n");
    let parts: Vec<Link> = parts
        .iter()
        .enumerate()
        .map(|(index, chunks)| link(&part_name(index), &contents(index, chunks)))
        .collect();
    page.write(&PartsBlock { parts: &parts });
    page.write(&PageEnd { rejections: &overview.rejections, links: &[] });
    page.passages()
}

fn part_page(overview: &Overview, input: &str, chunks: &[Chunk], index: usize, parts: usize) -> Vec<Passage> {
    let mut page = Page::default();
    let mut links = vec![link("brr.html", "Summary and all parts")];
    if index > 0 {
        links.push(link(&part_name(index - 1), "Previous part"));
    }
    if index + 1 < parts {
        links.push(link(&part_name(index + 1), "Next part"));
    }
    let subtitle = format!("{input}, part {} of {parts}", index + 1);
    let title = format!("Business Rejection Report: {subtitle}");
    page.write(&PageTop { title: &title, subtitle: &subtitle, links: &links });
    page.chunks(chunks);
    page.write(&PageEnd { rejections: &overview.rejections, links: &links });
    page.passages()
}

/// `Part 2: Rejected, claims 5,001 to 10,000; Held: do not resend, claims 1 to 3`.
fn contents(index: usize, chunks: &[Chunk]) -> String {
    let mut words = format!("Part {}", index + 1);
    for (chunk, separator) in chunks.iter().zip([": "].into_iter().chain(std::iter::repeat("; "))) {
        let (_, title, _) = heading(chunk.section);
        words.push_str(separator);
        words.push_str(title);
        let [first, last] = [chunk.first_claim, chunk.first_claim + chunk.claims - 1];
        match chunk.claims {
            0 => {}
            1 => words += &format!(", claim {}", grouped(first.into())),
            _ => words += &format!(", claims {} to {}", grouped(first.into()), grouped(last.into())),
        }
    }
    words
}

fn link(target: &str, words: &str) -> Link {
    Link { target: target.to_owned(), words: words.to_owned() }
}

/// Returns the anchor of a section, its heading, and what to do with what stands there.
fn heading(section: Section) -> (&'static str, &'static str, &'static str) {
    match section {
        Section::Files => ("files", "File Information", ""),
        Section::Rejected => ("rejected", "Rejected", guidance(edits::Disposition::Rejected)),
        Section::Held => ("held", "Held: do not resend", guidance(edits::Disposition::Held)),
        Section::Refused => ("refused", "Refused", guidance(edits::Disposition::Refused)),
    }
}

/// Returns how long the stream of `section` is, in bytes.
fn end_of(closing: &Closing<'_>, section: Section) -> u64 {
    closing.cuts[section.place()].last().copied().unwrap_or(0)
}

/// A page that grows: bytes of its own, and ranges of sections between them.
#[derive(Default)]
struct Page {
    done: Vec<Passage>,
    bytes: Vec<u8>,
}

impl Page {
    fn write(&mut self, template: &dyn askama::DynTemplate) {
        write(template, &mut self.bytes);
    }

    fn section(&mut self, section: Section, range: Range<u64>) {
        if !range.is_empty() {
            self.done.push(Passage::Bytes(std::mem::take(&mut self.bytes)));
            self.done.push(Passage::Section(section, range));
        }
    }

    /// Adds `chunks`, under one heading for neighbours of one section.
    fn chunks(&mut self, chunks: &[Chunk]) {
        for same in chunks.chunk_by(|one, next| one.section == next.section) {
            let (id, title, words) = heading(same[0].section);
            self.write(&SectionTop { id, title, words });
            for chunk in same {
                self.section(chunk.section, chunk.range.clone());
            }
            self.bytes.extend_from_slice(b"</section>\n");
        }
    }

    fn passages(mut self) -> Vec<Passage> {
        self.done.push(Passage::Bytes(self.bytes));
        self.done
    }
}

#[cfg(test)]
mod tests {
    use edits::Channel;

    use crate::brr::testing::{assert_golden, file_of_sample, part};

    fn page() -> String {
        file_of_sample("brr.html", Channel::Batch)
    }

    #[test]
    fn a_claim_shows_everything_that_is_known_of_it() {
        let page = page();
        assert_golden("claim.html", part(&page, "<article class=\"claim\"", "</article>\n"));
        assert_golden("unit.html", part(&page, "<article class=\"unit\"", "</article>\n"));
        assert_golden("head.html", part(&page, "<main", "<section class=\"rejected\""));
    }

    #[test]
    fn nothing_of_the_file_becomes_markup() {
        let page = page();
        assert!(!page.contains("SCRIPT>"));
        assert!(
            page.contains("O&#39;DOG&#60;SCRIPT&#62;ALERT(&#34;X&#34;)&#60;/SCRIPT&#62;, A&#38;B ␛[31mé␀")
        );
        assert!(page.contains("<code>-&#60;99301&#38;␉␠</code>"));
        assert!(!page.bytes().any(|byte| byte.is_ascii_control() && byte != b'\n'));
    }

    #[test]
    fn sections_stand_in_order_and_every_tag_is_closed() {
        let page = page();
        let places: Vec<usize> =
            ["id=\"files\"", "id=\"rejected\"", "id=\"held\"", "id=\"refused\"", "Total Transaction"]
                .map(|words| page.find(words).unwrap())
                .to_vec();
        assert!(places.is_sorted());
        for tag in ["section", "article", "dl", "div", "table", "p", "dd", "html", "main", "nav"] {
            let opened =
                page.matches(&format!("<{tag}>")).count() + page.matches(&format!("<{tag} ")).count();
            assert_eq!(opened, page.matches(&format!("</{tag}>")).count(), "{tag}");
        }
        assert!(page.contains("Total Transaction Rejections: 2"));
    }
}
