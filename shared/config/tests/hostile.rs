//! Whatever stands in a file: an answer, and no panic.

use std::collections::BTreeMap;

use nightowl_config::{DEMO, check, expand};
use proptest::prelude::*;

fn vars() -> BTreeMap<String, String> {
    BTreeMap::from([
        ("A".to_owned(), "a: [".to_owned()),
        ("DEMO_GENERIC_KEY".to_owned(), "g".repeat(20)),
        ("DEMO_ALERTMANAGER_KEY".to_owned(), "a".repeat(20)),
        ("DEMO_GRAFANA_KEY".to_owned(), "f".repeat(20)),
    ])
}

fn holds_up(text: &str) -> Result<(), TestCaseError> {
    match check("f", text, &vars()) {
        Ok(_) => {
            let expanded = expand("f", text, &vars()).map_err(|_| "a good file expands");
            prop_assert!(expanded.is_ok_and(|text| check("f", &text, &BTreeMap::new()).is_ok()));
        }
        Err(problems) => {
            prop_assert!(!problems.is_empty());
            // A return alone ends a line too.
            let lines = text.matches(['\n', '\r']).count() + 1;
            for problem in problems {
                prop_assert!((1..=lines).contains(&problem.line), "{problem} of {lines}");
                prop_assert!(!problem.to_string().contains('\n'), "{problem}");
            }
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn arbitrary_bytes(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        holds_up(&String::from_utf8_lossy(&bytes))?;
    }

    #[test]
    fn arbitrary_yaml(text in "[-\\[\\]{}:,&*!|>'\"%@#? \n\ta-c$A0~]{0,200}") {
        holds_up(&text)?;
    }

    #[test]
    fn a_good_file_with_a_hole(at in 0..DEMO.len(), length in 0_usize..40, put in "[-\\[{}:\"'\n $A]{0,3}") {
        let (start, end) = (floor(at), floor((at + length).min(DEMO.len())));
        holds_up(&format!("{}{put}{}", &DEMO[..start], &DEMO[end.max(start)..]))?;
    }

    #[test]
    fn a_good_file_with_its_values_exchanged(
        from in 0..DEMO.lines().count(),
        to in 0..DEMO.lines().count(),
    ) {
        let mut lines: Vec<&str> = DEMO.lines().collect();
        lines.swap(from, to);
        holds_up(&lines.join("\n"))?;
        lines.remove(to);
        holds_up(&lines.join("\n"))?;
    }
}

fn floor(mut at: usize) -> usize {
    while !DEMO.is_char_boundary(at) {
        at -= 1;
    }
    at
}
