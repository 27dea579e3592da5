use super::{Export, Refused, Row};

fn read(text: &[u8]) -> Vec<Result<Row, Refused>> {
    let mut export = Export::open(text).expect("a header");
    let mut rows = Vec::new();
    while let Some(row) = export.next().expect("bytes in memory can be read") {
        rows.push(row);
    }
    rows
}

fn row(line: u64, [tenant, alert, channel, message]: [&str; 4]) -> Result<Row, Refused> {
    let text = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    Ok(Row {
        line,
        tenant: text(tenant),
        alert_id: text(alert),
        channel_id: text(channel),
        message_ts: text(message),
    })
}

fn refused(line: u64, why: &str) -> Result<Row, Refused> {
    Err((line, why.to_owned()))
}

#[test]
fn csv_is_read_by_its_header_whatever_the_order_and_whatever_else_there_is() {
    let text = b"\xef\xbb\xbfid,created_at,Message_TS,channel_id,alert_id\r\n\
        1,2026-01-01,1700000000.000100,C1,a-1\r\n\
        2,\"a \"\"b\"\",\nc\",1700000000.000200,C2,a-2\r\n\
        3,x,1.000000,C3,a-3\r\n\r\n";
    let expected = [
        row(2, ["", "a-1", "C1", "1700000000.000100"]),
        row(3, ["", "a-2", "C2", "1700000000.000200"]),
        row(5, ["", "a-3", "C3", "1.000000"]),
    ];
    assert_eq!(read(text), expected);
}

#[test]
fn json_lines_are_known_by_their_first_character() {
    let text = br#"
{"alert_id":"a-1","channel":"C1","ts":"1.000000","tenant":"acme","created_at":1}

{"alert_id":"a-2","channel_id":"C2","message_ts":"2.000000","tenant":null}
{"alert_id":"a-3","channel_id":"C2","message_ts":2.5}
["a-4"]
{"alert_id":"a-5","channel_id":"C2","mess"#;
    let expected = [
        row(2, ["acme", "a-1", "C1", "1.000000"]),
        row(4, ["", "a-2", "C2", "2.000000"]),
        refused(5, "message_ts is expected to be a text"),
        refused(6, "it is not a whole JSON object"),
        refused(7, "it is not a whole JSON object"),
    ];
    assert_eq!(read(text), expected);
}

#[test]
fn half_a_line_is_no_row() {
    let long = "x".repeat(200);
    let text = format!(
        "alert_id,channel_id,message_ts,provider\na,C1\na,C1,1.000000,mattermost\n\
         {long},C1,1.000000,slack\na,C1,1.000000,slack\na,\"C1,1.000000,slack\nb,C1,2.000000,slack\n"
    );
    let rows = read(text.as_bytes());
    let expected = [
        refused(2, "it has 2 fields; the header has 4"),
        refused(3, "provider is not slack"),
        refused(4, "alert_id is longer than 128 bytes"),
        row(5, ["", "a", "C1", "1.000000"]),
        refused(6, "it has 2 fields; the header has 4"),
    ];
    assert_eq!(rows, expected);
    let bytes = read(b"alert_id,channel_id,message_ts\na,\xff,1.000000\n");
    assert_eq!(bytes, [refused(2, "channel_id is not UTF-8")]);
    let quoted = read(b"alert_id,channel_id,message_ts\na,\"C1\nC2\",1.000000\n");
    let why = "channel_id goes on in the next line; is a quotation mark missing?";
    assert_eq!(quoted, [refused(2, why)]);
}

#[test]
fn a_file_without_a_header_is_refused_as_a_whole() {
    for text in ["", "\n", "a-1,C1,1.000000\n", "alert_id,channel_id\n", "[{}]"] {
        let why = Export::open(text.as_bytes()).err().expect(text);
        assert!(why.starts_with("line 1 is expected to be a header"), "{text}: {why}");
    }
}
