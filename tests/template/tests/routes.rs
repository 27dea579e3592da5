//! Every route has its handler, every handler its route, and no webhook is throttled.

use std::collections::{BTreeMap, BTreeSet};

use nightowl_test_template::source;
use nightowl_test_template::template::{Template, folder};
use serde_json::Value;

/// Functions that answer HTTP.
const HTTP: [&str; 4] = ["Inbound", "Slack", "Mattermost", "Admin"];

/// Route key to function.
fn routes(template: &Template) -> BTreeMap<String, String> {
    let routes = template.of_type("AWS::ApiGatewayV2::Route");
    let all = routes.values().map(|route| {
        let target = route["Target"]["Fn::Sub"].as_str().unwrap();
        let integration =
            target.strip_prefix("integrations/${").unwrap().strip_suffix('}').unwrap();
        let uri = &template.properties(integration)["IntegrationUri"]["Fn::GetAtt"][0];
        (route["RouteKey"].as_str().unwrap().to_owned(), uri.as_str().unwrap().to_owned())
    });
    all.collect()
}

/// What the sources of a function route, as API Gateway writes it.
fn handled(function: &str) -> BTreeSet<String> {
    let mut paths = BTreeSet::new();
    for file in source::files(&folder(function)) {
        for path in source::strings(&file.text) {
            let is_page = path == "/" || path == "/console" || path.starts_with("/console/");
            if is_page || path == "/healthz" || path.starts_with("/api/v1/") {
                paths.insert(path);
            }
        }
    }
    paths.into_iter().flat_map(|path| gateway(function, &path)).collect()
}

/// A path of axum as the paths that stand for it at the gateway.
fn gateway(function: &str, path: &str) -> Vec<String> {
    if path.starts_with("/api/v1/admin/") {
        return vec!["ANY /api/v1/admin/{proxy+}".to_owned()];
    }
    if let Some(rest) = path.strip_prefix("/console/") {
        let page = if rest.is_empty() { "" } else { "{proxy+}" };
        return vec![format!("ANY /console/{page}")];
    }
    match function {
        "Inbound" => vec![format!("POST {path}")],
        "Slack" | "Mattermost" => vec![format!("POST {path}"), format!("POST {path}/{{tenant}}")],
        _ if path == "/console" => vec!["ANY /console".to_owned()],
        _ => vec![format!("GET {path}")],
    }
}

#[test]
fn every_route_has_its_handler_and_every_handler_its_route() {
    let routed = routes(&Template::main());
    for function in HTTP {
        let given: BTreeSet<String> =
            routed.iter().filter(|(_, to)| *to == function).map(|(key, _)| key.clone()).collect();
        assert_eq!(given, handled(function), "left: the template, right: {function}'s router");
    }
    assert!(routed.values().all(|to| HTTP.contains(&to.as_str())), "{routed:?}");
}

#[test]
fn the_gateway_may_call_what_it_routes_to_and_nobody_else_may() {
    let template = Template::main();
    let permissions = template.of_type("AWS::Lambda::Permission");
    let allowed: BTreeSet<&str> = permissions
        .values()
        .map(|permission| {
            assert_eq!(permission["Principal"], "apigateway.amazonaws.com");
            let of = permission["SourceArn"]["Fn::Sub"].as_str().unwrap();
            assert!(of.contains(":execute-api:") && of.ends_with(":${Api}/*"), "{of}");
            permission["FunctionName"]["Ref"].as_str().unwrap()
        })
        .collect();
    assert_eq!(allowed, HTTP.into_iter().collect());
}

#[test]
fn no_webhook_is_throttled_and_everything_else_is() {
    let template = Template::main();
    let stage = template.properties("ApiStage");
    assert!(stage["DefaultRouteSettings"].is_null(), "a default would throttle webhooks");
    let throttled: BTreeSet<String> =
        stage["RouteSettings"].as_object().unwrap().keys().cloned().collect();
    let others: BTreeSet<String> = routes(&template)
        .into_iter()
        .filter(|(_, to)| to != "Inbound")
        .map(|(key, _)| key)
        .collect();
    assert_eq!(throttled, others);
    for key in throttled {
        assert!(!key.contains("webhook") && !key.contains("heartbeat"), "{key}");
        assert!(stage["RouteSettings"][&key]["ThrottlingRateLimit"].as_u64() > Some(0), "{key}");
        assert!(stage["RouteSettings"][&key]["ThrottlingBurstLimit"].as_u64() > Some(0), "{key}");
    }
}

#[test]
fn the_access_log_knows_a_route_and_never_a_path() {
    let template = Template::main();
    let settings = &template.properties("ApiStage")["AccessLogSettings"];
    let format = settings["Format"].as_str().unwrap();
    let fields: BTreeSet<&str> = format
        .split("$context.")
        .skip(1)
        .map(|rest| rest.split(|c: char| !c.is_ascii_alphanumeric() && c != '.').next().unwrap())
        .collect();
    // Each of these is safe: a path, a query or a header may hold a key.
    let safe = ["requestId", "responseLatency", "responseLength", "routeKey", "status"];
    assert_eq!(fields, safe.into_iter().collect());
}

/// A line of the access log in which everything but the status is unset, as AWS shows it.
fn bare_line(template: &Template) -> Value {
    let format = &template.properties("ApiStage")["AccessLogSettings"]["Format"];
    let mut pieces = format.as_str().unwrap().split("$context.");
    let mut line = pieces.next().unwrap().to_owned();
    for piece in pieces {
        let end = piece.find(|c: char| !c.is_ascii_alphanumeric() && c != '.').unwrap();
        line.push_str(if &piece[..end] == "status" { "503" } else { "-" });
        line.push_str(&piece[end..]);
    }
    serde_json::from_str(&line).unwrap_or_else(|error| panic!("{line}: {error}"))
}

#[test]
fn a_line_of_the_access_log_is_json_with_the_fields_that_filters_compare() {
    let line = bare_line(&Template::main());
    let operations = Template::operations();
    let filters = operations.of_type("AWS::Logs::MetricFilter");
    assert!(!filters.is_empty());
    for (name, filter) in filters {
        let pattern = filter["FilterPattern"].as_str().unwrap();
        let fields: BTreeSet<&str> = pattern
            .split("$.")
            .skip(1)
            .map(|rest| rest.split(|c: char| !c.is_ascii_alphanumeric()).next().unwrap())
            .collect();
        assert!(!fields.is_empty(), "{name}: {pattern}");
        for field in fields {
            assert!(line[field].is_number(), "{name} compares {field}, a line has {line}");
        }
    }
}
