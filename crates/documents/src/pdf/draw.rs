//! Makes the bytes of a PDF of laid out pages: tagged, by the rules of PDF/UA-1.
//!
//! Source: ISO 14289-1 for what a document that can be read by everybody needs.

use std::num::NonZeroU16;

use chrono::{Datelike, NaiveDateTime, Timelike};
use krilla::Document;
use krilla::SerializeSettings;
use krilla::color::rgb;
use krilla::configure::Accessibility;
use krilla::configure::ConfigurationBuilder;
use krilla::destination::XyzDestination;
use krilla::geom::{PathBuilder, Point, Rect};
use krilla::metadata::{DateTime, Metadata};
use krilla::outline::{Outline, OutlineNode};
use krilla::page::PageSettings;
use krilla::paint::Fill;
use krilla::surface::Surface;
use krilla::tagging::{
    Artifact, ArtifactType, ContentTag, Node, SpanTag, TableHeaderScope, Tag, TagGroup, TagKind, TagTree,
};

use super::faces::{Face, Faces};
use super::paper::{
    Colour, Element, GREY, Line, MARGIN, PAGE_HEIGHT, PAGE_WIDTH, Paper, Role, Shape, Style, Target,
};
use crate::error::Error;

/// What a PDF says of itself.
pub(super) struct Facts<'f> {
    /// Its title, which also stands at the foot of every page.
    pub title: &'f str,
    /// What made it.
    pub producer: &'f str,
    /// When the run took place.
    pub moment: NaiveDateTime,
}

/// How the foot of a page looks.
const FOOT: Style = Style { face: Face::Regular, size: 8.0, colour: GREY };

/// Makes a PDF of `paper`.
pub(super) fn pdf(paper: Paper<'_>, facts: &Facts<'_>) -> Result<Vec<u8>, Error> {
    let Paper { faces, pages, elements, outline, .. } = paper;
    let configuration = ConfigurationBuilder::new()
        .with_accessibility_validator(Accessibility::UA1)
        .finish()
        .map_err(|_| Error::Pdf("there is no PDF/UA-1".to_owned()))?;
    let settings = SerializeSettings { configuration, ..SerializeSettings::default() };
    let mut document = Document::new_with(settings);
    let mut leaves: Vec<Vec<Node>> = elements.iter().map(|_| Vec::new()).collect();
    let count = pages.len();
    for (number, page) in (1..).zip(pages) {
        let size = PageSettings::from_wh(PAGE_WIDTH, PAGE_HEIGHT);
        let mut sheet = document.start_page_with(size.expect("the size of a page is above zero"));
        let mut surface = sheet.surface();
        page.shapes.iter().for_each(|shape| draw_shape(&mut surface, shape));
        for line in &page.lines {
            draw_line(&mut surface, faces, line, &mut leaves);
        }
        draw_foot(&mut surface, faces, facts.title, &format!("Page {number} of {count}"));
        surface.finish();
        sheet.finish();
    }
    document.set_tag_tree(tree(&elements, leaves));
    document.set_outline(outline_of(outline));
    document.set_metadata(metadata(facts));
    Ok(document.finish()?)
}

fn metadata(facts: &Facts<'_>) -> Metadata {
    let moment = facts.moment;
    // Each part of a date fits its field by what it counts.
    let part = |number: u32| u8::try_from(number).unwrap_or(0);
    let date = DateTime::new(u16::try_from(moment.year()).unwrap_or(0))
        .month(part(moment.month()))
        .day(part(moment.day()))
        .hour(part(moment.hour()))
        .minute(part(moment.minute()))
        .second(part(moment.second()))
        .utc_offset_hour(0)
        .utc_offset_minute(0);
    Metadata::new()
        .title(facts.title.to_owned())
        .authors(vec!["claimgate".to_owned()])
        .creator(facts.producer.to_owned())
        .producer(facts.producer.to_owned())
        .language("en-US".to_owned())
        .creation_date(date)
}

fn fill(colour: Colour) -> Fill {
    let [red, green, blue] = colour;
    Fill { paint: rgb::Color::new(red, green, blue).into(), ..Fill::default() }
}

