//! A Markdown table, aligned for terminals.

use std::fmt;

/// Rows of cells under a head. The first `texts` columns are aligned left, the others right.
pub struct Table {
    texts: usize,
    rows: Vec<Vec<String>>,
}

impl Table {
    /// Creates a table with this head.
    pub fn new(texts: usize, heads: &[&str]) -> Self {
        Self { texts, rows: vec![heads.iter().map(|head| (*head).to_owned()).collect()] }
    }

    /// Adds a row with as many cells as the head.
    pub fn row(&mut self, cells: Vec<String>) {
        self.rows.push(cells);
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let columns = self.rows[0].len();
        let width = |column: usize| self.rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0).max(3);
        for (at, row) in self.rows.iter().enumerate() {
            for (column, cell) in row.iter().enumerate() {
                let width = width(column);
                match column < self.texts {
                    true => write!(f, "| {cell:<width$} ")?,
                    false => write!(f, "| {cell:>width$} ")?,
                }
            }
            writeln!(f, "|")?;
            if at == 0 {
                for column in 0..columns {
                    let dashes = "-".repeat(width(column) - 1);
                    match column < self.texts {
                        true => write!(f, "| {dashes}- ")?,
                        false => write!(f, "| {dashes}: ")?,
                    }
                }
                writeln!(f, "|")?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pads_columns_to_the_widest_cell() {
        let mut table = Table::new(1, &["from", "p50"]);
        table.row(vec!["PostgreSQL".into(), "1,234".into()]);
        assert_eq!(table.to_string(), "| from       |   p50 |\n| ---------- | ----: |\n| PostgreSQL | 1,234 |\n");
    }
}
