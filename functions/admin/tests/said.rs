//! What the inbox shows besides cards and pages, and the buttons that have a form.

mod desk;

use std::time::Duration;

use desk::{Browser, Desk, form_of};
use nightowl_domain::{Alert, Destination, MessageRef, SendKey, Time};
use nightowl_engine::{Ports, Providers};
use nightowl_messaging::{
    Button, Form, Message, NoticeMessage, Post, PromptMessage, Provider, WayOn, Whisper,
};
use std::sync::Arc;

/// A Wednesday in summer, 12:00 in Berlin, where Alice is.
const NOON: &str = "2026-07-01T10:00:00Z";

async fn desk() -> (Desk, Alert) {
    let desk = Desk::new().await;
    let noon = Time::parse(NOON).expect("a time");
    desk.pass(noon.since(desk.now()));
    let alert = desk.fire("acme", "disk", "disk full").await;
    (desk, alert)
}

async fn inbox(desk: &Desk) -> Arc<dyn Provider> {
    let providers = desk.needs.engine.ports().providers();
    let inbox = providers.provider("acme", "inbox").await.expect("it works");
    inbox.expect("every tenant has it")
}

fn post(to: Destination, under: Option<MessageRef>, key: &str, message: Message) -> Post {
    Post { to, under, delivery: SendKey::from(key.to_owned()), message, form: Form::Rich }
}

fn notice(text: &str) -> Message {
    Message::Notice(NoticeMessage { text: text.to_owned(), alert: None })
}

fn channel() -> Destination {
    Destination::Channel { provider: "inbox".to_owned(), channel: "alerts".to_owned() }
}

fn alice() -> Destination {
    Destination::Person { provider: "inbox".to_owned(), user: "alice".to_owned() }
}

async fn press(browser: &mut Browser<'_>, id: &str) {
    let page = browser.get("/console/").await.text;
    let button = format!("-{id}\" class=\"snooze\"");
    let form = page.split("<form ").find(|form| form.contains(&button));
    let form = form.unwrap_or_else(|| panic!("no button {id} in {page}"));
    let form = format!("<form {form}");
    let fields = form_of(&form, "snooze");
    let fields: Vec<(&str, &str)> =
        fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
    assert_eq!(browser.post("/console/press", &fields).await.status, 303);
}

async fn until(desk: &Desk, alert: &Alert) -> String {
    match desk.read(alert).await.status.clone() {
        nightowl_domain::Status::Snoozed { until, .. } => until.to_string(),
        other => panic!("it is not snoozed: {other:?}"),
    }
}

#[tokio::test]
async fn the_snooze_menu_works_in_the_reader_s_zone() {
    let (desk, alert) = desk().await;
    let mut browser = Browser::logged_in(&desk).await;
    let page = browser.get("/console/").await.text;
    for label in ["<summary>Snooze</summary>", ">for 30 minutes<", ">for 2 hours<", ">until 9:00<"]
    {
        assert_eq!(page.matches(label).count(), 2, "{label}: on the card and on Alice's page");
    }
    assert!(page.contains(&format!("href=\"/console/alerts/{}#until\"", alert.id)), "{page}");
    for (id, expected) in [
        ("snooze-30m", "2026-07-01T10:30:00.000Z"),
        ("snooze-2h", "2026-07-01T12:00:00.000Z"),
        ("snooze-morning", "2026-07-02T07:00:00.000Z"),
    ] {
        let (desk, alert) = self::desk().await;
        let mut browser = Browser::logged_in(&desk).await;
        press(&mut browser, id).await;
        assert_eq!(until(&desk, &alert).await, expected, "{id}");
    }
}

#[tokio::test]
async fn the_page_of_an_alert_snoozes_until_a_moment() {
    let (desk, alert) = desk().await;
    let mut browser = Browser::logged_in(&desk).await;
    let path = format!("/console/alerts/{}", alert.id);
    let page = browser.get(&path).await.text;
    assert!(page.contains("id=\"until\"") && page.contains("min=\"2026-07-01T12:00\""), "{page}");
    assert!(page.contains("(Europe/Berlin)") && page.contains("id=\"note\""));
    let token = form_of(&page, "small").into_iter().find(|(name, _)| *name == "form_token");
    let token = token.expect("every page has it").1;
    let act = format!("{path}/act");
    let mut send = async |name: &str, value: &str| {
        let form = [("form_token", token.as_str()), ("verb", "snooze"), (name, value)];
        assert_eq!(browser.post(&act, &form).await.status, 303);
        browser.get(&path).await.text
    };
    for bad in ["2026-07-01T11:59", "2026-09-01T12:00", "tomorrow", "2026-07-02"] {
        let page = send("until", bad).await;
        assert!(page.contains("role=\"status\"><p><bdi>A snooze lasts"), "{bad}");
        assert_eq!(desk.read(&alert).await.status.name(), "firing", "{bad}");
    }
    send("until", "2026-07-01T18:30").await;
    assert_eq!(until(&desk, &alert).await, "2026-07-01T16:30:00.000Z");
    send("minutes", "morning").await;
    assert_eq!(until(&desk, &alert).await, "2026-07-02T07:00:00.000Z");
    send("minutes", "240").await;
    assert_eq!(until(&desk, &alert).await, "2026-07-01T14:00:00.000Z");
}

