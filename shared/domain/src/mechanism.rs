//! What the protocol is made of, each part with a name, so that the simulator can leave one out and
//! show what it is for. In every build but the simulator's all of it is on, and costs nothing.

macro_rules! mechanisms {
    ($($(#[doc = $doc:literal])+ $variant:ident = $name:literal,)+) => {
        /// One thing that keeps pages from being lost, doubled or late.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub enum Mechanism {
            $($(#[doc = $doc])+ $variant,)+
        }

        impl Mechanism {
            pub const ALL: &[Self] = &[$(Self::$variant,)+];

            /// As a command line writes it.
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)+
                }
            }
        }
    };
}

mechanisms! {
    /// Once a minute whatever is overdue is woken.
    Sweep = "sweep",
    /// A tick moves only the plan that it was armed for.
    Fence = "fence",
    /// What may have been posted is looked for before it is posted again.
    Find = "find",
    /// A page in doubt is not posted once somebody has answered.
    FindOnlyAfterAck = "find-only-after-ack",
    /// A page is posted only while its alert fires, as it stands when the claim is written.
    ClaimCheck = "claim-check",
    /// A failure is settled only by whoever holds the claim.
    ClaimIdAtSettle = "claim-id-at-settle",
    /// A lease whose worker died passes on.
    LeaseTakeOver = "lease-take-over",
    /// Not before it is over by every clock.
    LeaseSkew = "lease-skew",
    /// What was not worked off to its end comes back.
    Redelivery = "redelivery",
    /// After a write whose answer was lost, everything that is owed is woken.
    FullSetAfterLostAnswer = "full-set-after-lost-answer",
    /// A write whose answer was lost is recognised as our own.
    WriteId = "write-id",
    /// The order of events is that of their reception, not that of their arrival at a worker.
    OrderByReception = "order-by-reception",
    /// An alert opens in one write with the change of the one before it.
    OpeningInATransaction = "opening-in-a-transaction",
    /// A platform that asks for patience is asked again.
    RetryOn429 = "retry-on-429",
    /// Every event does first what is overdue.
    CatchUp = "catch-up",
    /// A wake-up does so too, and with it the sweep.
    CatchUpOnWake = "catch-up-on-wake",
    /// A tick may come a little early, by a clock that is behind.
    TickTolerance = "tick-tolerance",
    /// A message that was clicked is there, whatever else is known of it.
    AdoptOnClick = "adopt-on-click",
    /// A card that is behind by its count only waits for a minute.
    Coalescing = "coalescing",
}

impl Mechanism {
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|mechanism| mechanism.name() == name)
    }
}

/// Whether it is carried out.
#[cfg(not(feature = "sim"))]
pub const fn is_on(_: Mechanism) -> bool {
    true
}

#[cfg(feature = "sim")]
pub use switch::{is_on, leave_out};

#[cfg(feature = "sim")]
mod switch {
    use std::cell::Cell;

    use super::Mechanism;

    thread_local! {
        /// A bit for each that is left out.
        static LEFT_OUT: Cell<u32> = const { Cell::new(0) };
    }

    const fn bit(mechanism: Mechanism) -> u32 {
        1 << mechanism as u32
    }

    /// Whether it is carried out on this thread.
    pub fn is_on(mechanism: Mechanism) -> bool {
        LEFT_OUT.get() & bit(mechanism) == 0
    }

    /// From now on all but these are carried out on this thread.
    pub fn leave_out(mechanisms: &[Mechanism]) {
        LEFT_OUT.set(mechanisms.iter().fold(0, |bits, one| bits | bit(*one)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_is_on_and_is_found_by_its_name() {
        for mechanism in Mechanism::ALL {
            assert!(is_on(*mechanism));
            assert_eq!(Mechanism::named(mechanism.name()), Some(*mechanism));
        }
        assert_eq!(Mechanism::named("luck"), None);
    }
}
