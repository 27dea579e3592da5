//! The table as Markdown: a row a feature, a column a provider.

use super::Feature;

const ABOUT: &str = "# What each provider can do

Each cell was found by trying it, in the conformance tests of the provider; a test fails when a
cell is not true any more. To write the table anew:

```
UPDATE_DOCS=1 cargo test --workspace features_are_documented
```

";

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Table {
    /// What stands before it and after it.
    before: String,
    after: String,
    providers: Vec<String>,
    /// A feature, and what each provider answered, in the order of `providers`.
    rows: Vec<(String, Vec<String>)>,
}

impl Table {
    pub(super) fn read(text: &str) -> Self {
        let is_row = |line: &&str| line.starts_with('|');
        let (mut before, mut after) = (String::new(), String::new());
        let lines: Vec<&str> = text.split_inclusive('\n').collect();
        let first = lines.iter().position(is_row).unwrap_or(lines.len());
        let count = lines[first..].iter().take_while(|line| is_row(line)).count();
        lines[..first].iter().for_each(|line| before.push_str(line));
        lines[first + count..].iter().for_each(|line| after.push_str(line));
        let mut rows = lines[first..first + count].iter().map(|line| cells(line));
        let head = rows.next().unwrap_or_default();
        let providers = head.get(1..).unwrap_or_default().to_vec();
        // The line of dashes.
        rows.next();
        let rows = rows.filter_map(|mut cells| {
            let name = (!cells.is_empty()).then(|| cells.remove(0))?;
            Some((name, cells))
        });
        let rows = rows.collect();
        Self { before, after, providers, rows }
    }

    pub(super) fn rows(&self) -> Vec<&str> {
        self.rows.iter().map(|(name, _)| name.as_str()).collect()
    }

    pub(super) fn get(&self, provider: &str, feature: &str) -> Option<&str> {
        let at = self.providers.iter().position(|name| name == provider)?;
        let (_, answers) = self.rows.iter().find(|(name, _)| name == feature)?;
        answers.get(at).map(String::as_str)
    }

    /// The rows are those of `column` afterwards; other providers keep their answers to them.
    pub(super) fn set(&mut self, provider: &str, column: &[Feature]) {
        if !self.providers.iter().any(|name| name == provider) {
            self.providers.push(provider.to_owned());
        }
        let answers = |feature: &Feature| -> Vec<String> {
            let all = self.providers.iter().map(|name| match name == provider {
                true => feature.answer.clone(),
                false => self.get(name, feature.name).unwrap_or("?").to_owned(),
            });
            all.collect()
        };
        self.rows =
            column.iter().map(|feature| (feature.name.to_owned(), answers(feature))).collect();
    }

    pub(super) fn write(&self) -> String {
        let before = if self.before.trim().is_empty() { ABOUT } else { &self.before };
        let line = |cells: &[&str]| format!("| {} |\n", cells.join(" | "));
        let mut head = vec![""];
        head.extend(self.providers.iter().map(String::as_str));
        let mut text = format!("{before}{}{}\n", line(&head), "|---".repeat(head.len()) + "|");
        for (name, answers) in &self.rows {
            let mut cells = vec![name.as_str()];
            cells.extend(answers.iter().map(String::as_str));
            text.push_str(&line(&cells));
        }
        text + &self.after
    }
}

fn cells(line: &str) -> Vec<String> {
    let line = line.trim().trim_start_matches('|');
    let line = line.strip_suffix('|').unwrap_or(line);
    line.split('|').map(|cell| cell.trim().to_owned()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn column(answers: &[(&'static str, &str)]) -> Vec<Feature> {
        let feature =
            |(name, answer): &(&'static str, &str)| Feature { name, answer: (*answer).to_owned() };
        answers.iter().map(feature).collect()
    }

    #[test]
    fn a_column_is_written_and_read_back() {
        let mut table = Table::read("");
        table.set("one", &column(&[("buttons", "yes"), ("threads", "no")]));
        table.set("two", &column(&[("buttons", "no"), ("forms", "text")]));
        let written = table.write();
        assert!(written.starts_with(ABOUT), "{written}");
        let read = Table::read(&written);
        assert_eq!(read.rows(), ["buttons", "forms"], "a row that nobody has any more is gone");
        assert_eq!(read.get("one", "buttons"), Some("yes"));
        assert_eq!(read.get("two", "forms"), Some("text"));
        assert_eq!(read.get("one", "forms"), Some("?"));
        assert_eq!(read.get("three", "forms"), None);
        assert_eq!(read.write(), written, "nothing is changed by reading it");
    }

    #[test]
    fn what_stands_around_the_table_stays() {
        let mut table = Table::read("# Title\n\n| | one |\n|---|---|\n| a | yes |\n\nThe end.\n");
        table.set("one", &column(&[("a", "no")]));
        assert_eq!(table.write(), "# Title\n\n|  | one |\n|---|---|\n| a | no |\n\nThe end.\n");
    }
}
