//! The server's own rate limiter: one bucket for all callers, because they share an address here.

use axum::http::{HeaderMap, HeaderValue};

use crate::world::World;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Limited {
    Off,
    /// Calls that are left, and seconds until the bucket is full again.
    Within {
        limit: i64,
        remaining: i64,
        reset: i64,
    },
    Over {
        limit: i64,
        reset: i64,
    },
}

/// A slot for one call, if there is one.
pub(crate) fn take_slot(world: &mut World) -> Limited {
    let Some(limit) = world.config.rate_limit else {
        return Limited::Off;
    };
    let now = world.now();
    let each = 1_000 / limit.per_second.max(1);
    let full = each * (limit.burst + 1);
    let level = world.bucket.max(now) + each;
    if level - now > full {
        return Limited::Over { limit: limit.burst + 1, reset: (world.bucket - now + 999) / 1_000 };
    }
    world.bucket = level;
    let used = level - now;
    Limited::Within {
        limit: limit.burst + 1,
        remaining: (full - used) / each,
        reset: (used + 999) / 1_000,
    }
}

impl Limited {
    pub(crate) fn mark(self, headers: &mut HeaderMap) {
        let values: [(&'static str, i64); 4] = match self {
            Self::Off => return,
            Self::Within { limit, remaining, reset } => [
                ("x-ratelimit-limit", limit),
                ("x-ratelimit-remaining", remaining),
                ("x-ratelimit-reset", reset),
                ("x-ratelimit-reset", reset),
            ],
            Self::Over { limit, reset } => [
                ("retry-after", 1),
                ("x-ratelimit-limit", limit),
                ("x-ratelimit-remaining", 0),
                ("x-ratelimit-reset", reset),
            ],
        };
        for (name, value) in values {
            headers.insert(name, HeaderValue::from(value));
        }
    }
}
