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
