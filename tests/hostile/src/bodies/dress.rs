//! The outside of a request: headers that lie, bodies in odd pieces.

use axum::body::Body;
use bytes::Bytes;
use futures::stream::{self, StreamExt};
use http::{HeaderName, HeaderValue, Request};

use crate::chance::Chance;

const HEADERS: [(&str, &str); 16] = [
    ("content-type", "application/json"),
    ("content-type", "application/json; charset=utf-16"),
    ("content-type", "text/plain; charset=klingon"),
    ("content-type", "multipart/form-data; boundary="),
    ("content-type", "application/x-www-form-urlencoded"),
    ("content-encoding", "gzip"),
    ("content-encoding", "deflate, br"),
    ("content-encoding", "identity"),
    ("content-length", "1"),
    ("content-length", "18446744073709551615"),
    ("transfer-encoding", "chunked"),
    ("expect", "100-continue"),
    ("authorization", "Token x"),
    ("cookie", "nightowl_session=a.b; nightowl_link=%00; ;;="),
    ("x-grafana-alerting-signature", "00"),
    ("host", "evil.example"),
];

/// A body that never ends is cut off here if nobody stops reading it before.
const ENDLESS_PIECES: usize = 4_000;
const PIECE: usize = 64 * 1024;

/// A request to `path` with this body, and with what an enemy would put around it.
pub(super) fn post(chance: &mut Chance, path: &str, body: Vec<u8>) -> Request<Body> {
    let body = pieces(chance, body);
    let mut request = Request::post(path).body(body).expect("a path is an address");
    for _ in 0..chance.below(4) {
        let (name, value) = *chance.pick(&HEADERS);
        let (name, value) = (HeaderName::from_static(name), HeaderValue::from_static(value));
        request.headers_mut().append(name, value);
    }
    request
}

fn pieces(chance: &mut Chance, body: Vec<u8>) -> Body {
    if !chance.one_in(10) {
        return Body::from(body);
    }
    if chance.one_in(100) {
        let piece = Bytes::from(vec![b' '; PIECE]);
        let endless = stream::repeat(Ok::<Bytes, &str>(piece)).take(ENDLESS_PIECES);
        return Body::from_stream(stream::once(async { Ok(Bytes::from(body)) }).chain(endless));
    }
    let size = 1 + chance.below(1000).max(body.len() / 1000);
    let mut pieces: Vec<Result<Bytes, &str>> =
        body.chunks(size).map(|piece| Ok(Bytes::copy_from_slice(piece))).collect();
    if chance.one_in(4) {
        pieces.truncate(chance.below(pieces.len() + 1));
        pieces.push(Err("reset"));
    }
    Body::from_stream(stream::iter(pieces))
}
