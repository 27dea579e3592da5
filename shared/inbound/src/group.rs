//! Alertmanager's body, which Grafana's is an extension of: a group of alerts, each with a status,
//! labels and a fingerprint of its own.

use std::collections::BTreeMap;

use crate::draft::Draft;
use crate::json::{Body, Json};
use crate::members::{self, Refusal};
use crate::problems::Problems;
use crate::reader::Reader;
use crate::text;
use crate::{BadBody, Context, Parsed, Said, Taken, fingerprint};

/// Fields of the body that describe the group and not an alert. Each alert carries its own labels
/// and annotations, so what is common to them adds nothing.
const OF_THE_GROUP: [&str; 12] = [
    "receiver",
    "groupLabels",
    "commonLabels",
    "commonAnnotations",
    "routeLabels",
    "externalURL",
    "version",
    "groupKey",
    "notification_reason",
    "state",
    "orgId",
    "appVersion",
];

/// Every alert of a group gets its own copy of what the group says, so all of that is short: a body
/// of 5 MiB must not become ten thousand times as much.
const SHARED_BYTES_MAX: usize = 4 * 1024;

/// What the body says for all of its alerts.
struct Group {
    /// `true` is firing; an alert without a readable status has this one.
    status: Option<bool>,
    /// Grafana's title and message, made for the whole group, each on one line.
    titles: [Option<String>; 2],
    /// The whole message, where it is about one alert only.
    message: Option<String>,
    /// Fields of the body that we do not know.
    rest: BTreeMap<String, String>,
    truncated: Option<String>,
}

