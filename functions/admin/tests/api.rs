//! The REST API, request by request.

mod desk;

use desk::{ACME, Desk, OPERATOR, RESPONDER, VIEWER, WEBHOOK};
use http::{Method, Request, header};
use nightowl_fn_admin::Needs;
use serde_json::json;

const LIST: &str = "/api/v1/admin/alerts";

#[tokio::test]
async fn nobody_reads_without_a_key() {
    let desk = Desk::new().await;
    let alert = desk.fire("acme", "disk", "disk full").await;
    let paths = [
        (Method::GET, LIST.to_owned()),
        (Method::GET, format!("{LIST}/{}", alert.id)),
        (Method::POST, format!("{LIST}/{}/acknowledge", alert.id)),
        (Method::GET, "/api/v1/admin/config".to_owned()),
        (Method::PUT, "/api/v1/admin/config".to_owned()),
    ];
    for (method, path) in paths {
        let bare = Request::builder().method(method.clone()).uri(&path);
        let answer = desk.send(bare.body(axum::body::Body::empty()).expect("a request")).await;
        answer.problem(401, "no-key");
        assert!(answer.header(header::WWW_AUTHENTICATE).starts_with("Bearer"));
        // A webhook's key opens a webhook and nothing else.
        for key in ["", "wrong", WEBHOOK, &"x".repeat(10_000)] {
            desk.api(method.clone(), &path, key, "").await.problem(401, "no-key");
        }
    }
}

#[tokio::test]
async fn a_role_may_do_what_is_its_own() {
    let desk = Desk::new().await;
    let alert = desk.fire("acme", "disk", "disk full").await;
    let act = format!("{LIST}/{}/acknowledge", alert.id);
    assert_eq!(desk.get(LIST, VIEWER).await.status, 200);
    let detail = desk.post(&act, VIEWER, "").await.problem(403, "role");
    assert!(detail.contains("viewer") && detail.contains("responder"), "{detail}");
    desk.get("/api/v1/admin/config", RESPONDER).await.problem(403, "role");
    desk.api(Method::PUT, "/api/v1/admin/config", RESPONDER, "tenants: []")
        .await
        .problem(403, "role");
    assert_eq!(desk.post(&act, RESPONDER, "").await.status, 200);
    assert_eq!(desk.get("/api/v1/admin/config", OPERATOR).await.status, 200);
}

#[tokio::test]
async fn a_tenant_sees_its_own_alerts_only() {
    let desk = Desk::new().await;
    let ours = desk.fire("acme", "disk", "ours").await;
    let theirs = desk.fire("zeta", "another disk", "theirs").await;
    let titles = |answer: &desk::Answer| -> Vec<String> {
        let body = answer.json();
        let alerts = body["alerts"].as_array().expect("a list");
        alerts.iter().map(|alert| alert["title"].as_str().expect("a title").to_owned()).collect()
    };
    assert_eq!(titles(&desk.get(LIST, ACME).await), ["ours"]);
    assert_eq!(titles(&desk.get(LIST, OPERATOR).await), ["ours", "theirs"]);
    assert_eq!(titles(&desk.get(&format!("{LIST}?tenant=zeta"), OPERATOR).await), ["theirs"]);
    desk.get(&format!("{LIST}?tenant=zeta"), ACME).await.problem(404, "no-tenant");
    desk.get(&format!("{LIST}?tenant=nobody"), OPERATOR).await.problem(404, "no-tenant");
    for id in [theirs.id.to_string(), theirs.short_id.clone()] {
        desk.get(&format!("{LIST}/{id}"), ACME).await.problem(404, "no-alert");
        let act = desk.post(&format!("{LIST}/{id}/resolve"), ACME, "").await;
        act.problem(404, "no-alert");
        assert_eq!(desk.get(&format!("{LIST}/{id}"), OPERATOR).await.json()["tenant"], "zeta");
    }
    desk.get(&format!("{LIST}/{}?tenant=zeta", ours.id), OPERATOR).await.problem(404, "no-alert");
    assert_eq!(desk.read(&theirs).await.status.name(), "firing");
}

/// The same source with the same key at the same moment, for two tenants.
#[tokio::test]
async fn an_id_names_one_tenants_alert() {
    let desk = Desk::new().await;
    let ours = desk.fire("acme", "disk", "ours").await;
    let theirs = desk.fire("zeta", "disk", "theirs").await;
    assert_ne!(ours.id, theirs.id);
    let path = format!("{LIST}/{}", theirs.id);
    assert_eq!(desk.get(&path, OPERATOR).await.json()["title"], "theirs");
    desk.get(&path, ACME).await.problem(404, "no-alert");
}

