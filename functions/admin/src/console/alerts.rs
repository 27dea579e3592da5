//! `GET /console/alerts`: all alerts of the tenant.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use http::{HeaderMap, Uri};
use nightowl_engine::{Ports, Store, Summary};

use super::page::Frame;
use super::visit::{Refusal, Visit};
use super::when::When;
use crate::Needs;

const ALERTS_MAX: usize = 50;
/// Pages of the store may be short.
const READS_MAX: usize = 10;
const STATUSES: [&str; 4] = ["firing", "acknowledged", "snoozed", "resolved"];

#[derive(Template)]
#[template(path = "alerts.html")]
struct Alerts {
    frame: Frame,
    filters: Vec<Filter>,
    rows: Vec<Row>,
    /// The address of the older ones.
    older: Option<String>,
}

struct Filter {
    label: &'static str,
    href: String,
    selected: bool,
}

struct Row {
    short_id: String,
    href: String,
    title: String,
    severity: &'static str,
    status: String,
    /// The status as people read it.
    standing: String,
    integration: String,
    count: u32,
    fired: When,
}

pub(crate) async fn show<N: Needs>(
    State(needs): State<Arc<N>>,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Response, Refusal> {
    let visit = Visit::of(needs, &headers, Some(&uri)).await?;
    let query = |wanted: &str| {
        form_urlencoded::parse(uri.query().unwrap_or_default().as_bytes())
            .find(|(name, value)| name == wanted && !value.is_empty())
            .map(|(_, value)| value.into_owned())
    };
    let asked = query("status");
    let status = STATUSES.into_iter().find(|status| asked.as_deref() == Some(status));
    let (summaries, cursor) = page(&visit, status, query("cursor")).await?;
    let marks: String = summaries
        .iter()
        .map(|alert| format!("{} {} {} {}\n", alert.id, alert.standing(), alert.count, alert.title))
        .collect();
    let etag = visit.etag(&[uri.query().unwrap_or_default().as_bytes(), marks.as_bytes()]);
    if let Some(answer) = visit.unchanged(&headers, &etag) {
        return Ok(answer);
    }
    let watch = visit.watch();
    let row = |alert: Summary| Row {
        href: format!("/console/alerts/{}", alert.id),
        standing: alert.standing().to_owned(),
        short_id: alert.short_id.to_uppercase(),
        title: alert.title,
        severity: alert.severity.name(),
        status: alert.status,
        integration: alert.integration,
        count: alert.count,
        fired: watch.show(alert.fired_at),
    };
    let rows: Vec<Row> = summaries.into_iter().map(row).collect();
    let mut frame = visit.frame(&headers, &uri, "Alerts").await?;
    frame.section = "alerts";
    frame.summary = format!("{} alerts.", rows.len());
    frame.etag = etag;
    let older = cursor.map(|cursor| address(status, Some(&cursor)));
    let page = Alerts { frame, filters: filters(status), rows, older };
    Ok(visit.page(&page.frame, &page))
}

async fn page<N: Needs>(
    visit: &Visit<N>,
    status: Option<&str>,
    mut cursor: Option<String>,
) -> Result<(Vec<Summary>, Option<String>), Refusal> {
    let store = visit.needs.engine().ports().store();
    let mut found = Vec::new();
    for _ in 0..READS_MAX {
        let room = ALERTS_MAX - found.len();
        let page = store.list(&visit.tenant.slug, status, cursor, room).await?;
        found.extend(page.items);
        cursor = page.cursor;
        if cursor.is_none() || found.len() >= ALERTS_MAX {
            break;
        }
    }
    Ok((found, cursor))
}

fn filters(chosen: Option<&str>) -> Vec<Filter> {
    let all = Filter { label: "All", href: address(None, None), selected: chosen.is_none() };
    let labels = ["Firing", "Acknowledged", "Snoozed", "Resolved"];
    let each = STATUSES.into_iter().zip(labels).map(|(status, label)| Filter {
        label,
        href: address(Some(status), None),
        selected: chosen == Some(status),
    });
    std::iter::once(all).chain(each).collect()
}

fn address(status: Option<&str>, cursor: Option<&str>) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    for (name, value) in [("status", status), ("cursor", cursor)] {
        if let Some(value) = value {
            query.append_pair(name, value);
        }
    }
    match query.finish().as_str() {
        "" => "/console/alerts".to_owned(),
        query => format!("/console/alerts?{query}"),
    }
}
