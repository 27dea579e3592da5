//! The configuration file.

use std::collections::BTreeMap;

use nightowl_config::{check, expand};

use super::Verdict;

/// More mistakes than anybody reads are counted and not listed.
const PROBLEMS_BYTES_MAX: usize = 4 * 1024 * 1024;

fn variables() -> BTreeMap<String, String> {
    let long = "x".repeat(64 * 1024);
    let key = |letter: &str| letter.repeat(20);
    [
        ("A", "a: [".to_owned()),
        ("DEMO_GENERIC_KEY", key("g")),
        ("DEMO_ALERTMANAGER_KEY", key("a")),
        ("DEMO_GRAFANA_KEY", key("f")),
        ("KEY", key("k")),
        ("LONG", long),
    ]
    .map(|(name, value)| (name.to_owned(), value))
    .into()
}

pub fn config_yaml(input: &[u8]) -> Verdict {
    let text = String::from_utf8_lossy(input);
    match check("f", &text, &variables()) {
        Ok(_) => {
            let expanded = expand("f", &text, &variables()).expect("a good file expands");
            assert!(check("f", &expanded, &BTreeMap::new()).is_ok(), "expanded, it is good still");
            Verdict::Parsed
        }
        Err(problems) => {
            assert!(!problems.is_empty(), "refused without a word");
            // A return alone ends a line too.
            let lines = text.matches(['\n', '\r']).count() + 1;
            let mut bytes = 0;
            for problem in problems {
                let shown = problem.to_string();
                bytes += shown.len();
                assert!((1..=lines).contains(&problem.line), "{shown} of {lines}");
                assert!(!shown.contains('\n'), "{shown}");
                assert!(shown.len() < 4_000, "a problem of {} bytes", shown.len());
            }
            assert!(bytes <= PROBLEMS_BYTES_MAX, "{bytes} bytes of problems");
            Verdict::Refused
        }
    }
}
