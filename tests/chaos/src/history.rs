//! All that happened to one alert, in plain words and in order.

use std::collections::BTreeSet;
use std::path::Path;

use crate::clock::shown;
use crate::log::lines_about;
use crate::records::{Label, Millis, Records, Sent};

/// Lines of a history at most; what is left out is said.
const LINES_MAX: usize = 150;

pub(crate) fn history(records: &Records, label: &Label, log: &Path) -> String {
    let mut told: Vec<(Millis, String)> = Vec::new();
    if let Some(sent) = records.sent.iter().find(|sent| sent.label == *label) {
        told.extend(of_sender(sent));
    }
    for act in records.acts.iter().filter(|act| act.label == *label) {
        let (who, way, verb) = (&act.person, act.way, act.verb);
        told.push((act.at, format!("{who} wants to {verb:?} by {way}")));
        if let Some(seen) = act.seen {
            told.push((seen, format!("the API shows what {who} did ({:?})", act.answered)));
        } else {
            told.push((act.at, format!("{who} was answered {:?}; nothing was seen", act.answered)));
        }
    }
    let mut ids: BTreeSet<String> =
        records.stored.iter().filter(|one| one.label == *label).map(|one| one.id.clone()).collect();
    for one in records.landed.iter().filter(|one| one.label.as_ref() == Some(label)) {
        let place = one.person.as_deref().unwrap_or("the channel");
        let delivery = one.delivery.clone().unwrap_or_default();
        told.push((one.at, format!("{:?}: {delivery} is there for {place}", one.platform)));
        ids.insert(delivery);
    }
    ids.remove("");
    for one in records.begun.iter().filter(|one| ids.contains(&one.delivery)) {
        let trouble = one.trouble.as_deref().unwrap_or("it goes well");
        told.push((one.at, format!("{:?}: {} is posted: {trouble}", one.platform, one.delivery)));
    }
    let ids: Vec<String> = ids.into_iter().collect();
    told.extend(lines_about(log, &ids).into_iter().map(|(at, line)| (at, format!("log: {line}"))));
    let span = told.iter().map(|(at, _)| *at);
    let span = span.clone().min().unwrap_or_default()..=span.max().unwrap_or_default();
    for life in &records.lives {
        let moments = [
            (Some(life.started), "the process starts".to_owned()),
            (life.ready, "the process is ready".to_owned()),
            (Some(life.ended), format!("kill -9 ({})", life.end)),
        ];
        let moments = moments.into_iter().filter_map(|(at, what)| Some((at?, what)));
        told.extend(moments.filter(|(at, _)| span.contains(at)));
    }
    told.sort();
    let cut = told.len().saturating_sub(LINES_MAX);
    let lines = told.iter().take(LINES_MAX);
    let mut text: String = lines.map(|(at, what)| format!("  {} {what}\n", shown(*at))).collect();
    if cut > 0 {
        text += &format!("  … and {cut} lines more\n");
    }
    text
}

fn of_sender(sent: &Sent) -> Vec<(Millis, String)> {
    let mut told = vec![(sent.first, format!("it is sent, {} times in all", sent.attempts))];
    told.extend(sent.accepted.map(|at| (at, "202".to_owned())));
    if let Some(clear) = sent.clear {
        told.push((clear.first, "its source says that it is over".to_owned()));
        told.extend(clear.accepted.map(|at| (at, "202 for the end".to_owned())));
    }
    told
}
