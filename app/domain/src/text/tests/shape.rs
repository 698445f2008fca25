use super::super::{ends_in_code, is_long};

#[test]
fn a_fence_is_open_until_one_as_long_closes_it() {
    for open in [
        "```",
        "```rust",
        "看：\n```",
        "```\ncode",
        "```\na\n```\nb\n```js",
        "````\n```",
        "  ```\n  x",
        "```let x = 1;",
    ] {
        assert!(ends_in_code(open), "{open}");
    }
    for closed in [
        "",
        "``",
        "a",
        "a ```",
        "```\ncode\n```",
        "```\ncode```",
        "```\na\n```\n好",
        "```code```",
        "````\n`````",
        "> ```",
    ] {
        assert!(!ends_in_code(closed), "{closed}");
    }
}

#[test]
fn what_takes_more_than_25_lines_is_long() {
    for (text, long) in [
        ("一\n".repeat(24) + "一", false),
        ("一\n".repeat(25) + "一", true),
        ("字".repeat(44 * 25), false),
        ("字".repeat(44 * 25 + 1), true),
        ("a".repeat(88 * 25), false),
        ("a".repeat(88 * 25 + 1), true),
        (format!("{}\n字", "字".repeat(44 * 25)), true),
        // Code is folded by itself and does not wrap.
        (format!("```\n{}```", "code\n".repeat(100)), false),
        (format!("```\n{}```", "x".repeat(8_000)), false),
        (format!("```\n{}```{}", "code\n".repeat(100), "\n一".repeat(3)), true),
    ] {
        assert_eq!(is_long(&text), long, "{} characters", text.chars().count());
    }
}
