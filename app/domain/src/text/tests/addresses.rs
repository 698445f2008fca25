use super::line;

#[test]
fn an_address_ends_where_the_sentence_goes_on() {
    for (typed, shown) in [
        ("https://zh.wikipedia.org/wiki/臺北", "<https://zh.wikipedia.org/wiki/臺北>"),
        ("https://a.tw/b了解更多", "<https://a.tw/b>了解更多"),
        ("請看https://a.tw/b。謝謝", "請看<https://a.tw/b>。謝謝"),
        ("（https://a.tw/b）", "（<https://a.tw/b>）"),
        ("「https://a.tw/b」", "「<https://a.tw/b>」"),
        ("《https://a.tw/b》【https://a.tw/c】", "《<https://a.tw/b>》【<https://a.tw/c>】"),
        ("https://a.tw/b，https://a.tw/c、https://a.tw/d", "<https://a.tw/b>，<https://a.tw/c>、<https://a.tw/d>"),
        ("https://a.tw/b～https://a.tw/c—x…y", "<https://a.tw/b>～<https://a.tw/c>—x…y"),
        ("https://a.tw/b；https://a.tw/c：https://a.tw/d！", "<https://a.tw/b>；<https://a.tw/c>：<https://a.tw/d>！"),
        ("https://a.tw/搜尋?字=火鍋&頁=二#結果", "<https://a.tw/搜尋?字=火鍋&頁=二#結果>"),
        ("https://a.tw?q=火鍋好吃", "<https://a.tw?q=火鍋好吃>"),
        ("https://a.tw了解", "<https://a.tw>了解"),
        ("https://a.tw/x-中文", "<https://a.tw/x->中文"),
        ("https://台灣.tw/x", "<https://台灣.tw/x>"),
        ("https://a.tw/x　全形空白", "<https://a.tw/x>　全形空白"),
    ] {
        assert_eq!(line(typed), shown, "{typed}");
    }
}

#[test]
fn marks_of_the_sentence_are_not_the_addresss() {
    for (typed, shown) in [
        ("See https://a.org/b.", "See <https://a.org/b>."),
        ("(https://a.org/b)", "(<https://a.org/b>)"),
        ("https://en.wikipedia.org/wiki/Rust_(language)", "<https://en.wikipedia.org/wiki/Rust_(language)>"),
        ("(https://a.org/Rust_(language))", "(<https://a.org/Rust_(language)>)"),
        ("https://a.org/b, https://a.org/c; really?", "<https://a.org/b>, <https://a.org/c>; really?"),
        ("https://a.org/b?", "<https://a.org/b>?"),
        ("https://a.org/?a=b&c=d==", "<https://a.org/?a=b&c=d==>"),
        ("https://a.org/b/", "<https://a.org/b/>"),
        ("**https://a.org/b**", "b(<https://a.org/b>)"),
        ("\"https://a.org/b\"", "\"<https://a.org/b>\""),
        ("<https://a.org/b>", "<<https://a.org/b>>"),
        ("https://a.org/b_c_d/*e*", "<https://a.org/b_c_d/*e>*"),
        ("http://localhost:3000/x", "<http://localhost:3000/x>"),
        ("http://127.0.0.1:3000", "<http://127.0.0.1:3000>"),
        ("http://[::1]:3000/x", "<http://[::1]:3000/x>"),
        ("https://a.org.", "<https://a.org>."),
        ("https://a.org:", "<https://a.org>:"),
        ("https://a.org,b", "<https://a.org>,b"),
        ("HTTPS://A.ORG/B", "<HTTPS://A.ORG/B>"),
        ("mailto:ming@a.tw?subject=x", "<mailto:ming@a.tw?subject=x>"),
        ("寫信到mailto:ming@a.tw。", "寫信到<mailto:ming@a.tw>。"),
        ("https://a.org/a\u{202E}b", "<https://a.org/a>\u{202E}b"),
        ("https://a.org/a\u{200B}b", "<https://a.org/a>\u{200B}b"),
    ] {
        assert_eq!(line(typed), shown, "{typed}");
    }
}

