//! How messages look.

use nightowl_messaging::conformance::{alert, direct, escalation, every_message, notice, prompt};
use nightowl_messaging::{AlertMessage, Form, Message};
use serde_json::{Value, json};

use super::{ALICE, all_read, rendered};

fn disk_full() -> AlertMessage {
    let mut card = alert("disk full", Some(ALICE));
    card.title = "Disk full on db_1 (95%)".to_owned();
    card.cluster = Some("prod".to_owned());
    card.labels = vec![("job".to_owned(), "node".to_owned()), ("fs".to_owned(), "*".to_owned())];
    card.resolved_by = None;
    card.resolved_at = None;
    card.resolution = None;
    card.snoozed_until = None;
    card.superseded_by = None;
    card
}

#[test]
fn a_card() {
    let rendered = rendered(&Message::Alert(disk_full()), Form::Rich);
    assert_eq!(rendered.message, "🔴 critical, firing, X2K9FQ: **Disk full on db_1 (95%)**");
    let mut props = serde_json::to_value(&rendered.props).expect("JSON");
    let actions = props["attachments"][0]["actions"].take();
    let field = |title: &str, value: &str, short: bool| json!({"title": title, "value": value, "short": short});
    let expected = json!({
        "from_bot": "true",
        "nightowl_delivery": "delivery-of-the-card",
        "attachments": [{
            "fallback": "prod · disk full · disk full",
            "color": "#E01E5A",
            "title": "Open in NightOwl",
            "title_link": "https://owl.example.com/console/alerts/x2k9fq",
            "text": "3 times · since 2026-09-21 16:13 CEST\ndisk full\n\
                Acknowledged by disk full 2026-09-21 16:14 CEST\ndisk full",
            "fields": [
                field("Cluster", "prod", true),
                field("Namespace", "disk full", true),
                field("Service", "disk full", true),
                field("Source", "disk full", true),
                field("On call", "disk full", true),
                field("Second on call", "disk full", true),
                field("Labels", "job=node, fs=\\*", false),
                field("Runbook", "[disk full](https://runbooks.example.com/disk?a=1&b=2)", false),
                field("Links", "[disk full](https://grafana.example.com/d/1)", false),
            ],
            "actions": null,
        }],
    });
    assert_eq!(props, expected);
    buttons_of_a_card(&actions);
}

fn buttons_of_a_card(actions: &Value) {
    let shown = |action: &Value| {
        let text = |key: &str| action[key].as_str().unwrap_or_default().to_owned();
        (text("id"), text("name"), text("type"), text("style"))
    };
    let shown: Vec<_> = actions.as_array().expect("actions").iter().map(shown).collect();
    let button = |id: &str, name: &str, kind: &str, style: &str| {
        (id.to_owned(), name.to_owned(), kind.to_owned(), style.to_owned())
    };
    let expected = [
        button("ack", "Acknowledge", "button", "primary"),
        button("escalate", "Escalate", "button", ""),
        button("resolve", "Resolve", "button", ""),
        button("snooze", "Snooze", "select", ""),
    ];
    assert_eq!(shown, expected);
    let options = json!([
        {"text": "for 30 minutes", "value": "30m"},
        {"text": "for 2 hours", "value": "2h"},
        {"text": "until 9:00", "value": "morning"},
        {"text": "until …", "value": "until"},
    ]);
    assert_eq!(actions[3]["options"], options);
    let integration = &actions[0]["integration"];
    let url = integration["url"].as_str().expect("an address");
    assert!(url.starts_with("https://nightowl.example.com/api/v1/mattermost/actions"), "{url}");
    let context = integration["context"].as_object().expect("a context");
    assert!(context.values().all(Value::is_string), "{context:?}");
}

#[test]
fn a_runbook_without_a_name_of_its_own_is_opened() {
    for title in [None, Some("Runbook".to_owned()), Some("Disk runbook".to_owned())] {
        let expected = title.clone().filter(|title| title != "Runbook");
        let expected = expected.unwrap_or_else(|| "Open".to_owned());
        let mut card = disk_full();
        card.runbook_title = title;
        let rendered = rendered(&Message::Alert(card), Form::Rich);
        let mut fields = rendered.props.attachments[0].fields.iter();
        let runbook = fields.find(|field| field.title == "Runbook").expect("a runbook");
        assert!(runbook.value.starts_with(&format!("[{expected}](")), "{}", runbook.value);
    }
}

