//! A text to a checked document.

use std::collections::BTreeMap;

use crate::document::Document;
use crate::problem::{Problem, Problems};
use crate::read;
use crate::tree::{Variables, parse, variables};

/// Reads and checks a whole file. `vars` is what `${NAME}` stands for.
///
/// # Errors
/// Every mistake of the file, in the order of its lines; never empty.
pub fn check(
    file_name: &str,
    text: &str,
    vars: &BTreeMap<String, String>,
) -> Result<Document, Vec<Problem>> {
    let mut problems = Problems::new(file_name);
    let found = parse(text, Variables(vars), &mut problems);
    let document = read::document(file_name, &found.root, &mut problems);
    match problems.into_list() {
        list if list.is_empty() => Ok(document),
        list => Err(list),
    }
}

/// The same file with its variables expanded, so that it can be sent to a process with another
/// environment. Lines stay where they are.
///
/// # Errors
/// Broken YAML and variables that are not set.
pub fn expand(
    file_name: &str,
    text: &str,
    vars: &BTreeMap<String, String>,
) -> Result<String, Vec<Problem>> {
    let mut problems = Problems::new(file_name);
    let found = parse(text, Variables(vars), &mut problems);
    let list = problems.into_list();
    if !list.is_empty() {
        return Err(list);
    }
    let mut expanded = String::with_capacity(text.len());
    let mut rest = 0;
    for (range, value) in found.expansions {
        expanded.push_str(text.get(rest..range.start).unwrap_or_default());
        expanded.push_str(&in_quotes(&variables::escape(&value)));
        // A value over several lines leaves as many behind, or all later lines would move.
        let lines = text.get(range.clone()).unwrap_or_default().matches('\n').count();
        expanded.extend(std::iter::repeat_n('\n', lines));
        rest = range.end;
    }
    expanded.push_str(text.get(rest..).unwrap_or_default());
    Ok(expanded)
}

/// A text in YAML's double quotes, on one line.
fn in_quotes(text: &str) -> String {
    let mut quoted = String::from('"');
    for c in text.chars() {
        match c {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            c if c.is_control() || matches!(c, '\u{2028}' | '\u{2029}' | '\u{feff}') => {
                quoted.push_str(&format!("\\U{:08X}", u32::from(c)));
            }
            c => quoted.push(c),
        }
    }
    quoted.push('"');
    quoted
}
