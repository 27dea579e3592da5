//! One incident, and alerts that fire again.

use super::Counted;
use crate::price::Service;
use crate::scene::{ESCALATED_PERCENT, Step};
use crate::table::{count, dollars, percent, table};
use crate::tally::Tally;

pub(super) fn incident(counted: &Counted) -> String {
    let whole = counted.incident();
    format!(
        "## A million incidents\n\nEach fires, is posted as a card and paged to one person, is \
         acknowledged by a click and resolved by its\nsource; everything is edited as it should be. \
         {ESCALATED_PERCENT} of a hundred are acknowledged only after the\nsecond tier was paged. \
         By service:\n\n{}\nBy step, for a million incidents that go that way:\n\n{}\n{}\nWhat is \
         asked of AWS at each step of one incident that is escalated:\n\n{}\n",
        by_service(&whole),
        by_step("acknowledged in the first tier", &counted.prompt),
        by_step("escalated once", &counted.escalated),
        requests(&counted.escalated),
    )
}

pub(super) fn again(counted: &Counted) -> String {
    let cases: [(&str, &Tally); 4] = [
        ("tens, in a storm", &counted.group.storm),
        ("tens, minutes apart", &counted.group.apart),
        ("singly, in a storm", &counted.single.storm),
        ("singly, minutes apart", &counted.single.apart),
    ];
    let rows = Service::ALL.map(|service| {
        let of = |at: usize| dollars(cases[at].1.million_for(service));
        [service.name().to_owned(), of(0), of(1), of(2), of(3)]
    });
    let sum = |at: usize| format!("**{}**", dollars(cases[at].1.million()));
    let sums = ["**in all**".to_owned(), sum(0), sum(1), sum(2), sum(3)];
    let rows: Vec<[String; 5]> = rows.into_iter().chain([sums]).collect();
    let head = ["service", cases[0].0, cases[1].0, cases[2].0, cases[3].0];
    let asked: [(&str, Of); 6] = [
        ("API Gateway requests", |tally| tally.api_requests),
        ("Lambda calls", Tally::invoked),
        ("SQS requests", Tally::queue_requests),
        ("write units", |tally| tally.write_units),
        ("read units", |tally| tally.read_units),
        ("log lines", |tally| tally.log_lines),
    ];
    let asked = asked.map(|(name, of)| {
        let cell = |at: usize| count(of(cases[at].1));
        [name.to_owned(), cell(0), cell(1), cell(2), cell(3)]
    });
    let head_asked = ["for one alert", cases[0].0, cases[1].0, cases[2].0, cases[3].0];
    format!("{AGAIN}\n{}\n{}\n", table(head, &rows), table(head_asked, &asked))
}

type Of = fn(&Tally) -> f64;

const AGAIN: &str = "## A million alerts that fire again

They belong to open alerts. In a storm each fires again every second, and its card is edited once a
minute. Minutes apart (five, here) the card is edited each time, to show the new count; that is
what most of the money goes to.
";

fn by_service(whole: &Tally) -> String {
    let all = whole.million();
    let mut rows = Vec::new();
    for service in Service::ALL {
        let part = whole.million_for(service);
        rows.push([service.name().to_owned(), dollars(part), percent(part, all)]);
    }
    rows.push(["**in all**".to_owned(), format!("**{}**", dollars(all)), String::new()]);
    table(["service", "dollars", "share"], &rows)
}

fn by_step(name: &str, steps: &[Step]) -> String {
    let all: f64 = steps.iter().map(|step| step.tally.million()).sum();
    let mut rows = Vec::new();
    for step in steps {
        let part = step.tally.million();
        rows.push([step.name.to_owned(), dollars(part), percent(part, all)]);
    }
    rows.push(["**in all**".to_owned(), format!("**{}**", dollars(all)), String::new()]);
    table([name, "dollars", "share"], &rows)
}

fn requests(steps: &[Step]) -> String {
    let mut sum = Tally::default();
    let mut rows = Vec::new();
    for step in steps {
        sum += &step.tally;
        rows.push(row(step.name, &step.tally));
    }
    rows.push(row("**in all**", &sum));
    let head = [
        "step",
        "API",
        "functions",
        "SQS sends",
        "receives and deletes",
        "items written",
        "write units",
        "read units",
        "chat calls",
        "log lines",
    ];
    table(head, &rows)
}

fn row(name: &str, tally: &Tally) -> [String; 10] {
    let called: Vec<String> = tally
        .invocations
        .iter()
        .map(|(function, number)| format!("{} {}", count(*number), function.name()))
        .collect();
    [
        name.to_owned(),
        count(tally.api_requests),
        called.join(", "),
        count(tally.sends),
        count(tally.receives + tally.deletes),
        count(tally.item_writes),
        count(tally.write_units),
        count(tally.read_units),
        count(tally.chat_calls),
        count(tally.log_lines),
    ]
}
