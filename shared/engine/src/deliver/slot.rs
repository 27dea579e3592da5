//! Asks the pacer, and tells it of refusals.

use nightowl_domain::{Occurrence, Send, Time, What};
use nightowl_messaging::{Limits, Provider};

use super::Delivery;
use super::choose::Owed;
use crate::{Ask, Call, Clock, Config, Engine, Grant, Pacer, Ports, Throttle};

/// Whose sends ask.
#[derive(Clone, Copy)]
pub(super) struct Asker<'a> {
    pub(super) occurrence: &'a Occurrence,
    /// An alert's; `None` for a digest, which says what many would.
    pub(super) integration: Option<&'a str>,
}

impl<P: Ports> Engine<P> {
    pub(super) async fn slot(
        &self,
        of: Asker<'_>,
        owed: &Owed<'_>,
        provider: &dyn Provider,
    ) -> Grant {
        let limits = provider.limits();
        let is_card = matches!(owed.send.what, What::Card) && owed.call == Call::Post;
        let throttle = if is_card { self.throttle(of).await } else { None };
        let throttle = throttle
            .map(|(integration, cards_per_minute)| Throttle { integration, cards_per_minute });
        let ask = Ask {
            urgent: owed.urgent,
            folds: owed.may_fold,
            throttle,
            ..ask(&of.occurrence.tenant, owed.send, owed.call, &limits)
        };
        self.ports().pacer().ask(&ask, self.ports().clock().now()).await
    }

    /// Nobody makes such a call before `until`.
    pub(super) async fn block(
        &self,
        delivery: &Delivery<'_>,
        provider: &dyn Provider,
        send: &Send,
        call: Call,
        until: Time,
    ) {
        let limits = provider.limits();
        let ask = ask(delivery.of.tenant(), send, call, &limits);
        self.ports().pacer().block(&ask, until, self.ports().clock().now()).await;
    }

    /// As it is configured now; without a configuration nothing is held back.
    async fn throttle<'a>(&self, of: Asker<'a>) -> Option<(&'a str, u32)> {
        let integration = of.integration?;
        let tenant = self.ports().config().tenant(&of.occurrence.tenant).await.ok()??;
        Some((integration, tenant.integration(integration)?.cards_per_minute?))
    }
}

fn ask<'a>(tenant: &'a str, send: &'a Send, call: Call, limits: &'a Limits) -> Ask<'a> {
    let (to, send) = (&send.to, &send.key);
    Ask { tenant, to, send, call, urgent: false, folds: false, limits, throttle: None }
}
