//! `nightowl alerts`: what is on fire, for a terminal.

use http::Method;
use nightowl_domain::Time;
use serde_json::Value;

use crate::cli::Alerts;
use crate::client::Api;
use crate::failure::Failure;

pub(crate) async fn run(args: &Alerts, now: Time) -> Result<String, Failure> {
    let api = Api::open(&args.target, false).await?;
    let answer = match &args.id {
        Some(id) => one(&api, id, args).await?,
        None => all(&api, args).await?,
    };
    if args.json {
        let text = serde_json::to_string_pretty(&answer).unwrap_or_default();
        return Ok(plain_json(&text) + "\n");
    }
    if args.id.is_some() {
        return Ok(show(&answer));
    }
    let waiting = match api.waiting().await? {
        0 => String::new(),
        events => {
            format!("Accepted, but not in this list before `nightowl serve` runs: {events}\n")
        }
    };
    Ok(list(&answer, now) + &waiting)
}

fn query(args: &Alerts, cursor: Option<&str>) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    for (name, value) in [("tenant", &args.tenant), ("status", &args.status)] {
        if let Some(value) = value {
            query.append_pair(name, value);
        }
    }
    if let Some(cursor) = cursor {
        query.append_pair("cursor", cursor);
    }
    query.finish()
}

async fn one(api: &Api, id: &str, args: &Alerts) -> Result<Value, Failure> {
    let id: String = form_urlencoded::byte_serialize(id.as_bytes()).collect();
    let tenant = Alerts { id: None, status: None, tenant: args.tenant.clone(), ..blank(args) };
    let path = format!("/api/v1/admin/alerts/{id}?{}", query(&tenant, None));
    api.json(Method::GET, path.trim_end_matches('?'), None).await
}

fn blank(args: &Alerts) -> Alerts {
    let target = crate::cli::Target { data: None, url: None, key: None };
    Alerts { id: None, tenant: None, status: None, json: args.json, target }
}

/// Follows the cursor to the end, so that a script sees every alert.
async fn all(api: &Api, args: &Alerts) -> Result<Value, Failure> {
    let mut alerts = Vec::new();
    let mut cursor: Option<String> = None;
    loop {
        let path = format!("/api/v1/admin/alerts?{}", query(args, cursor.as_deref()));
        let mut page = api.json(Method::GET, path.trim_end_matches('?'), None).await?;
        if let Some(Value::Array(items)) = page.get_mut("alerts").map(Value::take) {
            alerts.extend(items);
        }
        cursor = page.get("next_cursor").and_then(Value::as_str).map(str::to_owned);
        if cursor.is_none() {
            return Ok(serde_json::json!({ "alerts": alerts, "next_cursor": null }));
        }
    }
}

fn list(answer: &Value, now: Time) -> String {
    let alerts = answer["alerts"].as_array().cloned().unwrap_or_default();
    if alerts.is_empty() {
        return "No alerts.\n".to_owned();
    }
    let mut rows =
        vec![["ID", "STATUS", "SEVERITY", "COUNT", "AGE", "TENANT", "TITLE"].map(str::to_owned)];
    for alert in &alerts {
        let text = |field: &str| line(alert[field].as_str().unwrap_or("-"));
        let fired = alert["fired_at"].as_str().and_then(Time::parse);
        rows.push([
            text("short_id").to_uppercase(),
            status(alert),
            text("severity"),
            alert["count"].to_string(),
            fired.map_or_else(|| "-".to_owned(), |fired| age(now, fired)),
            text("tenant"),
            text("title"),
        ]);
    }
    let mut out = String::new();
    for row in &rows {
        for (column, cell) in row.iter().enumerate() {
            let width = rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0);
            let last = column + 1 == row.len();
            out += &if last { cell.clone() } else { format!("{cell:<width$}  ") };
        }
        out.push('\n');
    }
    out
}

/// Fields of an alert that are shown where they have a value.
const SHOWN: [&str; 9] = [
    "tenant",
    "integration",
    "fired_at",
    "acknowledged_at",
    "acknowledged_by",
    "snoozed_until",
    "resolved_at",
    "resolved_by",
    "next_step_at",
];

