//! Asks the pacer, and tells it of refusals.

use nightowl_domain::{Alert, Send, Time, What};
use nightowl_messaging::{Limits, Provider};

use super::Delivery;
use super::choose::Owed;
use crate::{Ask, Call, Clock, Config, Engine, Grant, Pacer, Ports, Throttle};

impl<P: Ports> Engine<P> {
    pub(super) async fn slot(
        &self,
        alert: &Alert,
        owed: &Owed<'_>,
        provider: &dyn Provider,
    ) -> Grant {
        let limits = provider.limits();
        let is_card = matches!(owed.send.what, What::Card) && owed.call == Call::Post;
        let count = if is_card { self.cards_per_minute(alert).await } else { None };
        let throttle = count
            .map(|cards_per_minute| Throttle { integration: &alert.integration, cards_per_minute });
        let ask =
            Ask { urgent: owed.urgent, throttle, ..ask(alert, owed.send, owed.call, &limits) };
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
        let ask = ask(delivery.alert, send, call, &limits);
        self.ports().pacer().block(&ask, until, self.ports().clock().now()).await;
    }

    /// As it is configured now; without a configuration nothing is held back.
    async fn cards_per_minute(&self, alert: &Alert) -> Option<u32> {
        let tenant = self.ports().config().tenant(&alert.tenant).await.ok()??;
        tenant.integration(&alert.integration)?.cards_per_minute
    }
}

fn ask<'a>(alert: &'a Alert, send: &'a Send, call: Call, limits: &'a Limits) -> Ask<'a> {
    let (tenant, to, send) = (&alert.tenant, &send.to, &send.key);
    Ask { tenant, to, send, call, urgent: false, limits, throttle: None }
}

/// Until when a call has to wait. A crowd waits as everybody does: there is nothing else yet that
/// could say what its cards would say.
pub(super) const fn waits_until(grant: Grant) -> Option<Time> {
    match grant {
        Grant::Now => None,
        Grant::Later(at) | Grant::Crowded(at) => Some(at),
    }
}
