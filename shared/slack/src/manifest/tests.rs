use super::*;

fn at<'a>(value: &'a Value, pointer: &str) -> &'a Value {
    value.pointer(pointer).unwrap_or_else(|| panic!("no {pointer}"))
}

fn length(value: &Value, pointer: &str) -> usize {
    at(value, pointer).as_str().expect(pointer).chars().count()
}

/// The figures of Slack's own schema of manifests.
#[test]
fn the_manifest_keeps_every_limit() {
    let text = manifest("https://nightowl.example.com/", Some("acme"));
    let value: Value = serde_json::from_str(&text).expect("JSON");
    assert!((1..=35).contains(&length(&value, "/display_information/name")));
    assert!((1..=140).contains(&length(&value, "/display_information/description")));
    assert!((4..=7).contains(&length(&value, "/display_information/background_color")));
    assert!((1..=80).contains(&length(&value, "/features/bot_user/display_name")));
    let command = "/features/slash_commands/0";
    let word = at(&value, &format!("{command}/command")).as_str().expect("a command");
    assert!(word.starts_with('/') && (2..=32).contains(&word.len()));
    assert!((1..=2000).contains(&length(&value, &format!("{command}/description"))));
    assert!((1..=1000).contains(&length(&value, &format!("{command}/usage_hint"))));
    for (pointer, max) in [
        ("/features/slash_commands/0/url", 3000),
        ("/settings/event_subscriptions/request_url", 3500),
        ("/settings/interactivity/request_url", 3500),
    ] {
        let url = at(&value, pointer).as_str().expect(pointer);
        assert!(url.starts_with("https://nightowl.example.com/api/v1/slack/"), "{url}");
        assert!(url.ends_with("/acme") && url.len() <= max, "{url}");
    }
    for (pointer, max) in
        [("/oauth_config/scopes/bot", 255), ("/settings/event_subscriptions/bot_events", 100)]
    {
        let list = at(&value, pointer).as_array().expect(pointer);
        let mut words: Vec<&str> = list.iter().filter_map(Value::as_str).collect();
        assert!(words.len() <= max && words.iter().all(|word| word.len() <= 50));
        let count = words.len();
        words.sort_unstable();
        words.dedup();
        assert_eq!((words.len(), list.len()), (count, count), "{pointer}: one is there twice");
    }
    assert_eq!(at(&value, "/settings/token_rotation_enabled"), false);
    assert_eq!(at(&value, "/settings/interactivity/is_enabled"), true);
    assert_eq!(at(&value, "/features/app_home/home_tab_enabled"), true);
    // A direct message cannot be answered where this is off.
    assert_eq!(at(&value, "/features/app_home/messages_tab_read_only_enabled"), false);
}

/// Slack refuses a subscription whose scope is not asked for.
#[test]
fn every_event_has_its_scope() {
    for event in BOT_EVENTS {
        let needed = match event {
            "app_mention" => "app_mentions:read",
            "channel_archive" | "channel_deleted" | "channel_rename" => "channels:read",
            "group_archive" | "group_deleted" | "group_rename" => "groups:read",
            "message.im" => "im:history",
            _ => continue,
        };
        assert!(SCOPES.iter().any(|scope| scope.name == needed), "{event} needs {needed}");
    }
    assert!(SCOPES.iter().any(|scope| scope.name == "commands"));
}

#[test]
fn without_a_tenant_the_addresses_name_none() {
    let value = manifest_value("http://127.0.0.1:8080", None);
    assert_eq!(
        at(&value, "/settings/interactivity/request_url"),
        "http://127.0.0.1:8080/api/v1/slack/interactions"
    );
}

#[test]
fn the_deep_link_carries_the_manifest_whole() {
    let text = manifest("https://nightowl.example.com", Some("acme"));
    let link = deep_link(&text);
    assert!(link.len() < 4000, "{}", link.len());
    let (root, query) = link.split_once('?').expect("a query");
    assert_eq!(root, "https://api.slack.com/apps");
    let pairs: Vec<(String, String)> = serde_urlencoded::from_str(query).expect("pairs");
    assert_eq!(pairs[0], ("new_app".to_owned(), "1".to_owned()));
    assert_eq!(pairs[1].0, "manifest_json");
    let carried: Value = serde_json::from_str(&pairs[1].1).expect("JSON");
    assert_eq!(carried, serde_json::from_str::<Value>(&text).expect("JSON"));
}

/// `docs/slack.md` says what each is for.
#[test]
fn the_guide_lists_every_scope_and_event() {
    let guide = include_str!("../../../../docs/slack.md");
    for Scope { name, why } in SCOPES {
        let row = format!("| `{name}` | {why} |");
        assert!(guide.contains(&row), "docs/slack.md lacks {row}");
    }
    for event in BOT_EVENTS {
        assert!(guide.contains(&format!("`{event}`")), "docs/slack.md lacks {event}");
    }
}
