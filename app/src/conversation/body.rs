//! The text of a message, rendered from the typed nodes of `domain::text`. Nothing here accepts HTML: every character that a user
//! typed becomes a text node or the value of an attribute.

use domain::text::{Block, Inline, Link, List, Style, has_han, is_emoji_alone, parse, visible_controls};
use leptos::{
    attr::{
        any_attribute::{AnyAttribute, IntoAnyAttribute},
        custom::custom_attribute,
    },
    html::custom,
    prelude::*,
};

use super::body_clicks;
use crate::ui::{use_words, words::Words};

/// The opened page learns nothing of this one, and search engines do not follow the link.
const REL: &str = "noopener noreferrer nofollow ugc";
/// Lines of a block of code that are shown before it is folded.
const CODE_LINES_SHOWN: usize = 20;

/// The text of a message.
#[component]
pub fn Body(
    /// The text as it was typed.
    text: String,
    /// Whether only the beginning is shown until the user unfolds the text.
    folded: bool,
) -> impl IntoView {
    let class = match folded {
        true => "body folded",
        false if is_emoji_alone(&text) => "body large",
        false => "body",
    };
    let words = use_words();
    let mut renderer = Renderer { words, code: Vec::new() };
    let mut blocks = renderer.blocks(parse(&text));
    if folded {
        let cut = element("div", &[("class", "cut")], blocks);
        blocks = vec![cut, button(body_clicks::UNFOLD, "", words.more)].into_any();
    }
    let code = renderer.code;
    view! {
        <div
            class=class
            on:click=move |event| body_clicks::clicked(&event, &code, words)
            on:copy=move |event| body_clicks::on_copy(&event, &text)
        >{blocks}</div>
    }
}

/// Returns an element of a text. All have one type: each tag of the `view!` macro is a type of its own, which adds 2 kB to the
/// page.
fn element(tag: &'static str, attributes: &[(&'static str, &str)], inner: AnyView) -> AnyView {
    let mut all: Vec<AnyAttribute> = Vec::new();
    for (name, value) in attributes {
        all.push(custom_attribute(*name, (*value).to_owned()).into_any_attr());
    }
    custom(tag).add_any_attr(all).child(inner).into_any()
}

/// Returns a button of a text; `pressed` is the state of a toggle, and empty for another button.
fn button(class: &str, pressed: &str, text: &'static str) -> AnyView {
    let attributes = [("type", "button"), ("class", class), ("aria-pressed", pressed)];
    element("button", if pressed.is_empty() { &attributes[..2] } else { &attributes }, text.into_any())
}

/// The state of rendering a text.
struct Renderer {
    words: &'static Words,
    /// The blocks of code as typed, for their copy buttons.
    code: Vec<String>,
}

// Loops in place of iterators, whose chains would add code to the page.
impl Renderer {
    fn blocks(&mut self, blocks: Vec<Block>) -> AnyView {
        let mut views = Vec::new();
        for block in blocks {
            views.push(match block {
                Block::Paragraph(nodes) => element("p", &[], inlines(nodes)),
                Block::Quote(inner) => {
                    let inner = self.blocks(inner);
                    element("blockquote", &[], inner)
                }
                Block::List(list) => self::list(list),
                Block::Code { language, text } => self.code(language, text),
            });
        }
        views.into_any()
    }

    /// The state of a block is a class that is changed at a click: nothing else depends on it, so that it needs no signal.
    fn code(&mut self, language: Option<String>, text: String) -> AnyView {
        let is_long = text.lines().nth(CODE_LINES_SHOWN).is_some();
        let mut parts = Vec::new();
        if let Some(language) = language {
            parts.push(element("span", &[("class", "lang")], language.into_any()));
        }
        let does =
            vec![button(body_clicks::WRAP, "false", self.words.wrap), button(body_clicks::COPY, "", self.words.copy)];
        parts.push(element("div", &[("class", "code-actions")], does.into_any()));
        let code = element("code", &[], visible_controls(&text).into_owned().into_any());
        parts.push(element("pre", &[("tabindex", "0")], code));
        if is_long {
            parts.push(button(body_clicks::UNFOLD, "", self.words.more));
        }
        self.code.push(text);
        element("div", &[("class", if is_long { "code folded" } else { "code" })], parts.into_any())
    }
}

fn list(list: List) -> AnyView {
    let mut items = Vec::new();
    for item in list.items {
        let mut parts = vec![inlines(item.text)];
        for inner in item.inner {
            parts.push(self::list(inner));
        }
        items.push(match item.number {
            Some(number) => element("li", &[("value", &number.to_string())], parts.into_any()),
            None => element("li", &[], parts.into_any()),
        });
    }
    element(if list.ordered { "ol" } else { "ul" }, &[], items.into_any())
}

fn inlines(nodes: Vec<Inline>) -> AnyView {
    let mut views = Vec::new();
    for node in nodes {
        views.push(match node {
            Inline::Text(text) => text.into_any(),
            Inline::Code(text) => element("code", &[], visible_controls(&text).into_owned().into_any()),
            Inline::Styled(Style::Strong, inner) => element("strong", &[], inlines(inner)),
            Inline::Styled(Style::Strike, inner) => element("s", &[], inlines(inner)),
            // Chinese is emphasised by dots, not by italics.
            Inline::Styled(Style::Emphasis, inner) if holds_han(&inner) => {
                element("em", &[("class", "han")], inlines(inner))
            }
            Inline::Styled(Style::Emphasis, inner) => element("em", &[], inlines(inner)),
            Inline::Link(link) => self::link(link),
        });
    }
    views.into_any()
}

/// Renders a link. If its text is not the address, the host is shown after it, so that the user sees what is opened.
fn link(Link { url, text, host }: Link) -> AnyView {
    let host = host.as_deref();
    let all = [
        ("href", &*url),
        ("target", "_blank"),
        ("rel", REL),
        ("title", &*url),
        ("data-host", host.unwrap_or_default()),
    ];
    let inner = element("bdi", &[], inlines(text));
    element("a", if host.is_some() { &all } else { &all[..3] }, inner)
}

fn holds_han(nodes: &[Inline]) -> bool {
    nodes.iter().any(|node| match node {
        Inline::Text(text) | Inline::Code(text) => has_han(text),
        Inline::Styled(_, inner) => holds_han(inner),
        Inline::Link(link) => holds_han(&link.text),
    })
}
