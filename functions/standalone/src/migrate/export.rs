//! An export of the table `slack_message_mappings`: CSV with a header line, or JSON lines. The
//! first character tells which.

use std::io::{BufRead, Read};

use serde::Serialize;
use serde_json::{Map, Value};

/// Names that the columns go by, the likeliest first. All other columns are of no use here.
const ALERT: &[&str] = &["alert_id", "alert"];
const CHANNEL: &[&str] = &["channel_id", "channel"];
const MESSAGE: &[&str] = &["message_ts", "message_id", "ts"];
const TENANT: &[&str] = &["tenant", "tenant_slug"];
const PROVIDER: &[&str] = &["provider"];
/// No value that is worth anything is longer, and a request must not grow without bounds.
const VALUE_BYTES_MAX: usize = 128;
const LINE_BYTES_MAX: u64 = 64 * 1024;

/// A row as it stands in the file. What it may hold is judged by the server.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(super) struct Row {
    pub(super) line: u64,
    pub(super) tenant: Option<String>,
    alert_id: Option<String>,
    channel_id: Option<String>,
    message_ts: Option<String>,
}

/// Why a line is no row, with its number.
pub(super) type Refused = (u64, String);

pub(super) enum Export<R> {
    Csv { reader: Box<csv::Reader<R>>, columns: Columns },
    Lines { reader: R, line: u64 },
}

/// Where in a record the columns are.
#[derive(Debug)]
pub(super) struct Columns {
    count: usize,
    alert: usize,
    channel: usize,
    message: usize,
    tenant: Option<usize>,
    provider: Option<usize>,
}

impl<R: BufRead> Export<R> {
    /// Reads as far as the header.
    pub(super) fn open(mut reader: R) -> Result<Self, String> {
        let start = reader.fill_buf().map_err(|error| error.to_string())?;
        let mark = if start.starts_with(b"\xef\xbb\xbf") { 3 } else { 0 };
        let first = start[mark..].iter().find(|byte| !byte.is_ascii_whitespace()).copied();
        reader.consume(mark);
        if first == Some(b'{') {
            return Ok(Self::Lines { reader, line: 0 });
        }
        let mut builder = csv::ReaderBuilder::new();
        // A return before it is trimmed away with other space; were it a terminator as well, the
        // numbers of lines would be those of the lines before.
        builder.flexible(true).terminator(csv::Terminator::Any(b'\n'));
        let mut reader = builder.from_reader(reader);
        let header = reader.byte_headers().map_err(|error| error.to_string())?;
        let columns = Columns::of(header)?;
        Ok(Self::Csv { reader: Box::new(reader), columns })
    }

    /// The next row, or why the next line is none; `None` at the end. The error is of the file.
    pub(super) fn next(&mut self) -> Result<Option<Result<Row, Refused>>, String> {
        match self {
            Self::Csv { reader, columns } => next_record(reader, columns),
            Self::Lines { reader, line } => next_line(reader, line),
        }
    }
}

impl Columns {
    fn of(header: &csv::ByteRecord) -> Result<Self, String> {
        let names: Vec<String> = header
            .iter()
            .map(|name| String::from_utf8_lossy(name).trim().to_ascii_lowercase())
            .collect();
        let find = |known: &[&str]| {
            known.iter().find_map(|known| names.iter().position(|name| name == known))
        };
        let (Some(alert), Some(channel), Some(message)) =
            (find(ALERT), find(CHANNEL), find(MESSAGE))
        else {
            return Err("line 1 is expected to be a header with the columns alert_id, channel_id \
                        and message_ts, or the file to be JSON lines"
                .to_owned());
        };
        let (tenant, provider) = (find(TENANT), find(PROVIDER));
        Ok(Self { count: names.len(), alert, channel, message, tenant, provider })
    }
}