#[tokio::test]
async fn an_alert_has_every_promised_field() {
    let desk = Desk::new().await;
    let alert = desk.fire("acme", "disk", "disk full").await;
    let one = desk.get(&format!("{LIST}/{}", alert.id), VIEWER).await.json();
    let listed = desk.get(LIST, VIEWER).await.json()["alerts"][0].clone();
    let fields = "id short_id tenant integration dedup_key status severity title description labels \
                  annotations count fired_at acknowledged_at acknowledged_by resolved_at \
                  resolved_by snoozed_until tier links timeline";
    for field in fields.split_whitespace() {
        assert!(one.get(field).is_some(), "no {field} in {one}");
        assert!(listed.get(field).is_some(), "no {field} in {listed}");
    }
    assert_eq!(one["id"], alert.id.to_string());
    assert_eq!(one["labels"], json!({"service": "disk full"}));
    assert_eq!(one["links"][0]["url"], "https://runbooks.example.com/disk");
    assert_eq!((&one["tier"], &one["round"]), (&json!(1), &json!(1)));
    assert_eq!(one["fired_at"], desk.now().to_string());
    let timeline = one["timeline"].as_array().expect("a timeline");
    assert!(timeline.len() >= 2, "opened and paged: {timeline:?}");
    assert_eq!(timeline[0]["kind"], "opened");
}

#[tokio::test]
async fn an_alert_is_found_by_whatever_a_person_types() {
    let desk = Desk::new().await;
    let alert = desk.fire("acme", "disk", "disk full").await;
    let (id, short) = (alert.id.to_string(), alert.short_id.clone());
    for name in [id.clone(), id.to_uppercase(), short.to_uppercase(), short[..5].to_owned()] {
        let answer = desk.get(&format!("{LIST}/{name}"), VIEWER).await;
        assert_eq!(answer.json()["id"], id, "{name}");
    }
    for nothing in ["zzzzzz", "%20", "..", "%F0%9F%A6%89", &"z".repeat(500)] {
        let answer = desk.get(&format!("{LIST}/{nothing}"), VIEWER).await;
        let detail = answer.problem(404, "no-alert");
        assert!(detail.contains("disk full"), "it names what is open: {detail}");
        assert_eq!(answer.json()["candidates"][0]["status"], "firing");
    }
    for number in 0..64 {
        desk.fire("acme", &format!("key {number}"), "one of many").await;
    }
    // Among 65 short ids, two begin with the same of 32 characters.
    let shorts: Vec<String> = desk.get(&format!("{LIST}?limit=200"), VIEWER).await.json()["alerts"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|alert| alert["short_id"].as_str().expect("an id")[..1].to_owned())
        .collect();
    let twice = shorts.iter().find(|one| shorts.iter().filter(|other| other == one).count() > 1);
    let answer = desk.get(&format!("{LIST}/{}", twice.expect("two of 65")), VIEWER).await;
    assert!(answer.problem(404, "no-alert").contains("one character more"));
    assert!(answer.json()["candidates"].as_array().is_some_and(|list| list.len() > 1));
}

#[tokio::test]
async fn a_list_is_read_page_by_page_through_all_tenants() {
    let desk = Desk::new().await;
    for number in 0..5 {
        desk.fire("acme", &format!("key {number}"), &format!("acme {number}")).await;
        desk.fire("zeta", &format!("key {number}"), &format!("zeta {number}")).await;
        desk.pass(std::time::Duration::from_secs(1));
    }
    let mut titles = Vec::new();
    let mut path = format!("{LIST}?limit=3");
    loop {
        let page = desk.get(&path, VIEWER).await.json();
        let alerts = page["alerts"].as_array().expect("a list");
        assert!(alerts.len() <= 3);
        titles.extend(alerts.iter().map(|alert| alert["title"].as_str().expect("text").to_owned()));
        let Some(cursor) = page["next_cursor"].as_str() else { break };
        path = format!("{LIST}?limit=3&cursor={cursor}");
    }
    let of = |tenant: &str| (0..5).rev().map(|n| format!("{tenant} {n}")).collect::<Vec<_>>();
    assert_eq!(titles, [of("acme"), of("zeta")].concat(), "each once, the newest first");
    // A cursor is no way into another tenant.
    let page = desk.get(&format!("{LIST}?limit=7"), OPERATOR).await.json();
    let cursor = page["next_cursor"].as_str().expect("more of zeta");
    let page = desk.get(&format!("{LIST}?cursor={cursor}"), ACME).await.json();
    assert_eq!(page, json!({"alerts": [], "next_cursor": null}));
}