fn draw_shape(surface: &mut Surface<'_>, shape: &Shape) {
    let Some(rectangle) = Rect::from_xywh(shape.x, shape.y, shape.width, shape.height) else { return };
    let mut path = PathBuilder::new();
    path.push_rect(rectangle);
    let Some(path) = path.finish() else { return };
    surface.start_tagged(ContentTag::Artifact(Artifact::with_kind(ArtifactType::Layout)));
    surface.set_fill(Some(fill(shape.colour)));
    surface.draw_path(&path);
    surface.end_tagged();
}

fn draw_line(surface: &mut Surface<'_>, faces: &Faces, line: &Line, leaves: &mut [Vec<Node>]) {
    if line.text.is_empty() {
        return;
    }
    let tag = match line.element {
        Some(_) => ContentTag::Span(SpanTag::empty()),
        None => ContentTag::Artifact(Artifact::with_kind(ArtifactType::PaginationOther)),
    };
    let leaf = surface.start_tagged(tag);
    draw_text(surface, faces, line.x, line.baseline, &line.text, line.style);
    surface.end_tagged();
    if let Some(element) = line.element {
        leaves[element].push(leaf.into());
    }
}

fn draw_text(surface: &mut Surface<'_>, faces: &Faces, x: f32, baseline: f32, text: &str, style: Style) {
    surface.set_fill(Some(fill(style.colour)));
    let glyphs = faces.glyphs(style.face, text);
    let start = Point::from_xy(x, baseline);
    surface.draw_glyphs(start, &glyphs, faces.font(style.face), text, style.size, false);
}

/// Writes the title and the number of the page below the text.
fn draw_foot(surface: &mut Surface<'_>, faces: &Faces, title: &str, number: &str) {
    let width = |text: &str| faces.text_width(FOOT.face, text) * FOOT.size;
    let baseline = PAGE_HEIGHT - 32.0;
    let right = PAGE_WIDTH - MARGIN - width(number);
    let mut title = faces.spelled(FOOT.face, title).into_owned();
    while right - MARGIN - 12.0 < width(&title) {
        // The name of a file can be long; its begin tells it from others.
        title.pop();
        if title.pop().is_none() {
            break;
        }
        title.push('…');
    }
    surface.start_tagged(ContentTag::Artifact(Artifact::with_kind(ArtifactType::Footer)));
    draw_text(surface, faces, MARGIN, baseline, &title, FOOT);
    draw_text(surface, faces, right, baseline, number, FOOT);
    surface.end_tagged();
}

/// Builds the tree of elements from its leaves up: whatever an element is made of stands behind it.
fn tree(elements: &[Element], mut nodes: Vec<Vec<Node>>) -> TagTree {
    let mut roots = Vec::new();
    for (place, element) in elements.iter().enumerate().rev() {
        let mut children = std::mem::take(&mut nodes[place]);
        if children.iter().any(|child| matches!(child, Node::Group(_))) {
            // They were put here from the last to the first.
            children.reverse();
        }
        let group = Node::Group(TagGroup::with_children(tag(element), children));
        match element.parent {
            Some(parent) => nodes[parent].push(group),
            None => roots.push(group),
        }
    }
    let mut tree = TagTree::new().with_lang(Some("en-US".to_owned()));
    for root in roots.into_iter().rev() {
        tree.push(root);
    }
    tree
}

fn tag(element: &Element) -> TagKind {
    match element.role {
        Role::Heading(level) => {
            let level = NonZeroU16::new(level).unwrap_or(NonZeroU16::MIN);
            Tag::Hn(level, element.title.clone()).into()
        }
        Role::Paragraph => Tag::P.into(),
        Role::Section => Tag::Section.into(),
        Role::Table => Tag::Table.into(),
        Role::Row => Tag::TR.into(),
        Role::ColumnHeader => Tag::TH(TableHeaderScope::Column).into(),
        Role::RowHeader => Tag::TH(TableHeaderScope::Row).into(),
        Role::Cell => Tag::TD.into(),
    }
}

/// Builds the outline: the sections, and in each its claims.
fn outline_of(targets: Vec<Target>) -> Outline {
    let mut sections: Vec<OutlineNode> = Vec::new();
    for target in targets {
        let place = XyzDestination::new(target.page, Point::from_xy(MARGIN, target.y));
        let node = OutlineNode::new(target.title, place);
        match sections.last_mut() {
            Some(section) if 2 < target.level => section.push_child(node),
            _ => sections.push(node),
        }
    }
    let mut outline = Outline::new();
    for section in sections {
        outline.push_child(section);
    }
    outline
}
