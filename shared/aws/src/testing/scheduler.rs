//! EventBridge Scheduler: one-time schedules.

use std::collections::BTreeMap;

use nightowl_domain::Time;
use serde_json::{Value, json};

use super::reply::Reply;

pub(super) const GROUP: &str = "nightowl";

/// A schedule that waits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Schedule {
    pub name: String,
    pub at: Time,
    /// What its function will be called with.
    pub input: Value,
}

#[derive(Debug, Default)]
pub(super) struct Scheduler(BTreeMap<String, Schedule>);

impl Scheduler {
    pub(super) fn perform(
        &mut self,
        operation: &str,
        name: &str,
        asked: &Value,
        now: Time,
    ) -> Reply {
        match operation {
            "CreateSchedule" => self.create(name, asked, now),
            "DeleteSchedule" => match self.0.remove(name) {
                Some(_) => Reply::ok(json!({})),
                None => Reply::refused(404, "ResourceNotFoundException", "no such schedule"),
            },
            _ => Reply::invalid("no such operation here"),
        }
    }

    fn create(&mut self, name: &str, asked: &Value, now: Time) -> Reply {
        let is_name = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
        if name.is_empty() || name.len() > 64 || !name.bytes().all(is_name) {
            return Reply::invalid("no such name");
        }
        if asked["GroupName"] != GROUP {
            return Reply::refused(404, "ResourceNotFoundException", "no such group");
        }
        let target = &asked["Target"];
        let is_arn = |value: &Value| value.as_str().is_some_and(|arn| arn.starts_with("arn:aws:"));
        if !is_arn(&target["Arn"]) || !is_arn(&target["RoleArn"]) {
            return Reply::invalid("no such target");
        }
        if asked["FlexibleTimeWindow"]["Mode"] != "OFF" {
            return Reply::invalid("a window of time has a length");
        }
        let expression = asked["ScheduleExpression"].as_str().unwrap_or_default();
        let Some(at) = moment(expression) else { return Reply::invalid("no such expression") };
        if at <= now {
            return Reply::invalid("the moment is in the past");
        }
        let input = target["Input"].as_str().unwrap_or_default();
        let Ok(input) = serde_json::from_str(input) else { return Reply::invalid("no JSON") };
        if self.0.contains_key(name) {
            return Reply::refused(409, "ConflictException", "it exists");
        }
        let arn = format!("arn:aws:scheduler:eu-central-1:123456789012:schedule/{GROUP}/{name}");
        self.0.insert(name.to_owned(), Schedule { name: name.to_owned(), at, input });
        Reply::ok(json!({ "ScheduleArn": arn }))
    }

    pub(super) fn fire(&mut self, now: Time) -> Vec<Value> {
        let due = self.0.extract_if(.., |_, schedule| schedule.at <= now);
        due.map(|(_, schedule)| schedule.input).collect()
    }

    pub(super) fn list(&self) -> Vec<Schedule> {
        self.0.values().cloned().collect()
    }

    pub(super) fn next_at(&self) -> Option<Time> {
        self.0.values().map(|schedule| schedule.at).min()
    }
}

/// `at(yyyy-mm-ddThh:mm:ss)`, in UTC.
fn moment(expression: &str) -> Option<Time> {
    let text = expression.strip_prefix("at(")?.strip_suffix(')')?;
    (text.len() == "2026-01-01T00:00:00".len()).then(|| Time::parse(&format!("{text}Z")))?
}
