//! Any text can be read, and nothing of it is lost but the marks.

use proptest::{collection::vec, prelude::*, test_runner::Config};

use super::super::{Block, Inline, List, QUOTE_DEPTH_MAX, STYLE_DEPTH_MAX, parse, work::steps_of};

/// Characters of markup, and the text next to them.
#[rustfmt::skip]
const PARTS: &[&str] = &[
    "*", "**", "***", "_", "~~", "`", "``", "```", "[", "]", "(", ")", "](", "[x](https://a.tw)", "!", "> ", ">", "- ", "1. ", "  ",
    "\n", "\n\n", " ", "　", "\t", "a", "Ab", "7", "字", "中文", "，", "：", "「", "」", "（", "）", "https://a.tw/", "http://", "mailto:a@b.tw",
    "/", "?", "#", "@", ".", ",", "\\", "<b>", "</script>", "&lt;", "👍🏽", "\u{202E}", "\u{200D}", "\u{301}", "é", "🇹🇼", "rust",
];

fn text() -> impl Strategy<Value = String> {
    let part = prop_oneof![9 => proptest::sample::select(PARTS).prop_map(str::to_owned), 1 => any::<String>()];
    vec(part, 0..40).prop_map(|parts| parts.concat())
}

/// What nodes show, and how deep they are.
fn shown(blocks: &[Block], depth: usize, out: &mut String) {
    assert!(depth <= QUOTE_DEPTH_MAX);
    for block in blocks {
        match block {
            Block::Paragraph(nodes) => within(nodes, 0, false, out),
            Block::Quote(inner) => shown(inner, depth + 1, out),
            Block::List(list) => items(list, 0, out),
            Block::Code { language, text } => {
                out.push_str(language.as_deref().unwrap_or_default());
                out.push_str(text);
                assert!(!text.trim().is_empty());
            }
        }
        out.push('\n');
    }
}

fn items(list: &List, level: usize, out: &mut String) {
    assert!(level < 2 && !list.items.is_empty());
    for item in &list.items {
        // A number is shown, be it typed or counted.
        within(&item.text, 0, false, out);
        out.push('\n');
        item.inner.iter().for_each(|list| items(list, level + 1, out));
    }
}

fn within(nodes: &[Inline], depth: usize, in_link: bool, out: &mut String) {
    assert!(depth <= STYLE_DEPTH_MAX);
    for pair in nodes.windows(2) {
        assert!(!matches!(pair, [Inline::Text(_), Inline::Text(_)]), "text is whole");
    }
    for node in nodes {
        match node {
            Inline::Text(text) | Inline::Code(text) => {
                assert!(!text.is_empty());
                out.push_str(text);
            }
            Inline::Styled(_, inner) => {
                assert!(!inner.is_empty());
                within(inner, depth + 1, in_link, out);
            }
            Inline::Link(link) => {
                assert!(!in_link, "no link within a link");
                let lower = link.url.to_ascii_lowercase();
                assert!(
                    ["http://", "https://", "mailto:"].iter().any(|scheme| lower.starts_with(scheme)),
                    "{}",
                    link.url
                );
                assert!(!link.url.chars().any(|c| c.is_whitespace() || c.is_control()));
                within(&link.text, 0, true, out);
            }
        }
    }
}

/// Whether an address begins here.
fn is_address(text: &str) -> bool {
    let text = text.trim_start().to_ascii_lowercase();
    ["http", "mailto:"].iter().any(|scheme| text.starts_with(scheme))
}

/// Letters of a text that are in no mark, address or number.
fn letters(text: &str) -> String {
    text.chars().filter(|c| c.is_alphabetic()).collect()
}

proptest! {
    #![proptest_config(Config { cases: 1024, failure_persistence: None, ..Config::default() })]

    #[test]
    fn nothing_is_lost_but_the_marks(text in text()) {
        let mut seen = String::new();
        shown(&parse(&text), 0, &mut seen);
        // The address behind a label is not shown, and one of mixed scripts is shown otherwise.
        prop_assume!(!seen.contains("xn--"));
        let (typed, seen) = (text.replace("](https://a.tw)", "]"), seen.replace("](https://a.tw)", "]"));
        // Another one may come about from its parts.
        prop_assume!(!typed.split("](").skip(1).any(is_address));
        prop_assert_eq!(letters(&seen), letters(&typed));
    }

    #[test]
    fn only_marks_are_taken_away(text in text()) {
        let mut seen = String::new();
        shown(&parse(&text), 0, &mut seen);
        prop_assume!(!text.contains("](") && !seen.contains("xn--"));
        let kept = |c: &char| !c.is_whitespace() && !"*_~`[]()>-.0123456789".contains(*c);
        let strange: String = text.chars().filter(kept).collect();
        let seen: String = seen.chars().filter(kept).collect();
        prop_assert_eq!(seen, strange);
    }

    #[test]
    fn what_is_no_markup_shows_as_typed(text in "[a-zA-Z0-9 ,.!?%&/=;:<\"'$#@|^\\\\+{}中文，。「」（）👍é]{0,80}") {
        prop_assume!(!text.contains("://") && !text.to_ascii_lowercase().contains("mailto:"));
        let shown = parse(&text);
        let list = text.trim_start().split_once(". ").is_some_and(|(number, _)| number.bytes().all(|b| b.is_ascii_digit()));
        prop_assume!(!list);
        match &shown[..] {
            [] => prop_assert!(text.trim().is_empty()),
            [Block::Paragraph(nodes)] => prop_assert_eq!(&nodes[..], &[Inline::Text(text)]),
            other => prop_assert!(false, "{:?}", other),
        }
    }

    #[test]
    fn work_is_bounded(text in text(), times in 1..50_usize) {
        let text = text.repeat(times);
        let steps = steps_of(|| drop(parse(&text)));
        prop_assert!(steps <= 20 * (text.len() + 10), "{} steps for {} bytes", steps, text.len());
    }
}