#[tokio::test]
async fn a_prompt_asks_for_a_note_and_leads_to_where_it_is_written() {
    let (desk, alert) = desk().await;
    let shown = desk.needs.engine.show(&alert.occurrence()).await.expect("the store works");
    let mut card = desk.needs.engine.view(&shown.expect("it is there")).await.expect("it works");
    card.buttons = vec![Button::Note];
    let text = "What fixed <it>?".to_owned();
    let prompt = Message::Prompt(PromptMessage { alert: card, text });
    let posted = post(alice(), None, "prompt", prompt);
    inbox(&desk).await.post(&posted).await.expect("posted");
    let mut browser = Browser::logged_in(&desk).await;
    let page = browser.get("/console/").await.text;
    let prompt = page.split("<article").find(|card| card.contains("What fixed")).expect("shown");
    assert!(prompt.contains("What fixed &#60;it&#62;?"), "{prompt}");
    assert!(prompt.contains(&format!("href=\"/console/alerts/{}#note\"", alert.id)), "{prompt}");
    assert!(!prompt.contains("<form"), "nothing else is asked for: {prompt}");
}

#[tokio::test]
async fn replies_stand_under_their_card_oldest_first() {
    let (desk, _) = desk().await;
    let inbox = inbox(&desk).await;
    let mut browser = Browser::logged_in(&desk).await;
    let before = browser.get("/console/").await;
    let root = inbox.post(&post(channel(), None, "root", notice("the root"))).await;
    let root = root.expect("posted");
    for (key, text) in [("one", "first <b>reply</b>"), ("two", "second reply")] {
        desk.pass(Duration::from_secs(1));
        let reply = post(channel(), Some(root.clone()), key, notice(text));
        inbox.post(&reply).await.expect("posted");
    }
    let stray = MessageRef { message: "gone".to_owned(), ..root.clone() };
    let stray = post(channel(), Some(stray), "stray", notice("of an old card"));
    inbox.post(&stray).await.expect("posted");
    let etag = before.header("etag").to_owned();
    let page = browser.get_with("/console/", &[("if-none-match", &etag)]).await;
    assert_eq!(page.status, 200, "an open page learns of it");
    let cards: Vec<&str> = page.text.split("<article").skip(1).collect();
    let card = cards.iter().find(|card| card.contains("the root")).expect("it has a card");
    let place = |text: &str| card.find(text).unwrap_or_else(|| panic!("{text} in {card}"));
    assert!(place("first &#60;b&#62;reply") < place("second reply"));
    assert!(card.contains("aria-label=\"Replies\""));
    let with = |text: &str| cards.iter().filter(|card| card.contains(text)).count();
    assert_eq!((with("second reply"), with("of an old card")), (1, 1), "each once");

    // What is kept of a card by an open page changes with its replies.
    let rev = |page: &str| {
        let card = page.split("<article").find(|card| card.contains("the root"));
        let rev = card.and_then(|card| card.split("data-rev=\"").nth(1));
        rev.and_then(|rev| rev.split('"').next()).expect("a card has it").to_owned()
    };
    let old = rev(&page.text);
    let third = post(channel(), Some(root), "three", notice("third reply"));
    inbox.post(&third).await.expect("posted");
    assert_ne!(rev(&browser.get("/console/").await.text), old);
}

#[tokio::test]
async fn a_whisper_shows_its_way_on() {
    let (desk, _) = desk().await;
    let url = "http://127.0.0.1:8080/console/link?t=1".to_owned();
    let link = Some(WayOn { label: "Link my account".to_owned(), url: url.clone() });
    let whisper = Whisper { text: "Who are you?".to_owned(), link };
    inbox(&desk).await.whisper("alerts", "alice", &whisper).await.expect("told");
    let mut browser = Browser::logged_in(&desk).await;
    let page = browser.get("/console/").await.text;
    let told = page.split("For <bdi>Alice</bdi> only").nth(1).expect("it is for her");
    assert!(told.contains("Who are you?") && told.contains("Link my account"), "{told}");
    assert!(told.contains(&format!("href=\"{url}\"")), "{told}");
    let rest = page.split("For <bdi>Alice</bdi> only").next().unwrap_or_default();
    assert!(!rest.contains("Who are you?"));
}
