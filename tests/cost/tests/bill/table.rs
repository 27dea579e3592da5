//! Tables and figures as the document shows them.

/// `head` and every row have as many cells; all but the first are figures.
pub(crate) fn table<const N: usize>(head: [&str; N], rows: &[[String; N]]) -> String {
    let line = |cells: &[&str]| format!("| {} |\n", cells.join(" | "));
    let mut text = line(&head);
    let rule: Vec<&str> = (0..N).map(|at| if at == 0 { "---" } else { "---:" }).collect();
    text.push_str(&format!("|{}|\n", rule.join("|")));
    for row in rows {
        let cells: Vec<&str> = row.iter().map(String::as_str).collect();
        text.push_str(&line(&cells));
    }
    text
}

/// `$12.3`, `$0.45`.
pub(crate) fn dollars(amount: f64) -> String {
    if amount >= 9.995 { format!("${amount:.1}") } else { format!("${amount:.2}") }
}

pub(crate) fn percent(part: f64, whole: f64) -> String {
    format!("{:.0} %", 100.0 * part / whole)
}

/// A count: whole, or with one or two digits where it is an average.
pub(crate) fn count(number: f64) -> String {
    let hundredths = (number * 100.0).round();
    if hundredths % 100.0 == 0.0 {
        format!("{:.0}", hundredths / 100.0)
    } else if hundredths % 10.0 == 0.0 {
        format!("{:.1}", hundredths / 100.0)
    } else {
        format!("{:.2}", hundredths / 100.0)
    }
}

/// With thousands apart.
pub(crate) fn many(number: f64) -> String {
    let digits = format!("{:.0}", number.round());
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at) % 3 == 0 {
            text.push(',');
        }
        text.push(digit);
    }
    text
}
