//! `nightowl migrate`: where the system before us posted its alerts, from an export of its table.
//!
//! The file is read here and judged row by row over there. A row is taken whole or refused with
//! its line, and running it again changes nothing that is there.

mod export;

use std::fmt::Write as _;
use std::fs::File;
use std::io::BufReader;

use http::Method;
use serde_json::json;

use self::export::{Export, Row};
use crate::cli::{self, Migrate};
use crate::client::Api;
use crate::failure::Failure;

/// What the server takes in one request.
const ROWS_AT_ONCE: usize = 500;
const PATH: &str = "/api/v1/admin/migrate/slack-mappings";

/// Counts rows, and names those that were refused.
#[derive(Debug, Default)]
struct Report {
    migrated: u64,
    already_there: u64,
    refused: Vec<(u64, String)>,
}

pub(crate) async fn run(args: &Migrate) -> Result<String, Failure> {
    cli::check_tenant(args.tenant.as_deref())?;
    let shown = args.slack_mappings.display();
    let cannot = |error: String| Failure::new(format!("cannot read {shown}: {error}"));
    let file = File::open(&args.slack_mappings).map_err(|error| cannot(error.to_string()))?;
    let mut export = Export::open(BufReader::new(file)).map_err(cannot)?;
    let api = Api::open(&args.target, false).await?;
    let mut report = Report::default();
    loop {
        let (rows, is_end) = match batch(&mut export, &mut report, args.tenant.as_deref()) {
            Ok(batch) => batch,
            Err(error) => return Err(broken_off(report, &cannot(error))),
        };
        if !rows.is_empty()
            && let Err(failure) = send(&api, &rows, &mut report).await
        {
            return Err(broken_off(report, &failure));
        }
        if is_end {
            break;
        }
    }
    let refused = report.refused.len();
    let text = report.show();
    if refused == 0 {
        return Ok(text);
    }
    let what = if refused == 1 { "row was" } else { "rows were" };
    Err(Failure::new(format!("{refused} {what} refused")).after(text))
}

/// The next rows to send, and whether the file ends with them. What cannot be a row goes into the
/// report; the error is of the file itself.
fn batch(
    export: &mut Export<BufReader<File>>,
    report: &mut Report,
    tenant: Option<&str>,
) -> Result<(Vec<Row>, bool), String> {
    let mut rows = Vec::new();
    while rows.len() < ROWS_AT_ONCE {
        match export.next()? {
            None => return Ok((rows, true)),
            Some(Ok(mut row)) => {
                row.tenant = row.tenant.or_else(|| tenant.map(str::to_owned));
                rows.push(row);
            }
            Some(Err((line, why))) => report.refused.push((line, why)),
        }
    }
    Ok((rows, false))
}

async fn send(api: &Api, rows: &[Row], report: &mut Report) -> Result<(), Failure> {
    let body = json!({ "rows": rows }).to_string().into_bytes();
    let answer = api.json(Method::POST, PATH, Some(("application/json", body))).await?;
    let count = |field: &str| answer[field].as_u64().unwrap_or_default();
    report.migrated += count("migrated");
    report.already_there += count("already_there");
    for refused in answer["refused"].as_array().into_iter().flatten() {
        let why = refused["why"].as_str().unwrap_or("no reason");
        report.refused.push((refused["line"].as_u64().unwrap_or_default(), why.to_owned()));
    }
    Ok(())
}

/// What was done stays done, so the same command goes on where this one ended.
fn broken_off(report: Report, why: &Failure) -> Failure {
    let text = format!("{why}\nNot all of it was done; the same command may be run again");
    Failure::new(text).after(report.show())
}

impl Report {
    fn show(mut self) -> String {
        self.refused.sort();
        let refused = self.refused.len() as u64;
        let read = self.migrated + self.already_there + refused;
        let mut text = String::new();
        for (line, why) in &self.refused {
            let _ = writeln!(text, "line {line}: {}", crate::alerts::line(why));
        }
        let (migrated, there) = (self.migrated, self.already_there);
        let rows = if read == 1 { "row" } else { "rows" };
        let _ = writeln!(
            text,
            "Read {read} {rows}: {migrated} migrated, {there} already there, {refused} refused."
        );
        text
    }
}
