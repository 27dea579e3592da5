//! Why a whole body cannot be used.

use std::fmt;

use crate::Refused;

/// Nothing in the body is usable. Its text is for the person who set up the sender: what was
/// expected, what was found, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BadBody {
    pub expected: Box<str>,
    /// Words of ours; of the body at most a short excerpt.
    pub found: Box<str>,
    pub place: Option<Place>,
    /// The field that is missing or wrong, as a path: `alerts[0].title`.
    pub field: Option<Box<str>>,
    /// What may be wrong in the set-up.
    pub hint: Option<&'static str>,
    /// A body that works.
    pub example: Option<&'static str>,
    /// Where the body has members: why each of them was refused.
    pub refused: Vec<Refused>,
}

impl BadBody {
    pub(crate) fn new(expected: &str, found: &str) -> Self {
        Self {
            expected: expected.into(),
            found: found.into(),
            place: None,
            field: None,
            hint: None,
            example: None,
            refused: Vec::new(),
        }
    }
    pub(crate) fn at(self, place: Place) -> Self {
        Self { place: Some(place), ..self }
    }
    pub(crate) fn field(self, field: impl Into<Box<str>>) -> Self {
        Self { field: Some(field.into()), ..self }
    }
    pub(crate) fn hint(self, hint: Option<&'static str>) -> Self {
        Self { hint: hint.or(self.hint), ..self }
    }
}

impl fmt::Display for BadBody {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "expected {}; found {}", self.expected, self.found)?;
        if let Some(place) = self.place {
            write!(f, " at line {}, column {} (byte {})", place.line, place.column, place.byte)?;
        }
        if let Some(hint) = self.hint {
            write!(f, ". {hint}")?;
        }
        Ok(())
    }
}

impl std::error::Error for BadBody {}

/// Where in a body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// From 0.
    pub byte: u32,
    /// From 1.
    pub line: u32,
    /// In characters, from 1.
    pub column: u32,
}

impl Place {
    pub(crate) fn in_text(text: &str, byte: usize) -> Self {
        let byte = text.floor_char_boundary(byte);
        let before = &text[..byte];
        let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
        let line = before.matches('\n').count() + 1;
        let column = before[line_start..].chars().count() + 1;
        let [byte, line, column] =
            [byte, line, column].map(|count| u32::try_from(count).unwrap_or(u32::MAX));
        Self { byte, line, column }
    }
}
