//! What texts show. Nodes are written short: `b(bold)`, `i(italic)`, `s(struck out)`, `c(code)`, `<address>`,
//! `[text|address]`; blocks on lines of their own: `> quote`, `- item`, `1. item`, `{language|code}`.

mod addresses;
mod blocks;
mod bombs;
mod random;
mod shape;
mod styles;

use super::{Block, Inline, Style, parse};

/// What a text of one paragraph shows.
fn line(text: &str) -> String {
    match &parse(text)[..] {
        [Block::Paragraph(nodes)] => inlines(nodes),
        blocks => panic!("{text:?} is {blocks:?}"),
    }
}

/// What a text shows.
fn all(text: &str) -> Vec<String> {
    blocks(&parse(text))
}

fn inlines(nodes: &[Inline]) -> String {
    nodes.iter().map(inline).collect()
}

fn inline(node: &Inline) -> String {
    match node {
        Inline::Text(text) => text.clone(),
        Inline::Code(text) => format!("c({text})"),
        Inline::Styled(Style::Strong, inner) => format!("b({})", inlines(inner)),
        Inline::Styled(Style::Emphasis, inner) => format!("i({})", inlines(inner)),
        Inline::Styled(Style::Strike, inner) => format!("s({})", inlines(inner)),
        Inline::Link(link) if link.host.is_none() => {
            assert_eq!(inlines(&link.text), link.url, "what is shown is what is opened");
            format!("<{}>", link.url)
        }
        Inline::Link(link) => format!("[{}|{}]", inlines(&link.text), link.url),
    }
}

fn blocks(blocks: &[Block]) -> Vec<String> {
    blocks.iter().flat_map(block).collect()
}

fn block(block: &Block) -> Vec<String> {
    match block {
        Block::Paragraph(nodes) => vec![inlines(nodes)],
        Block::Quote(inner) => blocks(inner).iter().map(|line| format!("> {line}")).collect(),
        Block::Code { language, text } => vec![format!("{{{}|{text}}}", language.as_deref().unwrap_or(""))],
        Block::List(list) => self::list(list),
    }
}

fn list(list: &super::List) -> Vec<String> {
    let item = |item: &super::Item| {
        assert_eq!(item.number.is_some(), list.ordered);
        let mark = item.number.map_or("-".into(), |number| format!("{number}."));
        let mut lines = vec![format!("{mark} {}", inlines(&item.text))];
        lines.extend(item.inner.iter().flat_map(self::list).map(|line| format!("  {line}")));
        lines
    };
    list.items.iter().flat_map(item).collect()
}