#[tokio::test]
async fn a_list_is_filtered_by_status_and_refuses_what_it_does_not_know() {
    let desk = Desk::new().await;
    let alert = desk.fire("acme", "one", "one").await;
    desk.fire("acme", "two", "two").await;
    desk.post(&format!("{LIST}/{}/resolve", alert.id), RESPONDER, "").await;
    let count = async |status: &str| {
        let page = desk.get(&format!("{LIST}?status={status}"), VIEWER).await.json();
        page["alerts"].as_array().expect("a list").len()
    };
    assert_eq!((count("firing").await, count("resolved").await), (1, 1));
    assert_eq!((count("").await, count("snoozed").await), (2, 0));
    for query in [
        "status=open",
        "limit=0",
        "limit=201",
        "limit=x",
        "limit=-1",
        "cursor=%21",
        "cursor=YWJj",
        "stauts=firing",
        "tenant=acme&tenant=zeta",
        "verbose",
    ] {
        desk.get(&format!("{LIST}?{query}"), VIEWER).await.problem(400, "bad-request");
    }
    let path = format!("{LIST}/{}?x=1", alert.id);
    let detail = desk.get(&path, VIEWER).await.problem(400, "bad-request");
    assert!(detail.contains("`x`") && detail.contains("tenant"), "{detail}");
}