fn next_record<R: Read>(
    reader: &mut csv::Reader<R>,
    columns: &Columns,
) -> Result<Option<Result<Row, Refused>>, String> {
    let mut record = csv::ByteRecord::new();
    loop {
        if !reader.read_byte_record(&mut record).map_err(|error| error.to_string())? {
            return Ok(None);
        }
        let is_blank =
            record.len() == 1 && record.iter().all(|field| field.trim_ascii().is_empty());
        if !is_blank {
            break;
        }
    }
    let line = record.position().map_or(0, csv::Position::line);
    if record.len() != columns.count {
        let (found, expected) = (record.len(), columns.count);
        let why = format!("it has {found} fields; the header has {expected}");
        return Ok(Some(Err((line, why))));
    }
    let text = |index: usize| {
        let bytes = record.get(index).unwrap_or_default();
        std::str::from_utf8(bytes).map(|text| Some(text.trim().to_owned()))
    };
    let fields = [
        ("alert_id", Some(columns.alert)),
        ("channel_id", Some(columns.channel)),
        ("message_ts", Some(columns.message)),
        ("tenant", columns.tenant),
        ("provider", columns.provider),
    ];
    let mut values = [const { None }; 5];
    for (value, (name, index)) in values.iter_mut().zip(fields) {
        let Some(index) = index else { continue };
        let Ok(text) = text(index) else {
            return Ok(Some(Err((line, format!("{name} is not UTF-8")))));
        };
        *value = text;
    }
    Ok(Some(row(line, values)))
}

fn next_line<R: BufRead>(
    reader: &mut R,
    line: &mut u64,
) -> Result<Option<Result<Row, Refused>>, String> {
    loop {
        let mut bytes = Vec::new();
        let read = reader.take(LINE_BYTES_MAX).read_until(b'\n', &mut bytes);
        if read.map_err(|error| error.to_string())? == 0 {
            return Ok(None);
        }
        *line += 1;
        if !bytes.ends_with(b"\n") && bytes.len() as u64 == LINE_BYTES_MAX {
            reader.skip_until(b'\n').map_err(|error| error.to_string())?;
            let why = format!("it is longer than {LINE_BYTES_MAX} bytes");
            return Ok(Some(Err((*line, why))));
        }
        if bytes.trim_ascii().is_empty() {
            continue;
        }
        return Ok(Some(match serde_json::from_slice(&bytes) {
            Ok(object) => of_object(*line, &object),
            Err(_) => Err((*line, "it is not a whole JSON object".to_owned())),
        }));
    }
}

fn of_object(line: u64, object: &Map<String, Value>) -> Result<Row, Refused> {
    let mut values = [const { None }; 5];
    for (value, known) in values.iter_mut().zip([ALERT, CHANNEL, MESSAGE, TENANT, PROVIDER]) {
        let Some(name) = known.iter().find(|name| object.contains_key(**name)) else { continue };
        *value = match &object[*name] {
            Value::Null => None,
            Value::String(text) => Some(text.trim().to_owned()),
            // A number has lost the zeros that a message's name ends with.
            Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => {
                return Err((line, format!("{name} is expected to be a text")));
            }
        };
    }
    row(line, values)
}

/// Alert, channel, message, tenant, provider; an empty one counts as missing.
fn row(line: u64, values: [Option<String>; 5]) -> Result<Row, Refused> {
    let names = ["alert_id", "channel_id", "message_ts", "tenant", "provider"];
    for (name, value) in names.iter().zip(&values) {
        let Some(value) = value else { continue };
        if value.contains('\n') {
            let why = format!("{name} goes on in the next line; is a quotation mark missing?");
            return Err((line, why));
        }
        if value.len() > VALUE_BYTES_MAX {
            return Err((line, format!("{name} is longer than {VALUE_BYTES_MAX} bytes")));
        }
    }
    let [alert_id, channel_id, message_ts, tenant, provider] =
        values.map(|value| value.filter(|value| !value.is_empty()));
    if provider.is_some_and(|provider| provider != "slack") {
        return Err((line, "provider is not slack".to_owned()));
    }
    Ok(Row { line, tenant, alert_id, channel_id, message_ts })
}

// Said in full, because the fuzzer compiles this file from elsewhere.
#[cfg(test)]
#[path = "export/tests.rs"]
mod tests;
