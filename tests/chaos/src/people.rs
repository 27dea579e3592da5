//! People who acknowledge and resolve while the process is dying: by signed clicks in Slack, by
//! clicks in Mattermost, and by the API.

use std::sync::Arc;
use std::time::Duration;

use fastrand::Rng;
use serde_json::{Value, json};
use slack_double::{click_body, read_message, sign};
use tokio::sync::mpsc;

use crate::chat::{ACKNOWLEDGE, Eager, Pressable};
use crate::clock::{label_in, now, number};
use crate::desk::{Desk, pause};
use crate::kills::Cause;
use crate::load::may_be_acted_on;
use crate::place::{API_KEY, SLACK_SECRET, TENANT, responder, slack_id};
use crate::records::{Act, Label, Platform, Verb};

const ANSWER_WAIT: Duration = Duration::from_secs(8);
/// Messages among which somebody looks for something to do.
const NEWEST: usize = 40;
/// How long somebody looks whether it was done.
const LOOKS: u32 = 20;
const LOOK_EVERY: Duration = Duration::from_millis(300);

/// One person with a browser, until the run stops.
pub(crate) async fn run(desk: Arc<Desk>, index: usize) {
    let mut chance = desk.chance(2_000 + u64::try_from(index).unwrap_or_default());
    let me = responder(index);
    while !desk.is_over() {
        pause(&mut chance, 200..900).await;
        if chance.u8(0..4) == 0 {
            by_api(&desk, &me, &mut chance).await;
            continue;
        }
        let all = desk.chat.pressable(NEWEST);
        let free: Vec<&Pressable> = all.iter().filter(|one| is_free(&desk, &one.label)).collect();
        if let Some(one) = chance.choice(free) {
            press(&desk, one, &me).await;
        }
    }
}

/// Clicks what was posted before its sender knows it.
pub(crate) async fn eagerly(desk: Arc<Desk>, mut posted: mpsc::UnboundedReceiver<Eager>) {
    while let Some(at) = posted.recv().await {
        let one = desk.chat.pressable_at(&at).filter(|one| is_free(&desk, &one.label));
        if let Some(one) = one {
            let desk = desk.clone();
            tokio::spawn(async move { press(&desk, &one, &responder(0)).await });
        }
    }
}

/// Whether it may be acted on and nobody has.
fn is_free(desk: &Desk, label: &Label) -> bool {
    number(label).is_some_and(may_be_acted_on)
        && !desk.acts().iter().rev().take(200).any(|act| act.label == *label)
}

fn begin(desk: &Desk, label: &Label, verb: Verb, way: &'static str, person: &str) -> usize {
    let (label, person) = (label.clone(), person.to_owned());
    let mut acts = desk.acts();
    acts.push(Act { label, verb, way, person, at: now(), answered: None, seen: None });
    acts.len() - 1
}

fn note(desk: &Desk, act: usize, change: impl FnOnce(&mut Act)) {
    desk.acts().get_mut(act).map(change).unwrap_or_default();
}

/// Acknowledges by a button, and looks what came of it.
async fn press(desk: &Desk, one: &Pressable, me: &str) {
    let person = one.person.clone().unwrap_or_else(|| me.to_owned());
    let way = match one.platform {
        Platform::Slack => "Slack",
        Platform::Mattermost => "Mattermost",
    };
    let act = begin(desk, &one.label, Verb::Acknowledge, way, &person);
    desk.kills.happened(Cause::Clicked);
    let answered = click(desk, one, &person).await;
    note(desk, act, |act| act.answered = answered);
    if answered == Some(200) {
        look(desk, act, &one.alert).await;
    }
}

/// The status of NightOwl's answer, as far as the platform tells it.
pub(crate) async fn click(desk: &Desk, one: &Pressable, person: &str) -> Option<u16> {
    match one.platform {
        Platform::Mattermost => {
            let got = desk.chat.mattermost.click(person, &one.id, ACKNOWLEDGE).await;
            got.ok().map(|got| got.status)
        }
        Platform::Slack => {
            let message = desk.chat.slack.message(&one.channel, &one.id)?;
            let reading = read_message(&message);
            let mut buttons = reading.buttons.iter();
            let button = buttons.find(|button| button.action_id == ACKNOWLEDGE)?;
            let user = slack_id(person);
            let trigger = desk.chat.slack.trigger(&user);
            let body = click_body(&desk.chat.slack.seed(), &message, button, &user, &trigger);
            let signed = sign(SLACK_SECRET, &(now() / 1_000).to_string(), body);
            let url = format!("{}/api/v1/slack/interactions/{TENANT}", desk.url);
            let mut request = desk.http.post(url).timeout(ANSWER_WAIT).body(signed.body);
            for (name, value) in &signed.headers {
                request = request.header(name, value);
            }
            request.send().await.ok().map(|answer| answer.status().as_u16())
        }
    }
}

/// Acknowledges or resolves something that fires.
async fn by_api(desk: &Desk, me: &str, chance: &mut Rng) {
    let listed = ask(desk, &format!("?tenant={TENANT}&status=firing&limit=20")).await;
    let listed = listed.and_then(|answer| answer["alerts"].as_array().cloned());
    let mut free = listed.unwrap_or_default();
    free.retain(|alert| label_of(alert).is_some_and(|label| is_free(desk, &label)));
    let Some(alert) = chance.choice(&free) else { return };
    let (Some(label), Some(id)) = (label_of(alert), alert["id"].as_str()) else { return };
    let verb = if chance.u8(0..3) == 0 { Verb::Resolve } else { Verb::Acknowledge };
    let act = begin(desk, &label, verb, "API", me);
    desk.kills.happened(Cause::Clicked);
    let answered = act_by_api(desk, id, verb, me).await;
    note(desk, act, |act| act.answered = answered);
    if answered == Some(200) {
        note(desk, act, |act| act.seen = Some(now()));
    }
}

pub(crate) async fn act_by_api(desk: &Desk, id: &str, verb: Verb, user: &str) -> Option<u16> {
    let (word, body) = match verb {
        Verb::Acknowledge => ("acknowledge", json!({ "user": user })),
        Verb::Resolve => ("resolve", json!({"user": user, "note": "restarted it"})),
    };
    let url = format!("{}/api/v1/admin/alerts/{id}/{word}?tenant={TENANT}", desk.url);
    let request = desk.http.post(url).timeout(ANSWER_WAIT).bearer_auth(API_KEY).json(&body);
    request.send().await.ok().map(|answer| answer.status().as_u16())
}

/// Reads the alert until it is as wanted: from the first such answer on no page may be claimed.
async fn look(desk: &Desk, act: usize, alert: &str) {
    for _ in 0..LOOKS {
        let shown = ask(desk, &format!("/{alert}?tenant={TENANT}")).await;
        let status = shown.as_ref().and_then(|alert| alert["status"].as_str());
        if matches!(status, Some("acknowledged" | "resolved")) {
            note(desk, act, |act| act.seen = Some(now()));
            return;
        }
        tokio::time::sleep(LOOK_EVERY).await;
    }
}

/// A read of the API below the list of alerts. `None`: no good answer.
pub(crate) async fn ask(desk: &Desk, rest: &str) -> Option<Value> {
    let url = format!("{}/api/v1/admin/alerts{rest}", desk.url);
    let answer = desk.http.get(url).timeout(ANSWER_WAIT).bearer_auth(API_KEY).send().await.ok()?;
    if !answer.status().is_success() {
        return None;
    }
    answer.json().await.ok()
}

pub(crate) fn label_of(alert: &Value) -> Option<Label> {
    label_in(alert["title"].as_str()?)
}