#[tokio::test]
async fn every_act_does_what_it_says() {
    let desk = Desk::new().await;
    let alert = desk.fire("acme", "disk", "disk full").await;
    let act = async |verb: &str, body: &str| {
        desk.pass(std::time::Duration::from_secs(1));
        desk.post(&format!("{LIST}/{}/{verb}", alert.id), RESPONDER, body).await
    };
    let escalated = act("escalate", r#"{"seen":{"round":1,"tier":1}}"#).await.json();
    assert_eq!(escalated["tier"], 2);
    let acked = act("acknowledge", r#"{"user":"bob","note":"on it"}"#).await.json();
    assert_eq!(
        (&acked["status"], &acked["acknowledged_by"]),
        (&json!("acknowledged"), &json!("Bob"))
    );
    let timeline = acked["timeline"].to_string();
    assert!(timeline.contains("on it"), "{timeline}");
    assert_eq!(act("unacknowledge", "").await.json()["status"], "firing");
    let snoozed = act("snooze", r#"{"minutes":30}"#).await.json();
    assert_eq!(snoozed["status"], "snoozed", "{snoozed}");
    let until = desk.now() + std::time::Duration::from_secs(1800);
    assert_eq!(snoozed["snoozed_until"], until.to_string());
    let noted = act("note", r#"{"note":"a <b>note</b>"}"#).await.json();
    assert!(noted["timeline"].to_string().contains("a <b>note</b>"));
    let resolved = act("resolve", r#"{"note":"restarted it"}"#).await.json();
    assert_eq!(
        (&resolved["status"], &resolved["resolved_by"]),
        (&json!("resolved"), &json!("api:helper"))
    );
    assert_eq!(resolved["resolution"], "restarted it");
}

#[tokio::test]
async fn what_the_state_does_not_allow_is_a_conflict_with_its_reason() {
    let desk = Desk::new().await;
    let alert = desk.fire("acme", "disk", "disk full").await;
    let refused = async |verb: &str, body: &str, code: &str| {
        let answer = desk.post(&format!("{LIST}/{}/{verb}", alert.id), RESPONDER, body).await;
        assert!(!answer.problem(409, "conflict").is_empty());
        assert_eq!(answer.json()["code"], code, "{verb}");
    };
    let done = async |verb: &str, body: &str| {
        let answer = desk.post(&format!("{LIST}/{}/{verb}", alert.id), RESPONDER, body).await;
        assert_eq!(answer.status, 200, "{verb}: {}", answer.text);
    };
    refused("unacknowledge", "", "not_acknowledged").await;
    refused("snooze", r#"{"until":"2001-01-01T00:00:00Z"}"#, "in_the_past").await;
    done("escalate", "").await;
    refused("escalate", r#"{"seen":{"round":1,"tier":1}}"#, "already_escalated").await;
    refused("escalate", "", "last_tier").await;
    done("acknowledge", "").await;
    refused("acknowledge", "", "already_yours").await;
    done("resolve", "").await;
    refused("resolve", "", "already_resolved").await;
    refused("acknowledge", "", "already_resolved").await;
    done("note", r#"{"note":"for the review"}"#).await;
}

#[tokio::test]
async fn an_act_on_an_alert_that_is_over_names_the_one_after_it() {
    let desk = Desk::new().await;
    let alert = desk.fire("acme", "disk", "disk full").await;
    let path = |verb: &str| format!("{LIST}/{}/{verb}", alert.id);
    assert_eq!(desk.post(&path("resolve"), RESPONDER, "").await.status, 200);
    desk.pass(std::time::Duration::from_secs(60));
    let next = desk.fire("acme", "disk", "disk full").await;
    assert_ne!(next.id, alert.id);
    for (verb, body) in [("acknowledge", ""), ("snooze", r#"{"minutes":5}"#)] {
        let detail = desk.post(&path(verb), RESPONDER, body).await.problem(409, "conflict");
        let named = format!("{} came after it", next.short_id.to_uppercase());
        assert!(detail.contains(&named), "{verb}: {detail}");
    }
}

#[tokio::test]
async fn a_body_that_cannot_be_used_changes_nothing() {
    let desk = Desk::new().await;
    let alert = desk.fire("acme", "disk", "disk full").await;
    let path = |verb: &str| format!("{LIST}/{}/{verb}", alert.id);
    let before = desk.read(&alert).await;
    for (verb, body) in [
        ("acknowledge", "{"),
        ("acknowledge", r#"{"user":"mallory"}"#),
        ("acknowledge", r#"{"usr":"bob"}"#),
        ("snooze", "{}"),
        ("snooze", r#"{"minutes":"ten"}"#),
        ("note", "{}"),
        ("escalate", r#"{"seen":{"round":1}}"#),
    ] {
        let detail = desk.post(&path(verb), RESPONDER, body).await.problem(422, "invalid");
        for internal in ["struct", "ident", "EOF", "f64", "variant"] {
            assert!(!detail.contains(internal), "{body}: {detail}");
        }
    }
    let large = format!(r#"{{"note":"{}"}}"#, "x".repeat(70_000));
    desk.post(&path("note"), RESPONDER, &large).await.problem(413, "too-large");
    desk.post(&path("delete"), RESPONDER, "").await.problem(404, "no-route");
    let answer = desk.get(&path("acknowledge"), RESPONDER).await;
    answer.problem(405, "method");
    assert_eq!(answer.header(header::ALLOW), "POST");
    desk.get("/api/v1/admin/nothing", OPERATOR).await.problem(404, "no-route");
    let form = Request::post(path("acknowledge"))
        .header(header::AUTHORIZATION, format!("Bearer {RESPONDER}"))
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
        .body(axum::body::Body::from("user=bob"));
    desk.send(form.expect("a request")).await.problem(415, "media-type");
    assert_eq!(desk.read(&alert).await, before);
}

const CONFIG: &str = "/api/v1/admin/config";

#[tokio::test]
async fn the_configuration_comes_back_without_its_secrets_and_can_be_put_back() {
    let desk = Desk::new().await;
    let answer = desk.get(CONFIG, OPERATOR).await;
    assert_eq!(answer.header(header::CONTENT_TYPE), "application/yaml");
    for key in [OPERATOR, RESPONDER, VIEWER, ACME, WEBHOOK] {
        assert!(!answer.text.contains(key), "{}", answer.text);
    }
    assert!(answer.text.contains("***") && answer.text.contains("zeta"));
    let put = desk.api(Method::PUT, CONFIG, OPERATOR, &answer.text).await;
    assert_eq!((put.status.as_u16(), &put.json()["changed"]), (200, &json!(false)));
    let renamed = answer.text.replace("Acme", "Acme Ltd");
    let put = desk.api(Method::PUT, CONFIG, OPERATOR, &renamed).await.json();
    assert_eq!(put["changed"], true);
    assert!(put["config"].is_string() && put["summary"].is_array());
    // It counts at once, and the stored keys still open.
    assert!(desk.get(CONFIG, ACME).await.text.contains("Acme Ltd"));
}

#[tokio::test]
async fn a_tenant_s_own_key_reaches_its_own_configuration() {
    let desk = Desk::new().await;
    let answer = desk.get(CONFIG, ACME).await;
    assert!(answer.text.contains("acme") && !answer.text.contains("zeta"), "{}", answer.text);
    let put = desk.api(Method::PUT, CONFIG, ACME, &answer.text).await;
    assert_eq!(put.status, 200, "{}", put.text);
    let whole = desk.get(CONFIG, OPERATOR).await.text;
    desk.api(Method::PUT, CONFIG, ACME, &whole).await.problem(422, "invalid");
    assert!(desk.get(CONFIG, OPERATOR).await.text.contains("zeta"));
}

#[tokio::test]
async fn a_configuration_with_mistakes_is_refused_line_by_line() {
    let desk = Desk::new().await;
    let before = desk.get(CONFIG, OPERATOR).await.text;
    let wrong =
        "tenants:\n  - slug: acme\n    colour: red\n    users:\n      - { id: alice, nme: A }\n";
    let answer = desk.api(Method::PUT, CONFIG, OPERATOR, wrong).await;
    answer.problem(422, "invalid");
    let errors = answer.json()["errors"].clone();
    let lines: Vec<u64> = errors
        .as_array()
        .expect("a list")
        .iter()
        .map(|error| error["line"].as_u64().expect("a line"))
        .collect();
    assert!(lines.contains(&3) && lines.contains(&5), "{errors}");
    assert!(errors[0]["found"].is_string() && errors[0]["expected"].is_string());
    // A variable here would be read from our environment, which is none of the sender's business.
    let variable = "tenants:\n  - { slug: acme, name: \"${HOME}\" }\n";
    desk.api(Method::PUT, CONFIG, OPERATOR, variable).await.problem(422, "invalid");
    let large = "#".repeat(3 * 1024 * 1024);
    desk.api(Method::PUT, CONFIG, OPERATOR, &large).await.problem(413, "too-large");
    desk.get(&format!("{CONFIG}?x=1"), OPERATOR).await.problem(400, "bad-request");
    assert_eq!(desk.get(CONFIG, OPERATOR).await.text, before);
}

#[tokio::test]
async fn an_operator_reaches_the_open_alerts_of_a_tenant_that_was_disabled() {
    let desk = Desk::new().await;
    let alert = desk.fire("acme", "disk", "disk full").await;
    let keep = r#"api_keys: [{ id: ops, key: "operator-key-0123456789", role: admin }]
tenants: []"#;
    let document = nightowl_config::check("t.yaml", keep, &Default::default()).expect("good");
    let (store, sealer) = (desk.needs.config_store(), desk.needs.sealer());
    let everything = nightowl_config::Scope::Operators;
    nightowl_config::apply(&document, store, sealer, &everything).await.expect("applied");
    desk.needs.config_changed();
    let key = "operator-key-0123456789";
    let listed = desk.get(&format!("{LIST}?tenant=acme"), key).await.json();
    assert_eq!(listed["alerts"][0]["id"], alert.id.to_string(), "{listed}");
    let path = format!("{LIST}/{}/acknowledge?tenant=acme", alert.id);
    assert_eq!(desk.post(&path, key, "").await.status, 200);
    assert_eq!(desk.read(&alert).await.status.name(), "acknowledged");
    desk.get(&format!("{LIST}?tenant=nobody"), key).await.problem(404, "no-tenant");
}

#[tokio::test]
async fn a_path_that_is_no_text_names_no_alert() {
    let desk = Desk::new().await;
    desk.get(&format!("{LIST}/%ff"), OPERATOR).await.problem(404, "no-alert");
    let path = format!("{LIST}/%ff/acknowledge");
    desk.api(Method::POST, &path, OPERATOR, "").await.problem(404, "no-alert");
    desk.get(&format!("{LIST}/%ff"), "wrong").await.problem(401, "no-key");
}

#[tokio::test]
async fn trouble_of_our_own_is_503_with_a_time() {
    let desk = Desk::new().await;
    let alert = desk.fire("acme", "disk", "disk full").await;
    desk.get(LIST, OPERATOR).await;
    let trap = &desk.needs.engine.ports().memory.trap;
    trap.arm(0, nightowl_engine::testing::Spring::Fail);
    let answer = desk.get(&format!("{LIST}/{}", alert.id), OPERATOR).await;
    answer.problem(503, "unavailable");
    assert_eq!(answer.header(header::RETRY_AFTER), "5");
}
