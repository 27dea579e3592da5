//! The figures as a table or as JSON.

use std::fmt::Write as _;

use serde_json::json;

use crate::run::Figures;
use crate::server::Binary;
use crate::stats::Spread;

pub(crate) fn as_json(binary: &Binary, runs: &[Figures]) -> String {
    let mut text = json!({"profile": binary.profile, "runs": runs}).to_string();
    text.push('\n');
    text
}

pub(crate) fn table(binary: &Binary, runs: &[Figures]) -> String {
    let mut text = format!("server: {}\n", binary.profile);
    for run in runs {
        let _ = writeln!(text, "\n{}: {}", run.name, asked(run));
        let mut row = |name: &str, value: String| {
            let _ = writeln!(text, "  {name:<28} {value}");
        };
        row("alerts accepted", format!("{}", run.alerts_accepted));
        row("accepted per second", format!("{:.0}", run.accepted_per_second));
        row("bodies refused with 503", format!("{}", run.bodies_refused_503));
        if run.bodies_otherwise > 0 {
            row("bodies answered otherwise", format!("{}", run.bodies_otherwise));
        }
        row("acceptance", spread(run.accept));
        row("alert to page", spread(run.alert_to_page));
        row("alert to card", spread(run.alert_to_card));
        row("tick late by", spread(run.tick_late));
        let of = format!("{} of {}", run.alerts_posted, run.alerts_expected);
        row("posted, page and card", format!("{of} after {:.1} s", run.seconds_in_all));
        let accepting = run.cpu_ms_per_alert_accepting;
        row("CPU per alert, accepting", format!("{accepting:.3} ms"));
        row("CPU per alert, in all", format!("{:.3} ms", run.cpu_ms_per_alert_in_all));
        row("disk writes per alert", format!("{:.0} bytes", run.disk_bytes_per_alert));
        row("data folder", format!("{:.1} MB", run.stored_mb));
        row("peak memory", format!("{:.1} MB", run.peak_memory_mb));
    }
    text
}

fn asked(run: &Figures) -> String {
    let rate = run.rate_wanted.map_or_else(
        || "as fast as accepted".to_owned(),
        |rate| format!("{rate:.0} alerts a second"),
    );
    let series = run.series.map_or_else(
        || "each alert its own".to_owned(),
        |series| format!("{series} different alerts"),
    );
    format!("{rate}, {} connections, groups of {}, {series}", run.concurrency, run.group)
}

fn spread(spread: Option<Spread>) -> String {
    spread.map_or_else(
        || "-".to_owned(),
        |spread| {
            let Spread { count, p50, p99, max } = spread;
            format!("p50 {p50:.1} ms, p99 {p99:.1} ms, most {max:.1} ms ({count})")
        },
    )
}
