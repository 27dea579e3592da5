//! The table below the text of a card.

use nightowl_messaging::{AlertMessage, Button, Person};

use crate::render::link::link;
use crate::render::text;
use crate::wire::Field;

use super::Room;

/// Of one address; the runbook's may be longer, because it stands alone.
const LINK_URL: usize = 300;
const RUNBOOK_URL: usize = 1_000;

pub(crate) fn fields(alert: &AlertMessage, room: &Room) -> Vec<Field> {
    let plain = |value: Option<&str>| text::line(value.unwrap_or_default(), room.field);
    // Named and not mentioned: a card is for whoever looks, and wakes nobody.
    let person = |person: Option<&Person>| plain(person.map(|person| person.name.as_str()));
    let all = [
        ("Cluster", plain(alert.cluster.as_deref()), true),
        ("Namespace", plain(alert.namespace.as_deref()), true),
        ("Service", plain(alert.service.as_deref()), true),
        ("Source", plain(Some(&alert.integration)), true),
        ("On call", person(alert.primary_on_call.as_ref()), true),
        ("Second on call", person(alert.secondary_on_call.as_ref()), true),
        ("Labels", labels(alert, room), false),
        ("Runbook", runbook(alert, room), false),
        ("Links", links(alert, room), false),
    ];
    let filled = all.into_iter().filter(|(_, value, _)| !value.is_empty());
    filled.map(|(title, value, short)| Field { title, value, short }).collect()
}

/// `key=value`, as many as fit.
fn labels(alert: &AlertMessage, room: &Room) -> String {
    let mut all = String::new();
    for (key, value) in &alert.labels {
        let one = format!("{}={}", text::line(key, room.field), text::line(value, room.field));
        if text::weight(&all) + text::weight(&one) + 6 > room.labels {
            all.push_str(if all.is_empty() { "…" } else { " …" });
            break;
        }
        if !all.is_empty() {
            all.push_str(", ");
        }
        all.push_str(&one);
    }
    all
}

/// A link: the server itself would call the address of a button.
fn runbook(alert: &AlertMessage, room: &Room) -> String {
    let is_wanted = alert.runbook_title.is_some() || alert.buttons.contains(&Button::Runbook);
    let title = match text::label(alert.runbook_title.as_deref().unwrap_or_default(), room.field) {
        // The field has that name already.
        empty if empty.is_empty() || empty.eq_ignore_ascii_case("runbook") => "Open".to_owned(),
        title => title,
    };
    match alert.runbook_url.as_deref() {
        Some(url) if is_wanted => link(&title, url, RUNBOOK_URL),
        None if alert.runbook_title.is_some() => title,
        Some(_) | None => String::new(),
    }
}

fn links(alert: &AlertMessage, room: &Room) -> String {
    let links = alert.links.iter().take(room.links).map(|(title, url)| {
        let title = match text::label(title, room.field) {
            empty if empty.is_empty() => "link".to_owned(),
            title => title,
        };
        link(&title, url, LINK_URL)
    });
    links.collect::<Vec<_>>().join(" · ")
}
