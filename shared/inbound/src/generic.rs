//! Our own format, for anything that can POST JSON.

use std::collections::BTreeMap;

use nightowl_domain::{Link, LinkKind};

use crate::draft::Draft;
use crate::json::{Body, Json, Kind};
use crate::members::{self, Refusal};
use crate::problems::quote;
use crate::reader::Reader;
use crate::{BadBody, Context, Parsed, Said, Taken, fingerprint, links};

/// Shown with every error.
pub const EXAMPLE: &str = r#"{"title":"Disk full on db-1","severity":"critical","status":"firing","dedup_key":"disk-db-1","description":"97 % used","labels":{"host":"db-1"},"links":[{"title":"Runbook","url":"https://example.com/disk"}]}"#;

/// One alert (an object with a `title`), a list of them, or `{"alerts": [them]}`.
pub fn parse(body: &[u8], context: Context) -> Result<Parsed, BadBody> {
    let body = Body::new(body);
    let mut parsed =
        parse_body(&body, context).map_err(|bad| BadBody { example: Some(EXAMPLE), ..bad })?;
    if let Some(byte) = body.not_utf8_at {
        let note =
            format!("from byte {byte} on the body is not UTF-8; what is no text is shown as �");
        for taken in &mut parsed.taken {
            if let Said::Firing(firing) = &mut taken.said {
                firing.problems.push(note.clone());
            }
        }
        parsed.notes.push(note);
    }
    Ok(parsed)
}

fn parse_body(body: &Body<'_>, context: Context) -> Result<Parsed, BadBody> {
    let root = body.root()?;
    let each = |index: u32, member: Json<'_>| read_alert(index, member, context);
    if root.kind() == Kind::List {
        return members::read(body, "", root, each);
    }
    let expected = "an object with a `title`, or a list of them";
    let Some(mut object) = root.object() else {
        return Err(BadBody::new(expected, root.kind().words()).at(body.place(root)));
    };
    let of_other = object.has("groupKey") && object.has("receiver");
    let hint = of_other.then_some(
        "This looks like Alertmanager's or Grafana's own body: give the integration that format",
    );
    if !object.has("title")
        && let Some(alerts) = object.take("alerts")
    {
        return members::read(body, "alerts", alerts, each).map_err(|bad| bad.hint(hint));
    }
    match each(0, root) {
        Ok(taken) => Ok(Parsed { taken: vec![taken], ..Parsed::default() }),
        Err(refusal) => {
            let bad = BadBody::new(refusal.expected, &refusal.found).at(body.place(root));
            Err(refusal.field.map_or(bad.clone(), |field| bad.field(field)).hint(hint))
        }
    }
}

fn read_alert(index: u32, member: Json<'_>, context: Context) -> Result<Taken, Refusal> {
    let Some(object) = member.object() else {
        let found = member.kind().words().to_owned();
        return Err(Refusal { field: None, expected: "an object with a `title`", found });
    };
    let mut reader = Reader::new(object, context);
    let Some(title) = reader.line("title") else {
        let found = "no `title`".to_owned();
        return Err(Refusal { field: Some("title"), expected: "a text `title`", found });
    };
    let labels = reader.map("labels");
    let annotations = reader.map("annotations");
    let dedup_key = match reader.text("dedup_key") {
        Some(given) => fingerprint::bounded(given),
        None => fingerprint::of_title(&title, &labels),
    };
    let is_firing = reader.status("status").unwrap_or(true);
    let words = [
        ("severity", reader.text("severity")),
        ("labels.severity", labels.get("severity").cloned()),
        ("labels.priority", labels.get("priority").cloned()),
    ];
    let severity = reader.severity(&words);
    let draft = Draft {
        is_firing,
        title,
        severity,
        starts_at: reader.time("starts_at"),
        ends_at: reader.time("ends_at"),
        description: reader.text("description").unwrap_or_default(),
        links: read_links(&mut reader),
        labels,
        annotations,
        fields: BTreeMap::new(),
        problems: Default::default(),
    };
    let (fields, problems) = reader.rest();
    Ok(Taken { index, dedup_key, said: Draft { fields, problems, ..draft }.finish() })
}

/// More than become links, so that what is no address takes no link's place.
const LISTED_MAX: usize = 64;

/// Addresses, `{"title", "url"}` objects, or an object of titles and addresses.
fn read_links(reader: &mut Reader<'_>) -> Vec<Link> {
    let Some(json) = reader.take("links") else { return Vec::new() };
    let entries: Vec<(String, Option<String>, String)> =
        if let Some((list, more)) = json.list(LISTED_MAX) {
            if more > 0 {
                let line =
                    format!("`links`: {more} entries after the first {LISTED_MAX} were not read");
                reader.problems.add(line);
            }
            let entries = (0..).zip(list);
            entries.map(|(index, entry): (usize, _)| read_link(reader, index, entry)).collect()
        } else if let Some(object) = json.object() {
            if object.dropped > 0 {
                reader.problems.add(format!("`links`: {} entries were not read", object.dropped));
            }
            let entries = object.into_fields().into_iter();
            entries
                .map(|(title, url)| {
                    let path = format!("links.{title}");
                    let url = reader.any_text(&path, url);
                    (path, Some(title), url)
                })
                .collect()
        } else {
            reader.problems.unexpected("links", "a list of addresses", json);
            return Vec::new();
        };
    let mut found = Vec::new();
    for (path, title, url) in entries {
        if !links::is_address(url.trim()) {
            let expected = "expected an http or https address";
            let path = crate::problems::name(&path);
            reader.problems.add(format!("`{path}`: {expected}, found {}", quote(&url)));
            continue;
        }
        let kind = title.as_deref().map_or(LinkKind::Other, links::kind_of);
        let text = title.unwrap_or_else(|| links::word(kind).to_owned());
        found.push(Link { kind, text, url });
    }
    found
}

fn read_link(
    reader: &mut Reader<'_>,
    index: usize,
    entry: Json<'_>,
) -> (String, Option<String>, String) {
    let path = format!("links[{index}]");
    let Some(mut object) = entry.object() else {
        let url = reader.any_text(&path, entry);
        return (path, None, url);
    };
    let mut first = |names: [&str; 3]| {
        let json = names.into_iter().find_map(|name| object.take(name));
        json.map(|json| json.text().0).filter(|text| !text.trim().is_empty())
    };
    let title = first(["title", "text", "name"]);
    let url = first(["url", "href", "link"]).unwrap_or_default();
    (path, title, url)
}
