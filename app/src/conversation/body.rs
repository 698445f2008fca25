//! What a message says, drawn from the typed nodes that `domain::text` reads. Nothing here takes HTML from anywhere: every
//! character that a person typed is a text node or the value of an attribute.

use domain::text::{Block, Inline, Link, List, Style, has_han, is_emoji_alone, parse, visible_controls};
use leptos::{
    attr::{
        any_attribute::{AnyAttribute, IntoAnyAttribute},
        custom::custom_attribute,
    },
    ev,
    html::custom,
    prelude::*,
};
use wasm_bindgen::JsCast;

use super::code::CodeBlock;

/// A page that is opened from here learns nothing, and neither do search engines.
const REL: &str = "noopener noreferrer nofollow ugc";
/// Our own pages: links to them open in place.
const OWN_PAGES: [&str; 3] = ["/c/", "/channels", "/settings"];

/// The text of a message.
#[component]
pub fn Body(text: String) -> impl IntoView {
    let class = if is_emoji_alone(&text) { "body large" } else { "body" };
    view! { <div class=class on:click=follow>{blocks(parse(&text))}</div> }
}

/// Any element that text is made of. One type for all of them: each tag of the `view!` macro is a type of its own, and 2 kB
/// of the page.
pub fn element(tag: &'static str, attributes: Vec<AnyAttribute>, inner: AnyView) -> AnyView {
    custom(tag).add_any_attr(attributes).child(inner).into_any()
}

/// An attribute of an [`element`].
pub fn attribute(name: &'static str, value: String) -> AnyAttribute {
    custom_attribute(name, value).into_any_attr()
}

fn blocks(blocks: Vec<Block>) -> AnyView {
    blocks.into_iter().map(block).collect_view().into_any()
}

fn block(block: Block) -> AnyView {
    match block {
        Block::Paragraph(nodes) => element("p", vec![], inlines(nodes)),
        Block::Quote(inner) => element("blockquote", vec![], blocks(inner)),
        Block::List(list) => self::list(list),
        Block::Code { language, text } => view! { <CodeBlock language text/> }.into_any(),
    }
}

fn list(list: List) -> AnyView {
    let items = list.items.into_iter().map(|item| {
        let number = item.number.map(|number| attribute("value", number.to_string()));
        let inner = item.inner.into_iter().map(self::list);
        let inner = std::iter::once(inlines(item.text)).chain(inner).collect_view();
        element("li", number.into_iter().collect(), inner.into_any())
    });
    let items = items.collect_view().into_any();
    element(if list.ordered { "ol" } else { "ul" }, vec![], items)
}

fn inlines(nodes: Vec<Inline>) -> AnyView {
    nodes.into_iter().map(inline).collect_view().into_any()
}

fn inline(node: Inline) -> AnyView {
    match node {
        Inline::Text(text) => text.into_any(),
        Inline::Code(text) => element("code", vec![], visible_controls(&text).into_owned().into_any()),
        Inline::Styled(Style::Strong, inner) => element("strong", vec![], inlines(inner)),
        Inline::Styled(Style::Emphasis, inner) => {
            // Chinese is not slanted: it has dots.
            let han = holds_han(&inner).then(|| attribute("class", "han".to_owned()));
            element("em", han.into_iter().collect(), inlines(inner))
        }
        Inline::Styled(Style::Strike, inner) => element("s", vec![], inlines(inner)),
        Inline::Link(link) => self::link(link),
    }
}

/// The address of a link with words of its own stands behind them: what is shown is what is opened.
fn link(Link { url, text, host }: Link) -> AnyView {
    let mut attributes = vec![attribute("target", "_blank".to_owned()), attribute("rel", REL.to_owned())];
    if let Some(host) = host {
        attributes.push(attribute("title", url.clone()));
        attributes.push(attribute("data-host", host));
    }
    attributes.push(attribute("href", url));
    element("a", attributes, element("bdi", vec![], inlines(text)))
}

fn holds_han(nodes: &[Inline]) -> bool {
    nodes.iter().any(|node| match node {
        Inline::Text(text) | Inline::Code(text) => has_han(text),
        Inline::Styled(_, inner) => holds_han(inner),
        Inline::Link(link) => holds_han(&link.text),
    })
}

/// A link to a page of ours loses its new tab, and is the router's.
fn follow(event: ev::MouseEvent) {
    let target = event.target().and_then(|target| target.dyn_into::<web_sys::Element>().ok());
    let Some(link) = target.and_then(|target| target.closest("a[target]").ok().flatten()) else { return };
    let url = link.get_attribute("href").unwrap_or_default();
    let origin = window().location().origin().unwrap_or_default();
    if url.strip_prefix(&origin).is_some_and(is_own_page) {
        // It is only taken away: without it the link works as any other of the page.
        let _ = link.remove_attribute("target");
    }
}

fn is_own_page(path: &str) -> bool {
    path == "/" || OWN_PAGES.iter().any(|page| path.starts_with(page))
}
