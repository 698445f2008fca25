use super::{all, line};

#[test]
fn a_line_break_is_a_line_break() {
    assert_eq!(line("one\ntwo\n\n\nthree"), "one\ntwo\n\n\nthree");
    assert_eq!(line("  indented\n\n\tand    wide"), "  indented\n\n\tand    wide");
    assert_eq!(line("one\n\n\n\n \n\ntwo"), "one\n\n\ntwo", "a gap of two is wide enough");
    assert_eq!(all("```\na\n\n\n\nb\n```"), ["{|a\n\n\n\nb}"], "code stays as it is");
    assert!(all("").is_empty());
}

#[test]
fn quotes() {
    for (typed, shown) in [
        ("> 引用\n回答", vec!["> 引用", "回答"]),
        ("> one\n> two", vec!["> one\ntwo"]),
        ("before\n> quote\nafter", vec!["before", "> quote", "after"]),
        ("before\n\n> quote\n\nafter", vec!["before", "> quote", "after"]),
        ("> > inner\n> outer", vec!["> > inner", "> outer"]),
        ("> **粗**\n>\n> - 項目", vec!["> b(粗)", "> - 項目"]),
        (">　全形空白", vec!["> 全形空白"]),
        ("> ```rust\n> fn x() {}\n> ```\n好", vec!["> {rust|fn x() {}}", "好"]),
        ("> a\n\n> b", vec!["> a", "> b"]),
    ] {
        assert_eq!(all(typed), shown, "{typed}");
    }
    let deepest = format!("{}x", "> ".repeat(super::super::QUOTE_DEPTH_MAX));
    assert_eq!(all(&format!("> {deepest}")), [deepest.replacen('x', "> x", 1)], "deeper shows as typed");
}

#[test]
fn lists_have_two_levels() {
    for (typed, shown) in [
        ("- 牛奶\n- 雞蛋", vec!["- 牛奶", "- 雞蛋"]),
        ("要買：\n- 牛奶\n謝謝", vec!["要買：", "- 牛奶", "謝謝"]),
        ("1. one\n2. two", vec!["1. one", "2. two"]),
        ("1. one\n1. two\n1. three", vec!["1. one", "2. two", "3. three"]),
        ("2. 好\n5. 不行", vec!["2. 好", "5. 不行"]),
        ("3. x\n2. y\n1. z", vec!["3. x", "2. y", "1. z"]),
        ("- a\n  - b\n    - c\n- d", vec!["- a", "  - b", "  - c", "- d"]),
        ("1. a\n   - b\n   - c\n2. d", vec!["1. a", "  - b", "  - c", "2. d"]),
        ("- a\n  1. b\n  - c", vec!["- a", "  1. b", "  - c"]),
        ("- a\n\t- b", vec!["- a", "  - b"]),
        ("- a\n1. b", vec!["- a", "1. b"]),
        ("- one\n  goes on\n- two", vec!["- one\ngoes on", "- two"]),
        ("- **粗體**和`code`", vec!["- b(粗體)和c(code)"]),
        ("-　全形空白", vec!["- 全形空白"]),
        ("- a\n\n- b", vec!["- a", "- b"]),
        ("- a\n```\ncode\n```", vec!["- a", "{|code}"]),
    ] {
        assert_eq!(all(typed), shown, "{typed}");
    }
}

#[test]
fn fenced_code_is_left_alone() {
    for (typed, shown) in [
        ("```rust\nfn x() {}\n```", vec!["{rust|fn x() {}}"]),
        ("```\n**not bold**\n\n  <b>\n```\nafter", vec!["{|**not bold**\n\n  <b>}", "after"]),
        ("看：\n```c++\nint x;\n```\n好", vec!["看：", "{c++|int x;}", "好"]),
        ("```\nno end\n> still", vec!["{|no end\n> still}"]),
        ("````\n```\n````", vec!["{|```}"]),
        ("```let x = 1;\nlet y = 2;```", vec!["{|let x = 1;\nlet y = 2;}"]),
        ("```你好\n世界```", vec!["{|你好\n世界}"]),
        ("  ```\n  a\n    b\n  ```", vec!["{|a\n  b}"]),
        ("```<script>\nx\n```", vec!["{|<script>\nx}"]),
        ("```\n- a\n> b\nhttps://a.tw\n```", vec!["{|- a\n> b\nhttps://a.tw}"]),
        ("```\n\n```\n**後**", vec!["```\n\n```\nb(後)"]),
    ] {
        assert_eq!(all(typed), shown, "{typed}");
    }
}

#[test]
fn controls_of_direction_are_seen_in_code() {
    let code = "a\u{202E}b\u{2066}c";
    assert_eq!(super::super::visible_controls(code), "a⟪U+202E⟫b⟪U+2066⟫c");
    assert_eq!(super::super::visible_controls("字 עברית 👩‍👧"), "字 עברית 👩‍👧");
}

#[test]
fn a_few_emoji_alone_are_large() {
    use super::super::is_emoji_alone;
    for text in ["👍", "🎉🎉🎉", "👩‍👩‍👧‍👦 👍🏽", "❤️", "🇹🇼", "1️⃣", "☕ ✅", "🏴󠁧󠁢󠁥󠁮󠁧󠁿", "👁️‍🗨️"]
    {
        assert!(is_emoji_alone(text), "{text}");
    }
    for text in ["", "👍👍👍👍", "好👍", "1", "123", "★", "©", "❤", "\u{FE0F}", "🇹", "👍\u{200D}", "a"]
    {
        assert!(!is_emoji_alone(text), "{text}");
    }
}
