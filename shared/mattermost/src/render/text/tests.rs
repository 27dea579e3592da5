use super::*;

#[test]
fn names_stay_as_they_can_be_copied() {
    let names = [
        "node_exporter_up",
        "host:9100",
        "12:05:33",
        "a-b.c",
        "job/web-1",
        "k8s:pod",
        "50 % (max)",
        "it's \"here\"!",
        "C:\\Users\\x",
        "x < 5 > 2",
        "a=1&b=2",
        "on #42",
        "v1.2/x",
        "on ::1",
        "x-disk",
        "a + b | c - d",
        "R&D",
    ];
    for text in names {
        assert_eq!(line(text, 200), text);
        assert_eq!(lines(text, 200), text);
    }
}

#[test]
fn markup_is_escaped() {
    let cases = [
        ("*a*", "\\*a\\*"),
        ("_a_", "\\_a\\_"),
        ("é_a_", "é\\_a\\_"),
        ("`a`", "\\`a\\`"),
        ("~~a~~", "\\~\u{200b}\\~\u{200b}a\\~\u{200b}\\~\u{200b}"),
        ("[a](b)", "\\[a\\]\u{200b}(b)"),
        ("![a][b]", "!\\[a\\]\u{200b}\\[b\\]"),
        ("<b>", "&lt;b>"),
        ("<@x>", "&lt;@\u{200b}x>"),
        ("&lt;", "&amp;lt;"),
        ("&#64;channel", "&amp;#64;channel"),
        ("$x$", "&#36;x&#36;"),
        ("\\*", "\\\u{200b}\\*"),
        ("a\\", "a\\\u{200b}"),
    ];
    for (given, escaped) in cases {
        assert_eq!(line(given, 100), escaped, "{given}");
    }
}

#[test]
fn nobody_and_nowhere_is_called() {
    let cases = [
        ("@channel", "@\u{200b}channel"),
        ("a@b.example", "a@\u{200b}b.example"),
        ("~town", "\\~\u{200b}town"),
        ("x #tag", "x #\u{200b}tag"),
        (":fire:", ":\u{200b}fire:"),
        (":100:", ":\u{200b}100:"),
        (":)", ":\u{200b})"),
        ("x ;-)", "x ;\u{200b}-)"),
        ("<3", "&lt;\u{200b}3"),
        ("x-d", "x\u{200b}-d"),
        ("http://a", "http:\u{200b}//a"),
        ("mailto:a", "mailto:\u{200b}a"),
        ("WWW.a", "WWW\u{200b}.a"),
        ("www2.a", "www2\u{200b}.a"),
        ("evil.org/x", "evil.org\u{200b}/x"),
        ("mmaction://x", "mmaction:\u{200b}//x"),
    ];
    for (given, defused) in cases {
        assert_eq!(line(given, 100), defused, "{given}");
    }
}

#[test]
fn no_line_begins_a_block() {
    let cases = ["# a", "> a", "- a", "+ a", "1. a", "2) a", "===", "|a|b|", "    code"];
    for given in cases {
        let all = lines(&format!("x\n{given}"), 100);
        let (_, second) = all.split_once('\n').expect("two lines");
        assert!(second.starts_with('\u{200b}'), "{given}: {second:?}");
    }
    assert_eq!(lines("a\u{2424}# b", 100), "a\n\u{200b}# b");
    assert_eq!(line("a\u{2424}# b", 100), "a # b");
}

#[test]
fn the_words_of_a_link_hold_no_bracket() {
    assert_eq!(label("a] [b](c)", 100), "a&#93; &#91;b&#93;(c)");
}

#[test]
fn what_is_shown_either_way_looks_alike() {
    assert_eq!(either("*a* `b` <c> $d_e _f_ @g", 100), "∗a∗ 'b' ‹c› ＄d_e ˗f˗ @\u{200b}g");
    assert_eq!(either("[a](http://b)", 100), "[a]\u{200b}(http:\u{200b}//b)");
}

#[test]
fn a_cut_keeps_the_limit_and_whole_pieces() {
    for max in 0..40 {
        for text in ["&&amp;&&&lt;&", "🦉🦉🦉🦉🦉🦉🦉", "**********", "abc", "<<<<<<"]
        {
            let cut = line(text, max);
            assert!(weight(&cut) <= max, "{max} {cut:?}");
            assert!(
                !["&a…", "&amp…", "&l…", "\\…"].iter().any(|half| cut.contains(half)),
                "{cut:?}"
            );
            assert!(plain(text, max).len() <= max && either(text, max).len() <= max);
        }
    }
    assert_eq!(line("abc", 3), "abc");
    assert_eq!(line("abcdef", 5), "ab…");
}

#[test]
fn what_turns_reading_is_gone() {
    assert_eq!(plain("a\u{202e}b\u{0}c\r\nd\u{2028}e", 100), "abc d e");
    assert_eq!(lines("\n\r\na\r\nb\rc \n\n", 100), "a\nb\nc");
    assert_eq!(line("\n a \t b\n\nc ", 100), "a b c");
}