fn show(alert: &Value) -> String {
    let text = |field: &str| line(alert[field].as_str().unwrap_or(""));
    let mut out = format!(
        "{}  {}  {}  {}\n",
        text("short_id").to_uppercase(),
        status(alert),
        text("severity"),
        text("title")
    );
    for field in SHOWN {
        let value = text(field);
        if !value.is_empty() {
            out += &format!("  {field}: {value}\n");
        }
    }
    for field in ["tier", "round", "count"] {
        out += &format!("  {field}: {}\n", alert[field]);
    }
    for link in alert["links"].as_array().into_iter().flatten() {
        let of = |field: &str| line(link[field].as_str().unwrap_or(""));
        out += &format!("  {}: {}\n", of("text"), of("url"));
    }
    for words in alert["description"].as_str().unwrap_or("").lines() {
        out += &format!("  | {}\n", line(words));
    }
    out += "Timeline\n";
    for entry in alert["timeline"].as_array().into_iter().flatten() {
        let of = |field: &str| line(entry[field].as_str().unwrap_or(""));
        // A note is somebody's own words; all other entries say themselves who did it.
        let who = if entry["kind"] == "note" { of("actor") + ": " } else { String::new() };
        out += &format!("  {}  {who}{}\n", of("at"), of("text"));
    }
    out
}

/// Says of a firing alert whether all tiers went by.
fn status(alert: &Value) -> String {
    let status = line(alert["status"].as_str().unwrap_or("-"));
    if alert["status"] == "firing" && alert["exhausted_at"].is_string() {
        return status + " (nobody answered)";
    }
    status
}

/// On one line, without what could drive the terminal or make a text read as another.
pub(crate) fn line(text: &str) -> String {
    let shown = text.split(|c: char| c.is_control() || matches!(c, '\u{2028}' | '\u{2029}'));
    shown.collect::<Vec<_>>().join(" ").chars().filter(|c| !is_direction(*c)).collect()
}

/// Marks that turn the direction of what follows.
const fn is_direction(c: char) -> bool {
    matches!(c, '\u{200e}' | '\u{200f}' | '\u{61c}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// The same JSON. Terminals obey U+0080 to U+009F as well, which JSON lets stand as they are.
fn plain_json(json: &str) -> String {
    let mut plain = String::with_capacity(json.len());
    for c in json.chars() {
        if (c.is_control() && c != '\n') || is_direction(c) {
            plain += &format!("\\u{:04x}", u32::from(c));
        } else {
            plain.push(c);
        }
    }
    plain
}

fn age(now: Time, then: Time) -> String {
    let seconds = now.since(then).as_secs();
    match seconds {
        0..60 => format!("{seconds}s"),
        60..3600 => format!("{}m", seconds / 60),
        3600..86_400 => format!("{}h{:02}m", seconds / 3600, seconds % 3600 / 60),
        _ => format!("{}d", seconds / 86_400),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_lines_up_and_a_title_cannot_drive_the_terminal() {
        let answer = serde_json::json!({"alerts": [
            {"short_id": "x2k9fq", "status": "firing", "severity": "critical", "count": 12,
             "fired_at": "2026-01-01T00:00:00Z", "tenant": "acme", "title": "disk\n\u{1b}[31mfull\u{9b}\u{202e}"},
        ]});
        let now = Time::parse("2026-01-01T01:05:00Z").expect("a time");
        let text = list(&answer, now);
        assert_eq!(
            text,
            "ID      STATUS  SEVERITY  COUNT  AGE    TENANT  TITLE\n\
             X2K9FQ  firing  critical  12     1h05m  acme    disk  [31mfull \n"
        );
        assert_eq!(list(&serde_json::json!({"alerts": []}), now), "No alerts.\n");
    }

    #[test]
    fn json_means_the_same_and_cannot_drive_the_terminal_either() {
        let answer = serde_json::json!({"title": "a\n\u{9b}31m\u{7f}\u{202e}ü🦉"});
        let text = plain_json(&serde_json::to_string_pretty(&answer).expect("JSON"));
        assert!(!text.contains(['\u{9b}', '\u{7f}', '\u{202e}']), "{text:?}");
        assert_eq!(serde_json::from_str::<Value>(&text).expect("JSON"), answer);
    }
}
