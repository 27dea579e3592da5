//! Each function is told what it asks for at its start, and nothing else.

use std::collections::BTreeSet;

use nightowl_test_template::rights::wiring;
use nightowl_test_template::source;
use nightowl_test_template::template::{FUNCTIONS, Template, read};
use serde_json::Value;

/// What is asked for by what the wiring calls.
const ASKED: [(&str, &[&str]); 8] = [
    ("start.store()", &["NIGHTOWL_TABLE", "NIGHTOWL_MESSAGES_TABLE"]),
    ("start.main_store()", &["NIGHTOWL_TABLE"]),
    (
        "need_dead_letters()",
        &["NIGHTOWL_EVENTS_DEAD", "NIGHTOWL_URGENT_DEAD", "NIGHTOWL_CARDS_DEAD"],
    ),
    (
        "start.timers(",
        &["NIGHTOWL_SCHEDULE_GROUP", "NIGHTOWL_SCHEDULE_ROLE", "NIGHTOWL_SCHEDULE_TARGET"],
    ),
    ("start.sealer(", &["NIGHTOWL_PARAMETERS"]),
    ("start.making_sealer(", &["NIGHTOWL_PARAMETERS"]),
    ("environment.public_url()", &["NIGHTOWL_PUBLIC_URL"]),
    ("environment.dead_man_url", &["NIGHTOWL_DEAD_MAN_URL"]),
];

/// Every function takes these; a default of the code stands for the last two.
const ALL: [&str; 4] = ["NIGHTOWL_LOG", "NIGHTOWL_STACK", "NIGHTOWL_METRICS", "NIGHTOWL_WARM_UP"];

fn variables(environment: &Value) -> BTreeSet<String> {
    let variables = environment["Environment"]["Variables"].as_object();
    variables.into_iter().flat_map(|fields| fields.keys().cloned()).collect()
}

fn asked(function: &str) -> BTreeSet<String> {
    let wiring = wiring(function);
    let mut asked: BTreeSet<String> = ASKED
        .iter()
        .filter(|(call, _)| wiring.contains(call))
        .flat_map(|(_, names)| names.iter().map(|name| (*name).to_owned()))
        .collect();
    for list in wiring.split("start.queues(").skip(1).filter_map(|rest| rest.split(')').next()) {
        for queue in ["Events", "Urgent", "Cards"] {
            if list.contains("Queue::ALL") || list.contains(&format!("Queue::{queue}")) {
                asked.insert(format!("NIGHTOWL_{}_QUEUE", queue.to_uppercase()));
            }
        }
    }
    asked
}

#[test]
fn every_function_is_told_what_it_asks_for_and_no_more() {
    let template = Template::main();
    for function in FUNCTIONS {
        let told = variables(template.properties(function));
        assert_eq!(told, asked(function), "left: template.yaml, right: {function}'s wiring");
    }
}

/// The table above would not see a new variable.
#[test]
fn every_variable_that_the_code_reads_is_known() {
    let text = read("shared/aws/src/environment.rs");
    let text = text.split("#[cfg(test)]").next().unwrap_or_default();
    let read: BTreeSet<String> = source::strings(text)
        .into_iter()
        .filter(|word| word.starts_with("NIGHTOWL_") && !word.contains(['{', ' ']))
        .collect();
    let mut known: BTreeSet<String> = FUNCTIONS.into_iter().flat_map(asked).collect();
    known.extend(ALL.map(str::to_owned));
    assert_eq!(read, known);
    let globals = variables(&Template::main().value["Globals"]["Function"]);
    assert_eq!(globals, ["NIGHTOWL_LOG", "NIGHTOWL_STACK"].map(str::to_owned).into());
}
