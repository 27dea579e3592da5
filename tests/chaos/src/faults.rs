//! How calls to the platforms go wrong, drawn call by call.

use fastrand::Rng;

/// What a call is for, as far as its faults differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Call {
    Post,
    Edit,
    /// Reads the history to see whether a post landed.
    Find,
    Other,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Trouble {
    /// 429, with or without `Retry-After`.
    Limited {
        retry_after: Option<u64>,
    },
    /// 500.
    Down,
    Hang,
    /// The connection ends in the middle of the answer, and nothing was done.
    Cut,
    /// It is done, and the answer is lost.
    Lost,
    /// The connection ends, and it is done so many milliseconds later.
    Late {
        millis: u64,
    },
    Nonsense,
}

/// Of a thousand calls.
const POST: [(u16, Trouble); 9] = [
    (50, Trouble::Limited { retry_after: Some(1) }),
    (20, Trouble::Limited { retry_after: None }),
    (30, Trouble::Down),
    (15, Trouble::Hang),
    (30, Trouble::Cut),
    (50, Trouble::Lost),
    (25, Trouble::Late { millis: 12_000 }),
    (5, Trouble::Late { millis: 22_000 }),
    (10, Trouble::Nonsense),
];
const EDIT: [(u16, Trouble); 5] = [
    (30, Trouble::Limited { retry_after: Some(1) }),
    (20, Trouble::Down),
    (10, Trouble::Hang),
    (20, Trouble::Lost),
    (20, Trouble::Cut),
];
const FIND: [(u16, Trouble); 3] =
    [(20, Trouble::Limited { retry_after: Some(1) }), (30, Trouble::Down), (20, Trouble::Cut)];
const OTHER: [(u16, Trouble); 2] = [(10, Trouble::Down), (10, Trouble::Cut)];

/// `None`: it goes well. What lands late does so after up to the table's figure; only one in
/// thirty posts in doubt lands later than it may be asked for.
pub(crate) fn draw(chance: &mut Rng, call: Call) -> Option<Trouble> {
    let table: &[(u16, Trouble)] = match call {
        Call::Post => &POST,
        Call::Edit => &EDIT,
        Call::Find => &FIND,
        Call::Other => &OTHER,
    };
    let mut drawn = chance.u16(0..1_000);
    for (weight, trouble) in table {
        if drawn < *weight {
            return Some(match *trouble {
                Trouble::Late { millis: 12_000 } => {
                    Trouble::Late { millis: chance.u64(500..12_000) }
                }
                Trouble::Late { millis } => Trouble::Late { millis: chance.u64(16_000..millis) },
                other => other,
            });
        }
        drawn -= weight;
    }
    None
}

impl Trouble {
    pub(crate) fn in_slack(self) -> slack_double::Fault {
        use slack_double::Fault;
        match self {
            Self::Limited { retry_after } => Fault::Status { status: 429, retry_after },
            Self::Down => Fault::Status { status: 500, retry_after: None },
            Self::Hang => Fault::Hang,
            Self::Cut => Fault::Cut,
            Self::Lost => Fault::Lost,
            Self::Late { millis } => Fault::Late { after_millis: Some(millis) },
            Self::Nonsense => Fault::Nonsense,
        }
    }

    pub(crate) fn in_mattermost(self) -> mattermost_double::Fault {
        use mattermost_double::Fault;
        match self {
            Self::Limited { retry_after } => Fault::RateLimited { retry_after },
            Self::Down => Fault::Status { status: 500, retry_after: None },
            Self::Hang => Fault::Hang,
            Self::Cut => Fault::Cut,
            Self::Lost => Fault::Lost,
            Self::Late { millis } => Fault::Late { after_millis: Some(millis), in_flight: false },
            Self::Nonsense => Fault::Nonsense,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_draws_the_same_faults_and_every_kind_of_them() {
        let draws = |seed| {
            let mut chance = Rng::with_seed(seed);
            (0..5_000).map(|_| draw(&mut chance, Call::Post)).collect::<Vec<_>>()
        };
        assert_eq!(draws(1), draws(1));
        assert_ne!(draws(1), draws(2));
        let drawn = draws(1);
        let kinds = [
            Trouble::Limited { retry_after: Some(1) },
            Trouble::Limited { retry_after: None },
            Trouble::Down,
            Trouble::Hang,
            Trouble::Cut,
            Trouble::Lost,
            Trouble::Nonsense,
        ];
        for kind in kinds {
            assert!(drawn.contains(&Some(kind)), "{kind:?}");
        }
        let late = |low, high| {
            drawn.iter().any(
                |one| matches!(one, Some(Trouble::Late { millis }) if (low..high).contains(millis)),
            )
        };
        assert!(late(500, 12_000) && late(16_000, 22_000));
        assert!(drawn.iter().filter(|one| one.is_none()).count() > 3_500, "most go well");
    }
}
