//! A document in which people write the sentences and this test the tables.

/// Consecutive lines that are of a table, or are not.
fn blocks(text: &str) -> Vec<(bool, String)> {
    let mut blocks: Vec<(bool, String)> = Vec::new();
    for line in text.lines() {
        let is_table = line.starts_with('|');
        match blocks.last_mut() {
            Some((of_table, block)) if *of_table == is_table => {
                block.push_str(line);
                block.push('\n');
            }
            Some(_) | None => blocks.push((is_table, format!("{line}\n"))),
        }
    }
    blocks
}

/// In their order.
pub(crate) fn tables(text: &str) -> Vec<String> {
    let tables = blocks(text).into_iter().filter(|(is_table, _)| *is_table);
    tables.map(|(_, block)| block).collect()
}

/// The sentences of `text` with the tables of `page`; all of `page` if it has other tables.
pub(crate) fn with_tables_of(text: &str, page: &str) -> String {
    let new = tables(page);
    if tables(text).len() != new.len() {
        return page.to_owned();
    }
    let mut new = new.into_iter();
    let blocks = blocks(text).into_iter().map(|(is_table, block)| match is_table {
        true => new.next().unwrap_or_default(),
        false => block,
    });
    blocks.collect()
}

/// Whether the words are the same and each number is within two hundredths of the other's. Items
/// are stored compressed, and ids, ports and times that are drawn anew in each run compress
/// differently: an item near a whole kilobyte is a write unit more in one run and not in the next.
/// One request more or less for an incident is far beyond that.
pub(crate) fn agree(one: &str, other: &str) -> bool {
    let (one, other): (Vec<_>, Vec<_>) =
        (one.split_whitespace().collect(), other.split_whitespace().collect());
    one.len() == other.len() && one.iter().zip(&other).all(|(one, other)| word_agrees(one, other))
}

fn word_agrees(one: &str, other: &str) -> bool {
    let bare = |word: &str| word.trim_matches(['*', '$']).replace(',', "").parse::<f64>().ok();
    let (Some(left), Some(right)) = (bare(one), bare(other)) else { return one == other };
    one.contains('$') == other.contains('$') && (left - right).abs() <= left.abs() / 50.0
}

#[test]
fn numbers_agree_closely_and_words_exactly() {
    assert!(agree("| write units | 2.28 |", "| write units | 2.27 |"));
    assert!(agree("| reads | $1,000 |", "| reads | $1,009 |"));
    assert!(agree("| **in all** | **$1.98** |", "| **in all** | **$1.97** |"));
    assert!(!agree("| **in all** | **$1.98** |", "| **in all** | **$2.08** |"));
    assert!(!agree("| write units | 2.28 |", "| write units | 2.35 |"));
    assert!(!agree("| item writes | 16 |", "| item writes | 17 |"));
    assert!(!agree("| Lambda calls | 0.3 |", "| Lambda calls | 0.4 |"));
    assert!(!agree("| write units | 2.28 |", "| write units | $2.28 |"));
    assert!(!agree("| holds: a |", "| holds: b |"));
    assert!(!agree("| a | 1 |", "| a |"));
}