/// Each thing once, although the sentence on the escalation repeats who has done what.
#[test]
fn what_was_done_is_said_once() {
    let said = |change: fn(&mut AlertMessage)| {
        let mut card = disk_full();
        card.count = 1;
        "".clone_into(&mut card.description);
        card.acknowledged_by = Some("Alice".to_owned());
        change(&mut card);
        let rendered = rendered(&Message::Alert(card), Form::Rich);
        let text = rendered.props.attachments[0].text.clone();
        text.strip_prefix("since 2026-09-21 16:13 CEST\n").expect("a beginning").to_owned()
    };
    let acknowledged = "Acknowledged by Alice 2026-09-21 16:14 CEST";
    let plain = |card: &mut AlertMessage| "Acknowledged by Alice.".clone_into(&mut card.escalation);
    assert_eq!(said(plain), acknowledged);
    const REMINDER: &str = "Acknowledged by Alice; a reminder goes out at 18:00 CEST.";
    let reminded = |card: &mut AlertMessage| REMINDER.clone_into(&mut card.escalation);
    assert_eq!(said(reminded), format!("{REMINDER}\n{acknowledged}"));
    const SNOOZED: &str = "Snoozed by Alice until 2026-09-21 18:00 CEST.";
    let snoozed = |card: &mut AlertMessage| {
        card.snoozed_until = Some(nightowl_domain::Time::from_seconds(1_790_006_400));
        SNOOZED.clone_into(&mut card.escalation);
    };
    assert_eq!(said(snoozed), format!("{SNOOZED}\n{acknowledged}"));
    let resolved = |card: &mut AlertMessage| {
        card.resolved_by = Some("Bob".to_owned());
        card.resolution = Some("swapped the disk".to_owned());
        "Resolved by Bob.".clone_into(&mut card.escalation);
    };
    assert_eq!(said(resolved), format!("{acknowledged}\nResolved by Bob\nswapped the disk"));
}

/// A card wakes nobody; only a page in a channel calls, and only whom it is for.
#[test]
fn only_a_page_in_a_channel_mentions() {
    for (kind, message) in every_message("zorn", Some(ALICE)) {
        for form in [Form::Rich, Form::Plain] {
            let rendered = rendered(&message, form);
            let mut found: Vec<String> = vec![];
            for read in all_read(&rendered).into_values() {
                found.extend(read.mentions);
            }
            let calls = matches!(message, Message::Escalation(_));
            let expected = if calls { vec!["alice.o-x_1".to_owned()] } else { vec![] };
            assert_eq!(found, expected, "{kind} {form:?}");
        }
    }
}

#[test]
fn a_page_in_a_channel() {
    let mut page = escalation("disk full", Some(ALICE));
    page.alert = disk_full();
    page.tier_label = "Tier 2: oncall_primary".to_owned();
    page.because = Some("Bob has no e-mail address".to_owned());
    let said = |page: &_| rendered(&Message::Escalation(Clone::clone(page)), Form::Rich).message;
    let headline = "🔴 critical, firing, X2K9FQ: **Disk full on db_1 (95%)**";
    let call = "@alice.o-x_1: **page** · Tier 2: oncall\\_primary · next tier in 7.5 minutes";
    let call = call.replace("oncall\\_primary", "oncall_primary");
    assert_eq!(said(&page), format!("{headline}\n{call}\nBob has no e-mail address"));
    page.target = None;
    page.timeout_minutes = 0.0;
    page.because = None;
    let call = "Nobody could be found: **page** · Tier 2: oncall_primary";
    assert_eq!(said(&page), format!("{headline}\n{call}"));
    page.standing = Some("Bob was paged (tier 2). Acknowledged by Alice.".to_owned());
    assert_eq!(said(&page), format!("{headline}\nBob was paged (tier 2). Acknowledged by Alice."));
}

#[test]
fn a_page_to_a_person_a_question_and_a_notice() {
    let mut page = direct("You are on call.", None);
    page.alert = disk_full();
    let headline = "🔴 critical, firing, X2K9FQ: **Disk full on db_1 (95%)**";
    let rendered = |message: Message| rendered(&message, Form::Rich);
    assert_eq!(rendered(Message::Direct(page)).message, format!("{headline}\nYou are on call."));

    let mut asked = prompt("What fixed it?", None);
    asked.alert.title = "Disk full".to_owned();
    asked.alert.status = "resolved";
    let asked = rendered(Message::Prompt(asked));
    let headline = "✅ critical, resolved, X2K9FQ: **Disk full**";
    assert_eq!(asked.message, format!("{headline}\nWhat fixed it?"));
    let below = &asked.props.attachments[0];
    let names: Vec<_> = below.actions.iter().map(|action| (action.id, action.name)).collect();
    assert_eq!(names, [("note", "Add a note")]);
    assert_eq!((below.color, below.text.as_str()), ("#2EB67D", ""));

    let mut told = notice("Alice took over.", None);
    told.alert = Some(disk_full());
    let told = rendered(Message::Notice(told));
    assert_eq!(told.message, "Alice took over.");
    let link = "[Open in NightOwl](https://owl.example.com/console/alerts/x2k9fq)";
    let expected = format!("🔴 Disk full on db_1 (95%) · X2K9FQ · {link}");
    assert_eq!(told.props.attachments[0].text, expected);
}

#[test]
fn a_plain_card() {
    let rendered = rendered(&Message::Alert(disk_full()), Form::Plain);
    assert!(rendered.props.attachments.is_empty());
    assert_eq!(rendered.props.nightowl_delivery, "delivery-of-the-card");
    let expected = "🔴 critical, firing, X2K9FQ: Disk full on db_1 (95%)\n\
        prod · disk full · disk full\n\
        disk full\n\
        Acknowledged by disk full\n\
        disk full\n\
        [Open in NightOwl](https://owl.example.com/console/alerts/x2k9fq) · \
        [Runbook](https://runbooks.example.com/disk?a=1&b=2)\n\
        /nightowl ack X2K9FQ · /nightowl escalate X2K9FQ · /nightowl resolve X2K9FQ";
    assert_eq!(rendered.message, expected);
}
