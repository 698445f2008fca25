use super::line;

#[test]
fn latin_words_are_styled_as_everywhere() {
    for (typed, shown) in [
        ("**bold** and *italic*", "b(bold) and i(italic)"),
        ("_italic_, too", "i(italic), too"),
        ("~~gone~~ here", "s(gone) here"),
        ("***both***", "i(b(both))"),
        ("**bold with *italic* in it**", "b(bold with i(italic) in it)"),
        ("*italic with **bold***", "i(italic with b(bold))"),
        ("~~**all *three***~~", "s(b(all i(three)))"),
        ("un*believ*able", "uni(believ)able"),
        ("(*x*)", "(i(x))"),
        ("**over\ntwo lines**", "b(over\ntwo lines)"),
    ] {
        assert_eq!(line(typed), shown, "{typed}");
    }
}

#[test]
fn beside_chinese_there_need_be_no_space() {
    for (typed, shown) in [
        ("**注意：**請看", "b(注意：)請看"),
        ("請看**這裡**。", "請看b(這裡)。"),
        ("他說**「重點」**，對吧", "他說b(「重點」)，對吧"),
        ("這是*強調*的字", "這是i(強調)的字"),
        ("我~~討厭~~喜歡你", "我s(討厭)喜歡你"),
        ("**「引號」**在前面", "b(「引號」)在前面"),
        ("中文**bold**中文", "中文b(bold)中文"),
        ("中文**（括號）**中文", "中文b(（括號）)中文"),
        ("**粗*斜*體**", "b(粗i(斜)體)"),
        ("***全部***都是", "i(b(全部))都是"),
        ("*斜**粗**斜*文", "i(斜b(粗)斜)文"),
        ("**100%**的人", "b(100%)的人"),
        ("**C++**很難", "b(C++)很難"),
        ("**辻\u{E0100}**さん", "b(辻\u{E0100})さん"),
        ("한국어**굵게**입니다", "한국어b(굵게)입니다"),
        ("**注意——**看", "b(注意——)看"),
        ("**等等…**then", "b(等等…)then"),
        ("中文_italic_中文", "中文i(italic)中文"),
        ("**請看 https://a.tw/x**謝謝", "b(請看 <https://a.tw/x>)謝謝"),
    ] {
        assert_eq!(line(typed), shown, "{typed}");
    }
}

#[test]
fn what_people_write_without_meaning_a_style_stays() {
    for typed in [
        "snake_case_name stays",
        "__init__.py",
        "_中文_",
        "¯\\_(ツ)_/¯",
        "^_^ T_T >_< @_@ o_O =_=",
        "5*3=15, 4*2=8",
        "a * b * c",
        "2 ** 3",
        "**",
        "****",
        "f*** you, and ****",
        "去你****的",
        "*不含稅",
        "* not a list",
        "好~",
        "好~~~ 謝謝~~~",
        "好~~\n謝謝~~",
        "~5 ~6",
        "# not a heading",
        "| a | b |\n| - | - |",
        "<b>no</b> &amp; <!-- html -->",
        "||no spoiler yet||",
        "C:\\*.*",
        "**over an\n\nempty line**",
        "- ",
        "-",
        "1.",
        "1.買菜",
        "1.5 kg",
        "2026. 那年",
        "--- \n***",
        "-5 度",
        ">_<",
        ">///<",
        "a > b",
        ">",
        "```",
        "```\n```",
    ] {
        let shown = line(typed);
        assert_eq!(shown, typed, "{typed:?}");
    }
}

#[test]
fn code_is_left_alone() {
    for (typed, shown) in [
        ("`code`", "c(code)"),
        ("用`cargo test`跑", "用c(cargo test)跑"),
        ("`**not bold**`", "c(**not bold**)"),
        ("**`code` is bold**", "b(c(code) is bold)"),
        ("`` a`b ``", "c(a`b)"),
        ("` `` `", "c(``)"),
        ("`one` and `two`", "c(one) and c(two)"),
        ("`open", "`open"),
        ("``open`", "``open`"),
        ("` `", "` `"),
        ("`https://a.tw`", "c(https://a.tw)"),
        ("*a `b* c`", "*a c(b* c)"),
        ("```one line```", "c(one line)"),
        ("`<b>`", "c(<b>)"),
    ] {
        assert_eq!(line(typed), shown, "{typed}");
    }
}

#[test]
fn styles_nest_to_a_depth_and_show_as_typed_beyond_it() {
    let levels = 40;
    let marks = |level: usize| if level.is_multiple_of(2) { "**" } else { "*" };
    let open: String = (0..levels).map(|level| format!("{}x ", marks(level))).collect();
    let close: String = (0..levels).rev().map(|level| format!(" x{}", marks(level))).collect();
    let shown = line(&format!("{open}{close}"));
    assert_eq!(shown.matches("b(").count() + shown.matches("i(").count(), super::super::STYLE_DEPTH_MAX);
    assert_eq!(shown.matches(')').count(), super::super::STYLE_DEPTH_MAX);
    assert!(shown.contains("*x *") || shown.contains("**x *"), "{shown}");
}

#[test]
fn towers_of_marks_are_cut_and_languages_are_not() {
    let tower = format!("a{}b", "\u{0301}".repeat(50));
    assert_eq!(line(&tower), format!("a{}b", "\u{0301}".repeat(super::super::MARKS_MAX)));
    for typed in ["Việt Nam", "e\u{0323}\u{0302}", "👩‍👩‍👧‍👦 👍🏽", "한글", "עִבְרִית", "น้ำ", "が\u{3099}"]
    {
        assert_eq!(line(typed), typed);
    }
}
