//! What a person sees of a post.

mod common;

use common::caller;
use mattermost_double::{Reading, Version, read_text};
use serde_json::{Value, json};

fn read(text: &str) -> Reading {
    read_text(text, Version::V11_6)
}

fn kinds(text: &str) -> Vec<String> {
    read(text).markup.into_iter().map(|run| run.kind).collect()
}

#[test]
fn these_notify() {
    let loud = [
        "@channel",
        "@all",
        "@here",
        "@carol",
        "@Carol",
        "\\@channel",
        "@carol.",
        "(@carol)",
        "*@channel*",
        "**@carol**",
        "[@carol](x)",
        "> @channel",
        "@carol_",
        "-@carol-",
        "@channel:",
        "![@channel](x)",
        "|a|\n|-|\n|@channel|",
        "~@channel~",
        "#@channel",
        "\u{2060}@channel",
        "\u{200b}@channel",
        "<@carol>",
        "<div>@carol",
        "_@carol_",
        "<!-- @carol -->",
        "# @carol",
        "- @carol",
        "[@carol]: https://x.example",
    ];
    for text in loud {
        // A link's definition shows nothing; all else does.
        let expected = usize::from(!text.starts_with("[@carol]:"));
        assert_eq!(read(text).mentions.len(), expected, "{text}");
    }
    assert_eq!(read("hi @Carol, @ALL").mentions, ["@carol", "@all"]);
}

#[test]
fn these_do_not() {
    let silent = [
        "@\u{200b}channel",
        "@\u{2060}channel",
        "`@channel`",
        "```\n@channel\n```",
        "x@channel.com",
        "https://x.example/@carol",
        "[x](@carol)",
        "@ channel",
        "＠channel",
        "<!channel>",
        "&#64;channel",
        "&commat;channel",
        "    @channel in code",
    ];
    for text in silent {
        assert_eq!(read(text).mentions, Vec::<String>::new(), "{text}");
    }
    assert!(read("&#64;channel").text.contains("@channel"), "it is shown all the same");
    let old = read_text("&#64;channel", Version::V5_37);
    assert_eq!(old.mentions, ["@channel"], "an old server decodes first");
}

#[test]
fn markup_is_told_apart() {
    let one = |text: &str, kind: &str| assert_eq!(kinds(text), [kind], "{text}");
    one("**a**", "bold");
    one("__a__", "bold");
    one("*a*", "italic");
    one("~~a~~", "strike");
    one("`a`", "code");
    one("```\na\n```", "code_block");
    one("> a", "quote");
    one("# a", "heading");
    one("a\n===", "heading");
    one("- a", "list");
    one("1. a", "list");
    one("a\n\n---", "rule");
    one("|a|\n|-|\n|b|", "table");
    one("![a](x)", "image");
    one(":fire:", "emoji");
    one("#outage", "hashtag");
    one("~town-square", "channel");
    assert_eq!(kinds("- [ ] a"), ["task", "list"]);
    for plain in
        ["a_b_c", "2 * 3 * 4", "~a b~", "12:05:33", "#1", "#ab", "a~b", "\\*a\\*", "c#sharp"]
    {
        let shown: Vec<String> =
            kinds(plain).into_iter().filter(|kind| kind != "channel").collect();
        assert_eq!(shown, Vec::<String>::new(), "{plain}");
    }
    assert_eq!(read("~~a~~ ~b c~").text, "a ~b c~");
}

#[test]
fn html_is_text_and_what_is_in_it_is_markdown() {
    let text = "<script>alert(1)</script> <b>x</b> <!-- c --> a < b";
    let reading = read(text);
    assert_eq!(reading.text, text);
    assert_eq!(reading.markup, []);
    assert_eq!(kinds("<div>**a**</div>"), ["bold"]);
    assert_eq!(read("`<b>`").text, "<b>");
    assert_eq!(read("\u{203d} <b>").text, "\u{203d} <b>");
}

#[test]
fn links_are_found_wherever_they_come_from() {
    let links = |text: &str| read(text).links;
    assert_eq!(links("[a](https://x.example/a_b?c=d&e=f)"), ["https://x.example/a_b?c=d&e=f"]);
    assert_eq!(links("<https://x.example>"), ["https://x.example"]);
    assert_eq!(links("[a](<https://x.example>)"), ["https://x.example"]);
    assert_eq!(links("[a]\n\n[a]: https://x.example"), ["https://x.example"]);
    assert_eq!(links("![a](https://x.example/a.png)"), ["https://x.example/a.png"]);
    assert_eq!(
        links("see https://x.example/a, www.y.example."),
        ["https://x.example/a", "www.y.example"]
    );
    assert_eq!(links("mailto:a@b.example or a@b.example"), ["mailto:a@b.example", "a@b.example"]);
    assert_eq!(links("[https://x.example](https://y.example)"), ["https://y.example"]);
    assert_eq!(
        links("[a](javascript:alert(1)) mmaction://x"),
        ["javascript:alert(1)", "mmaction://x"]
    );
    for none in ["`https://x.example`", "https:\u{200b}//x.example", "www", "a:b", "x.example"] {
        assert_eq!(links(none), Vec::<String>::new(), "{none}");
    }
}

#[test]
fn long_texts_are_read_in_time() {
    for text in
        ["*_~`", "@", "<", ":", "#", "~", "x", "[", "![", "www.", "a@b.", "<a:", "> ", "&#64;"]
    {
        let long = text.repeat(16_000 / text.len());
        assert!(read(&long).text.len() <= long.len() * 2, "{text}");
    }
}

#[tokio::test]
async fn attachments_are_read_part_by_part() {
    let caller = caller().await;
    let attachment = json!({"fallback": "@fallback", "pretext": "@pretext", "text": "@text",
        "title": "@title", "title_link": "https://t.example", "author_name": "@author",
        "author_link": "https://a.example", "footer": "@footer", "image_url": "https://i.example",
        "fields": [{"title": "@field", "value": "**@value**", "short": true}],
        "actions": [{"id": "ack", "type": "button", "name": ":fire: Ack", "style": "danger",
            "integration": {"url": "https://x.example", "context": {"op": "ack"}}}]});
    let id = caller.card(json!([attachment])).await.id();
    let reading = caller.reading(&id);
    assert_eq!(reading.mentions, ["@pretext", "@text", "@value"]);
    let lines: Vec<&str> = reading.text.lines().collect();
    let expected =
        ["@fallback", "@pretext", "@author", "@title", "@text", "@field", "@value", "@footer"];
    assert_eq!(lines, expected);
    assert_eq!(reading.links, ["https://a.example", "https://t.example"]);
    let kinds: Vec<&str> = reading.markup.iter().map(|run| run.kind.as_str()).collect();
    assert_eq!(kinds, ["bold", "image", "emoji"]);
    let button = &reading.buttons[0];
    assert_eq!((button.id.as_str(), button.style.as_str()), ("ack", "danger"));
    assert_eq!((&button.context, button.is_alive), (&json!({"op": "ack"}), true));
    assert_eq!(button.options, Vec::<(String, String)>::new());
    let old = Reading::of(&caller.double.post(&id).expect("a post"), Version::V5_37);
    assert_eq!(old.mentions, ["@pretext", "@text"], "an old server passes over fields");
    let none: Vec<Value> = vec![];
    assert_eq!(json!(caller.double.ephemerals()), json!(none));
}
