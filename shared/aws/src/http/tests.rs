use axum::routing::{get, post};
use http::HeaderMap;
use lambda_http::request::LambdaRequest;
use serde_json::Value;

use super::*;

/// What API Gateway sends (payload format 2.0), as far as it matters.
fn event(method: &str, path: &str, body: &str, is_base64: bool) -> Value {
    json!({
        "version": "2.0",
        "routeKey": format!("{method} {path}"),
        "rawPath": path,
        "rawQueryString": "a=1&b=%2F",
        "cookies": ["one=1", "two=2"],
        "headers": {
            "host": "abc.execute-api.eu-central-1.amazonaws.com",
            "content-type": "application/octet-stream",
            "x-forwarded-proto": "https",
        },
        "requestContext": {
            "accountId": "1", "apiId": "abc", "domainName": "abc.example.com", "stage": "$default",
            "requestId": "r", "routeKey": "$default", "time": "", "timeEpoch": 0,
            "http": {
                "method": method, "path": path, "protocol": "HTTP/1.1",
                "sourceIp": "192.0.2.1", "userAgent": "test",
            },
        },
        "body": body,
        "isBase64Encoded": is_base64,
    })
}

/// The answer as the gateway gets it.
async fn answered(event: Value, router: Option<Router>) -> Value {
    let text = event.to_string();
    let request: LambdaRequest = serde_json::from_str(&text).expect("an event of the gateway");
    let response = sent(answer(request.into(), async { router }).await).await.expect("an answer");
    let response = lambda_http::IntoResponse::into_response(response).await;
    let (parts, body) = response.into_parts();
    let cookies: Vec<_> = parts.headers.get_all(header::SET_COOKIE).iter().collect();
    json!({
        "status": parts.status.as_u16(),
        "type": parts.headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()),
        "retry": parts.headers.get(header::RETRY_AFTER).and_then(|after| after.to_str().ok()),
        "cookies": cookies.iter().filter_map(|cookie| cookie.to_str().ok()).collect::<Vec<_>>(),
        "binary": matches!(body, lambda_http::Body::Binary(_)),
        "body": String::from_utf8_lossy(&body),
    })
}

async fn echo(headers: HeaderMap, body: bytes::Bytes) -> String {
    let cookies = headers.get(header::COOKIE).and_then(|cookie| cookie.to_str().ok());
    format!("{body:?} {}", cookies.unwrap_or_default())
}

fn router() -> Router {
    #[expect(clippy::panic, reason = "it is what the test is about")]
    async fn panics() {
        panic!("of {}", "xoxb-1")
    }
    let two = [(header::SET_COOKIE, "one=1; HttpOnly"), (header::SET_COOKIE, "two=2")];
    let two = axum::response::AppendHeaders(two);
    Router::new()
        .route("/echo", post(echo))
        .route("/login", get(move || async move { two }))
        .route("/picture", get(|| async { vec![0xff_u8, 0x00] }))
        .route("/panic", get(panics))
}

#[tokio::test]
async fn a_body_arrives_byte_by_byte_and_cookies_in_one_header() {
    let plain = answered(event("POST", "/echo", "{\"a\": 1}", false), Some(router())).await;
    assert_eq!(plain["body"], r#"b"{\"a\": 1}" one=1; two=2"#);
    // 0xff 0x00 0x0a: no text at all.
    let binary = answered(event("POST", "/echo", "/wAK", true), Some(router())).await;
    assert_eq!(binary["body"], r#"b"\xff\0\n" one=1; two=2"#);
}

#[tokio::test]
async fn every_cookie_is_set() {
    let answer = answered(event("GET", "/login", "", false), Some(router())).await;
    assert_eq!(answer["cookies"], json!(["one=1; HttpOnly", "two=2"]));
    assert_eq!(answer["status"], 200);
}

#[tokio::test]
async fn an_answer_that_is_no_text_is_not_mistaken_for_one() {
    let answer = answered(event("GET", "/picture", "", false), Some(router())).await;
    assert_eq!(answer["binary"], true);
    let answer = answered(event("GET", "/nowhere", "", false), Some(router())).await;
    assert_eq!(answer["status"], 404);
}

#[tokio::test]
async fn a_panic_is_one_answer_of_503_that_quotes_nothing() {
    for router in [Some(router()), None] {
        let answer = answered(event("GET", "/panic", "", false), router).await;
        assert_eq!((&answer["status"], &answer["retry"]), (&json!(503), &json!("5")));
        assert_eq!(answer["type"], "application/problem+json");
        let body: Value = serde_json::from_str(answer["body"].as_str().expect("text")).unwrap();
        assert_eq!(body["type"], "urn:nightowl:problem:unavailable");
        assert!(!answer.to_string().contains("xoxb"));
    }
}

#[cfg(feature = "direct")]
#[test]
fn a_request_that_could_not_be_read_is_told_nothing_of_orders() {
    let mut broken = event("GET", "/", "", false);
    broken["requestContext"]["http"]["method"] = json!("NOT A METHOD");
    let answer = unread(&broken.to_string()).expect("an answer");
    assert_eq!(answer["statusCode"], 400);
    assert!(!answer.to_string().contains("admin_key"));
    assert_eq!(unread(r#"{"admin_key": "make"}"#), None);
    assert_eq!(unread("no JSON"), None);
}

#[tokio::test]
async fn the_gateway_says_who_asks_and_no_header_does() {
    let who = |ConnectInfo(from): ConnectInfo<SocketAddr>| async move { from.ip().to_string() };
    let mut event = event("GET", "/", "", false);
    event["headers"]["x-forwarded-for"] = "198.51.100.7".into();
    let answer = answered(event, Some(Router::new().route("/", get(who)))).await;
    assert_eq!(answer["body"], "192.0.2.1");
}
