//! Work grows as the text does, and no faster, whatever the text is made of.

use super::super::{parse, work::steps_of};

/// Steps for each byte, at the most.
const STEPS_PER_BYTE: usize = 20;
const MEGABYTE: usize = 1_000_000;

/// What could be looked at again and again.
const PARTS: &[&str] = &[
    "> ",
    ">",
    "[",
    "]",
    "](",
    "[a](",
    "[a](b",
    "[a](https://a.tw/(",
    "[a](https://a.tw)",
    "![",
    "*",
    "**",
    "***",
    "****",
    "*a",
    "a*",
    "*a ",
    " a*",
    "**a *b ",
    "*a _b ~~c ",
    "*a_",
    "_a",
    "_a ",
    "a_ ",
    "~~",
    "~~a ",
    "a~~ ",
    "*~~_",
    "粗**",
    "**粗*",
    "*粗**粗",
    "`",
    "``",
    "` `` ",
    "`a``b```c````d`````e``````f",
    "```",
    "```\n",
    "```a\n",
    "\n```\n\n",
    "`\n",
    "http://",
    "https://a",
    "http://a@",
    "https://a.tw/",
    "https://a.tw/(",
    "https://a.tw/)",
    "https://a.tw/...",
    "https://a.",
    "http://аa.",
    "http:",
    "mailto:",
    "mailto:a@",
    "mailto:a",
    "h",
    "hhttp://",
    "- ",
    "- a\n",
    "  - a\n",
    "- a\n  - b\n",
    "1. a\n",
    "1. ",
    "1.\n",
    "-\n",
    "  a\n",
    "| a | b |\n",
    "\n",
    " \n",
    " ",
    "\t",
    "　",
    "> a\n",
    "> > > > a\n",
    ">\n",
    "> ```\n",
    "> - a\n",
    "\u{301}",
    "a\u{301}",
    "字",
    "，",
    "👍",
    "\u{202E}",
    "<b>",
    "(",
    ")",
    "((",
    "\\",
    "!",
];

#[test]
fn no_text_takes_more_than_its_length() {
    for part in PARTS {
        let text = part.repeat(32_000 / part.len());
        holds(&text, part);
        holds(&format!("{text}x"), part);
    }
    for part in ["> ", "[", "*", "**a *b ", "| a | b |\n", "http://"] {
        holds(&part.repeat(MEGABYTE / part.len()), part);
    }
    let half = 4_000;
    for (first, last) in [
        ("*a ", " b*"),
        ("[", "](https://a.tw)"),
        ("> ", "x"),
        ("**", "**"),
        ("`", "``"),
        ("(", ")"),
        ("*a", "**"),
        ("[a](", ")"),
    ] {
        let text = first.repeat(half) + &last.repeat(half);
        holds(&text, first);
    }
}

#[test]
fn no_two_parts_together_do_either() {
    for one in PARTS {
        for other in PARTS {
            let pair = format!("{one}{other}");
            holds(&pair.repeat(3_000 / pair.len()), &pair);
        }
    }
}

fn holds(text: &str, what: &str) {
    let steps = steps_of(|| drop(parse(text)));
    let most = STEPS_PER_BYTE * (text.len() + 10);
    assert!(
        steps <= most,
        "{what:?} × {} takes {steps} steps, {} a byte",
        text.len() / what.len().max(1),
        steps / text.len()
    );
}
