//! What functions are asked: real bodies in, and what one function sends goes to the next.

use std::collections::VecDeque;
use std::time::{SystemTime, UNIX_EPOCH};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use ring::hmac;
use serde_json::{Value, json};

use crate::Failure;
use crate::artifact::root;
use crate::function::Function;
use crate::world::{INTEGRATION_KEYS, MATTERMOST_TOKEN, OPERATOR_KEY, World};

/// Every so many calls a queue gives as many messages as it can give at once.
const FULL_BATCH_EVERY: usize = 10;

pub(crate) struct Traffic<'w> {
    world: &'w World,
    /// Keys, and bodies of monitoring tools.
    webhooks: Vec<(&'static str, String)>,
    /// What `inbound` sent; used again from the start when all was used.
    events: Vec<String>,
    /// What is to be delivered.
    owed: VecDeque<String>,
}

impl<'w> Traffic<'w> {
    pub(crate) fn new(world: &'w World) -> Result<Self, Failure> {
        let mut names: Vec<_> = std::fs::read_dir(root().join("events"))?
            .map(|entry| Ok(entry?.path()))
            .collect::<Result<_, Failure>>()?;
        names.sort();
        let mut webhooks = Vec::new();
        for path in names {
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            let key = INTEGRATION_KEYS.iter().find(|(format, _)| name.starts_with(format));
            if let Some((_, key)) = key {
                webhooks.push((*key, std::fs::read_to_string(&path)?));
            }
        }
        Ok(Self { world, webhooks, events: Vec::new(), owed: VecDeque::new() })
    }

    /// The `index`-th event of a function.
    pub(crate) fn event(&mut self, function: Function, index: usize) -> Result<Value, Failure> {
        Ok(match function {
            Function::Inbound => {
                let (key, body) = &self.webhooks[index % self.webhooks.len()];
                let path = format!("/api/v1/webhook/{key}");
                http("POST", &path, json!({"content-type": "application/json"}), body)
            }
            Function::Worker => {
                let count = if index.is_multiple_of(FULL_BATCH_EVERY) { 10 } else { 1 };
                let bodies = (0..count).map(|more| self.accepted(index + more));
                let bodies = bodies.collect::<Result<Vec<_>, _>>()?;
                queue("events", bodies.iter().map(String::as_str))
            }
            Function::Notifier => {
                let body = match self.owed.pop_front() {
                    Some(body) => body,
                    // It takes what people did as `worker` takes what monitoring said.
                    None => self.accepted(index)?,
                };
                queue("urgent", [body.as_str()].into_iter())
            }
            Function::Escalation => json!({"v": 1, "kind": "sweep"}),
            Function::Slack => self.slack_command(index),
            Function::Mattermost => mattermost_command(index),
            Function::Admin => {
                let headers = json!({"authorization": format!("Bearer {OPERATOR_KEY}")});
                http("GET", "/api/v1/admin/alerts", headers, "")
            }
        })
    }

    /// Sees to what came of a call: that it went well, and what has to be done next.
    pub(crate) fn done(&mut self, function: Function, answer: &Value) -> Result<(), Failure> {
        self.events.extend(self.world.backend.take("events"));
        self.owed.extend(self.world.backend.take("urgent"));
        self.owed.extend(self.world.backend.take("cards"));
        let is_well = match function {
            // Some samples are there to be refused.
            Function::Inbound => {
                answer["statusCode"].as_u64().is_some_and(|status| status < 500 && status != 404)
            }
            Function::Slack | Function::Mattermost | Function::Admin => answer["statusCode"] == 200,
            Function::Worker | Function::Notifier => {
                answer["batchItemFailures"].as_array().is_some_and(Vec::is_empty)
            }
            Function::Escalation => true,
        };
        if is_well { Ok(()) } else { Err(format!("{} answered {answer}", function.name()).into()) }
    }

    fn accepted(&self, index: usize) -> Result<String, Failure> {
        let at = index.checked_rem(self.events.len());
        let body = at.and_then(|at| self.events.get(at));
        Ok(body.ok_or("inbound has sent nothing that could be worked off")?.clone())
    }

    fn slack_command(&self, index: usize) -> Value {
        let seed = &self.world.slack;
        let trigger = format!("trigger-{index}");
        let body = form(&[
            ("team_id", &seed.team_id),
            ("api_app_id", &seed.app_id),
            ("channel_id", "C0OPS00001"),
            ("user_id", "U0ALICE001"),
            ("user_name", "alice"),
            ("command", "/nightowl"),
            ("text", "help"),
            ("trigger_id", &trigger),
        ]);
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
        let key = hmac::Key::new(hmac::HMAC_SHA256, seed.signing_secret.as_bytes());
        let signature = hmac::sign(&key, format!("v0:{now}:{body}").as_bytes());
        let hex: String = signature.as_ref().iter().map(|byte| format!("{byte:02x}")).collect();
        let headers = json!({
            "content-type": "application/x-www-form-urlencoded",
            "x-slack-request-timestamp": now.to_string(),
            "x-slack-signature": format!("v0={hex}"),
        });
        http("POST", "/api/v1/slack/commands/acme", headers, &body)
    }
}

fn mattermost_command(index: usize) -> Value {
    let trigger = format!("trigger-{index}");
    let body = form(&[
        ("token", MATTERMOST_TOKEN),
        ("team_id", "team"),
        ("channel_id", "channel"),
        ("user_id", "person"),
        ("user_name", "alice"),
        ("command", "/nightowl"),
        ("text", "help"),
        ("trigger_id", &trigger),
    ]);
    let headers = json!({"content-type": "application/x-www-form-urlencoded"});
    http("POST", "/api/v1/mattermost/commands/acme", headers, &body)
}

fn form(fields: &[(&str, &str)]) -> String {
    form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish()
}

/// As API Gateway's HTTP API says it, in its format 2.0. Forms come in base 64, as they do there.
fn http(method: &str, path: &str, headers: Value, body: &str) -> Value {
    let is_encoded = headers["content-type"] == "application/x-www-form-urlencoded";
    let body = if is_encoded { BASE64.encode(body) } else { body.to_owned() };
    let route = format!("{method} {path}");
    json!({
        "version": "2.0",
        "routeKey": route,
        "rawPath": path,
        "rawQueryString": "",
        "headers": headers,
        "requestContext": {
            "accountId": "000000000000",
            "apiId": "measured",
            "domainName": "owl.example.com",
            "domainPrefix": "owl",
            "http": {
                "method": method,
                "path": path,
                "protocol": "HTTP/1.1",
                "sourceIp": "192.0.2.1",
                "userAgent": "measured",
            },
            "requestId": "measured",
            "routeKey": route,
            "stage": "$default",
            "time": "21/Nov/2026:00:00:00 +0000",
            "timeEpoch": 1_795_219_200_000_u64,
        },
        "body": body,
        "isBase64Encoded": is_encoded,
    })
}

/// As SQS gives messages to a function.
fn queue<'b>(name: &str, bodies: impl Iterator<Item = &'b str>) -> Value {
    let records = bodies.enumerate().map(|(index, body)| {
        json!({
            "messageId": format!("message-{index}"),
            "receiptHandle": "receipt",
            "body": body,
            "attributes": {"ApproximateReceiveCount": "1", "SentTimestamp": "1795219200000"},
            "messageAttributes": {},
            "md5OfBody": "",
            "eventSource": "aws:sqs",
            "eventSourceARN": format!("arn:aws:sqs:us-east-1:000000000000:{name}"),
            "awsRegion": "us-east-1",
        })
    });
    json!({"Records": records.collect::<Vec<_>>()})
}