/// Reads a body; `check` may refuse one of a shape that the format knows to be wrong.
pub(crate) fn parse(
    bytes: &[u8],
    context: Context,
    sender: &str,
    check: fn(&Reader<'_>) -> Option<&'static str>,
) -> Result<Parsed, BadBody> {
    let body = Body::new(bytes);
    let root = body.root()?;
    let expected = format!("the JSON object that {sender} sends, with a list `alerts`");
    let Some(object) = root.object() else {
        return Err(BadBody::new(&expected, root.kind().words()).at(body.place(root)));
    };
    let mut reader = Reader::new(object, context);
    let hint = check(&reader);
    let Some(alerts) = reader.take("alerts") else {
        let bad = BadBody::new(&expected, "no `alerts`").at(body.place(root)).field("alerts");
        return Err(bad.hint(hint));
    };
    let is_single = alerts.list(2).is_some_and(|(list, more)| list.len() + more == 1);
    let (group, problems) = read_group(reader, is_single);
    let mut notes = problems.into_lines();
    notes.extend(body.not_utf8_at.map(|byte| {
        format!("from byte {byte} on the body is not UTF-8; what is no text is shown as �")
    }));
    notes.extend(group.truncated.clone());
    let mut parsed = members::read(&body, "alerts", alerts, |index, member| {
        read_alert(index, member, &group, context)
    })?;
    // The first alert that can tell people bears what concerns the whole body.
    let firing = parsed.taken.iter_mut().find_map(|taken| match &mut taken.said {
        Said::Firing(firing) => Some(firing),
        Said::Clearing { .. } => None,
    });
    if let Some(firing) = firing {
        firing.problems.extend(notes.iter().cloned());
    }
    parsed.notes = notes;
    Ok(parsed)
}

fn read_group(mut reader: Reader<'_>, is_single: bool) -> (Group, Problems) {
    let status = reader.status("status");
    let title = reader.line("title");
    let message = reader.text("message");
    let truncated = reader.take("truncatedAlerts").map(|json| json.text().0);
    reader.ignore(&OF_THE_GROUP);
    let (mut rest, mut problems) = reader.rest();
    if !is_single {
        keep_short(&mut rest, &mut problems);
    }
    let line_of_message = message.as_deref().map(text::one_line);
    let titles =
        [title, line_of_message].map(|line| line.map(|line| text::cut(line, SHARED_BYTES_MAX).0));
    let message = message.filter(|_| is_single);
    let truncated = truncated.filter(|count| count.trim() != "0").map(|count| {
        format!(
            "the sender left alerts of this group out (truncatedAlerts: {}); raise its limit of \
             alerts per notification",
            text::cut(text::one_line(&count), 20).0
        )
    });
    (Group { status, titles, message, rest, truncated }, problems)
}

/// As many fields as may be copied to each alert; what is left out is noted.
fn keep_short(fields: &mut BTreeMap<String, String>, problems: &mut Problems) {
    let (before, mut left) = (fields.len(), SHARED_BYTES_MAX);
    fields.retain(|name, value| {
        let rest = left.checked_sub(name.len() + value.len());
        left = rest.unwrap_or(left);
        rest.is_some()
    });
    let left_out = before - fields.len();
    if left_out > 0 {
        problems.add(format!(
            "{left_out} fields of the group are too long to stand with each alert and were left out"
        ));
    }
}

fn read_alert(
    index: u32,
    member: Json<'_>,
    group: &Group,
    context: Context,
) -> Result<Taken, Refusal> {
    let Some(object) = member.object() else {
        let found = member.kind().words().to_owned();
        return Err(Refusal { field: None, expected: "an alert: an object with labels", found });
    };
    let mut reader = Reader::new(object, context);
    let labels = reader.map("labels");
    let annotations = reader.map("annotations");
    let given = reader.text("fingerprint");
    let starts_at = reader.time("startsAt");
    let ends_at = reader.time("endsAt");
    let is_firing = is_firing(&mut reader, group, ends_at.is_some());
    let severity = reader.severity(&[
        ("labels.severity", labels.get("severity").cloned()),
        ("labels.priority", labels.get("priority").cloned()),
        ("annotations.severity", annotations.get("severity").cloned()),
    ]);
    let title = title_of(&labels, &annotations, group);
    let dedup_key = match (given, labels.is_empty(), &title) {
        (Some(given), _, _) => fingerprint::bounded(given),
        (None, false, _) => fingerprint::of_labels(&labels),
        (None, true, Some(title)) if !annotations.is_empty() => {
            reader.problems.add("there are neither `fingerprint` nor `labels`; named by its title");
            fingerprint::of_title(title, &labels)
        }
        (None, true, _) => {
            return Err(Refusal {
                field: Some("labels"),
                expected: "`labels` or a `fingerprint` that tell which alert it is",
                found: "neither".to_owned(),
            });
        }
    };
    let title = title.unwrap_or_else(|| {
        reader.problems.add("there is no annotation `summary` and no label `alertname`");
        format!("Alert {dedup_key}")
    });
    let description = description(&mut reader, &annotations, group);
    reader.ignore(&["embeddedImage", "orgId"]);
    let (mut fields, problems) = reader.rest();
    for (field, value) in &group.rest {
        fields.entry(field.clone()).or_insert_with(|| value.clone());
    }
    let draft = Draft {
        is_firing,
        title,
        severity,
        starts_at,
        ends_at,
        description,
        labels,
        annotations,
        links: Vec::new(),
        fields,
        problems,
    };
    Ok(Taken { index, dedup_key, said: draft.finish() })
}

/// An alert whose status cannot be read has its group's; with neither, one that has ended is
/// resolved and anything else fires: a ghost beats a lost alert.
fn is_firing(reader: &mut Reader<'_>, group: &Group, has_ended: bool) -> bool {
    if !reader.has("status") {
        reader.problems.add("`status`: expected firing or resolved, found none");
    }
    reader.status("status").or(group.status).unwrap_or(!has_ended)
}

fn title_of(
    labels: &BTreeMap<String, String>,
    annotations: &BTreeMap<String, String>,
    group: &Group,
) -> Option<String> {
    let annotation = |name: &str| annotations.get(name).map(|text| text::one_line(text));
    let label = |name: &str| labels.get(name).map(|text| text::one_line(text));
    let named = |text: &Option<String>| text.as_ref().is_some_and(|text| !text.is_empty());
    // Grafana's alerts for a broken rule are all named alike; the rule is in a label.
    let alertname = label("alertname").map(|alertname| match label("rulename") {
        Some(rule) if alertname.starts_with("Datasource") => format!("{alertname}: {rule}"),
        Some(_) | None => alertname,
    });
    let [title, message] = &group.titles;
    [
        annotation("summary"),
        annotation("title"),
        alertname,
        annotation("message"),
        annotation("description"),
        title.clone(),
        message.clone(),
    ]
    .into_iter()
    .find(named)
    .flatten()
}

/// The author's text and, from Grafana, the values that made it fire.
fn description(
    reader: &mut Reader<'_>,
    annotations: &BTreeMap<String, String>,
    group: &Group,
) -> String {
    let own = annotations.get("description").or_else(|| annotations.get("message"));
    let mut words =
        own.or(group.message.as_ref()).map(|text| text.trim().to_owned()).unwrap_or_default();
    let values: Vec<String> =
        reader.map("values").iter().map(|(name, value)| format!("{name} = {value}")).collect();
    let value_string = reader.text("valueString");
    let values = if values.is_empty() { value_string } else { Some(values.join(", ")) };
    if let Some(values) = values {
        let gap = if words.is_empty() { "" } else { "\n\n" };
        words = format!("{words}{gap}Values: {values}");
    }
    words
}

/// Whether this looks like the body of the generic format sent to a key of this one.
pub(crate) fn looks_generic(reader: &Reader<'_>) -> bool {
    reader.has("title") && !reader.has("alerts")
}