#[test]
fn a_label_may_stand_for_an_address() {
    for (typed, shown) in [
        ("[文件](https://a.tw/x)請看", "[文件|https://a.tw/x]請看"),
        ("[**bold** `code`](https://a.tw)", "[b(bold) c(code)|https://a.tw]"),
        ("**[x](https://a.tw)**", "b([x|https://a.tw])"),
        ("[Rust](https://a.org/Rust_(language))", "[Rust|https://a.org/Rust_(language)]"),
        ("[x](https://a.tw/了解，更多)", "[x|https://a.tw/了解，更多]"),
        ("[a [b] c](https://a.tw)", "[a [b] c|https://a.tw]"),
        ("[[x](https://a.tw)](https://b.tw)", "[[x|https://a.tw]](<https://b.tw>)"),
        ("[寫信](mailto:ming@a.tw)", "[寫信|mailto:ming@a.tw]"),
        ("[https://a.tw/long](https://a.tw/long/er)", "[https://a.tw/long|https://a.tw/long/er]"),
        ("*[x*](https://a.tw)", "*[x*|https://a.tw]"),
    ] {
        assert_eq!(line(typed), shown, "{typed}");
    }
    for typed in ["[x](/etc/passwd)", "[x]()", "[x] (y)", "[x](y", "[x]", "[待辦]", "]x[", "![x](y)"] {
        assert_eq!(line(typed), typed, "{typed}");
    }
    assert_eq!(line("[](https://a.tw)"), "[](<https://a.tw>)");
    assert_eq!(line("![x](https://a.tw/p.png)"), "![x](<https://a.tw/p.png>)", "a picture shows as typed");
    assert_eq!(line("[x](https://a.tw \"title\")"), "[x](<https://a.tw> \"title\")");
}

#[test]
fn only_three_schemes_can_be_followed() {
    for typed in [
        "javascript:alert(1)",
        "[x](javascript:alert(1))",
        "[x](JaVaScRiPt:alert(1))",
        "[x](java\tscript:alert(1))",
        "[x]( javascript:alert(1))",
        "[x](\u{1}javascript:alert(1))",
        "[x](data:text/html,<script>alert(1)</script>)",
        "[x](vbscript:x)",
        "[x](file:///etc/passwd)",
        "[x](blob:https//a.tw/x)",
        "[x](//a.tw)",
        "[x](https:a.tw)",
        "[x](https:\\\\a.tw)",
        "[x](&#106;avascript:alert(1))",
        "[x](%6aavascript:alert(1))",
        "ftp://a.tw",
        "xhttps://a.tw",
        "https://",
        "https:///x",
        "https://.tw",
        "https://-a.tw",
        "mailto:",
        "mailto:x",
        "mailto:@a.tw",
        "www.a.tw",
        "ming@a.tw",
    ] {
        assert_eq!(line(typed), typed, "{typed}");
    }
}

#[test]
fn no_address_looks_like_another_place() {
    for typed in [
        "https://bank.tw@evil.tw/",
        "https://user:password@a.tw",
        "[x](https://bank.tw@evil.tw)",
        "[x](https://bank.tw\\@evil.tw)",
        "https://ｂank.tw/x",
        "[x](https://ｂank.tw)",
        "[x](https://bank.tw/\u{202E}x)",
        "[x](https://bank\u{200D}.tw)",
        "[x](https://a.tw/<script>)",
    ] {
        let shown = line(typed);
        assert!(!shown.contains("|http") && !shown.contains("evil.tw>"), "{typed}: {shown}");
    }
    assert_eq!(line("[https://bank.tw](https://evil.tw)"), "[<https://bank.tw>](<https://evil.tw>)");
    // Mixed scripts show as name servers know them; one script shows as it is.
    for (typed, shown) in [
        ("https://аpple.com/x", "<https://xn--pple-43d.com/x>"),
        ("https://аррӏе.com", "<https://xn--80ak6aa92e.com>"),
        ("https://пример.рф/x", "<https://пример.рф/x>"),
        ("https://bücher.de", "<https://bücher.de>"),
        ("[x](https://台灣bank.tw)", "[x|https://xn--bank-pg1gy02m.tw]"),
        ("https://xn--pple-43d.com", "<https://xn--pple-43d.com>"),
    ] {
        assert_eq!(line(typed), shown, "{typed}");
    }
}

#[test]
fn a_labelled_link_says_where_it_leads() {
    let host = |text: &str| match &super::parse(text)[..] {
        [super::Block::Paragraph(nodes)] => match &nodes[..] {
            [super::Inline::Link(link)] => link.host.clone(),
            nodes => panic!("{nodes:?}"),
        },
        blocks => panic!("{blocks:?}"),
    };
    assert_eq!(host("[x](https://a.tw:8080/y)").as_deref(), Some("a.tw:8080"));
    assert_eq!(host("[x](mailto:ming@a.tw?cc=x)").as_deref(), Some("ming@a.tw"));
    assert_eq!(host("https://a.tw"), None);
}
